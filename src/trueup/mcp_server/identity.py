"""Which Supabase project this is, as far as anything here says: agents name one in each call."""

from __future__ import annotations

import tomllib

from trueup.config.settings import Settings
from trueup.errors import UsageError
from trueup.platform.files import LINKED
from trueup.platform.supabase import project_ref


def project_ids(settings: Settings, given: str | None = None) -> frozenset[str]:
    """Every id under which this project is known: the one the server was started with, the ref in
    the database's URL; where there is neither, the linked one and that of supabase/config.toml.
    Empty where nothing says one: then any id is accepted."""
    sure = {ref for ref in (given, _in_url(settings)) if ref}
    return frozenset(sure or {ref for ref in (_linked(settings), _configured(settings)) if ref})


def insist_on_project(known: frozenset[str], asked: str | None) -> None:
    """Raises UsageError (`project_id_differs`) where a call is meant for another project."""
    if asked is not None and known and asked not in known:
        raise UsageError(
            "this server is for another project than the one that was named",
            code="project_id_differs",
            subject="project_id",
            hint=f"leave project_id out, or say {' or '.join(sorted(known))}",
        )


def _in_url(settings: Settings) -> str | None:
    from trueup.postgres.session.connection import parse

    if settings.database_url is None:
        return None
    try:
        parts = parse(settings.database_url.reveal())
    except UsageError:
        return None
    return project_ref(parts.get("host", ""), parts.get("user", ""))


def _linked(settings: Settings) -> str | None:
    try:
        return (settings.root / LINKED).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeError):
        return None


def _configured(settings: Settings) -> str | None:
    if settings.supabase_config is None:
        return None
    try:
        value = tomllib.loads(settings.supabase_config.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    found = value.get("project_id")
    return found if isinstance(found, str) and found else None
