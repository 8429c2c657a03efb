"""What a platform is made of: which SQL files, in which order, for which server.

The files under `supabase/` are data; each names its sources in supabase/SOURCES.md. A file whose
name ends in `-16` holds what only servers from that major on have, `-to-16` what only those up to
it have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trueup.platform import NAMES, POSTGRES, SUPABASE
from trueup.shadow.platform.standins import standin_files

_DATA = Path(__file__).parent

# What a session is given before a migration runs, as a role's or database's settings would.
# `storage.allow_delete_query`: since its migration 0055 Storage refuses DELETE on its tables, and
# older migrations that delete from them were right when they ran.
_SESSION: Mapping[str, str] = {
    "search_path": '"$user", public, extensions',
    "storage.allow_delete_query": "true",
    "app.settings.jwt_secret": "a secret that only a shadow database would ever be given",
    "app.settings.jwt_exp": "3600",
}


@dataclass(frozen=True, slots=True)
class Platform:
    """What is in a database before the first migration. `version` changes with the data used."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One file, and the first and last server major it applies to. `exposed`: only with that value
    of `[api].auto_expose_new_tables`; None: with either."""

    file: str
    since: int = 0
    until: int = 1000
    exposed: bool | None = None


ROLE_FILES = ("roles.sql", "roles-16.sql")
_PARTS = (
    _Part("roles.sql"),
    _Part("roles-16.sql", since=16),
    _Part("schemas.sql"),
    _Part("graphql.sql"),
    _Part("auth.sql"),
    _Part("storage.sql"),
    _Part("storage-retired.sql"),
    _Part("realtime.sql"),
    _Part("functions.sql"),
    _Part("vault.sql"),
    _Part("net.sql"),
    _Part("publication.sql"),
    _Part("migrations.sql"),
    _Part("privileges.sql"),
    _Part("privileges-not-exposed.sql", exposed=False),
    # After all the above: they would fire for it.
    _Part("event_triggers.sql"),
    # After them: they fire for it.
    _Part("extensions-to-16.sql", until=16),
)


def platform_scripts(
    name: str, major: int, *, auto_expose_new_tables: bool
) -> tuple[tuple[str, str], ...]:
    """The files of a platform for a server of this major, as (label, SQL), in order.

    Raises ValueError for a name that is no platform's.
    """
    if name not in NAMES:
        raise ValueError(f"no platform is called {name!r}")
    if name == POSTGRES:
        return ()
    return tuple(
        (f"{name}/{part.file}", (_DATA / name / part.file).read_text(encoding="utf-8"))
        for part in _PARTS
        if part.since <= major <= part.until and part.exposed in (None, auto_expose_new_tables)
    )


def session_settings(name: str) -> Mapping[str, str]:
    """The settings every session that replays migrations starts with, and goes back to on DISCARD
    ALL: to be given to the connection (libpq's `options`), so that they need no catalog."""
    return dict(_SESSION) if name == SUPABASE else {}


def platform_key(name: str, major: int, **options: object) -> str:
    """Equal exactly where the same data would be loaded with the same options: for cache keys."""
    digest = hashlib.sha256(repr((name, major, sorted(options.items()))).encode())
    exposed = bool(options.get("auto_expose_new_tables", True))
    for label, text in platform_scripts(name, major, auto_expose_new_tables=exposed):
        digest.update(repr((label, text)).encode())
    for path in standin_files(name):
        digest.update(repr((path.name, path.read_bytes())).encode())
    digest.update(repr(sorted(session_settings(name).items())).encode())
    return f"{name}-{digest.hexdigest()[:20]}"


def platform(name: str, major: int, **options: object) -> Platform:
    """The platform of this name, with the version of its data."""
    return Platform(name, platform_key(name, major, **options))
