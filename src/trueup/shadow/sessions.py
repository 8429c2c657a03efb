"""The settings that a platform gives every session, put into a conninfo."""

from __future__ import annotations

from trueup.shadow.platform import session_settings


def with_settings(conninfo: str, platform: str) -> str:
    """The conninfo with the platform's settings, ahead of options that it has already."""
    settings = session_settings(platform)
    if not settings:
        return conninfo
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    options = [f"-c {name}={_escaped(value)}" for name, value in settings.items()]
    given = conninfo_to_dict(conninfo).get("options")
    return make_conninfo(conninfo, options=" ".join([*options, *([str(given)] if given else [])]))


def _escaped(value: str) -> str:
    """Spaces separate the words of libpq's `options`; a backslash keeps one inside a word."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
