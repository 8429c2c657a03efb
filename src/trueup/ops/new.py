"""`new`: the next migration file, empty but for a comment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trueup.config.settings import Settings
from trueup.errors import UsageError
from trueup.folder.create import create_migration
from trueup.folder.names import RefusedNameError, slug


@dataclass(frozen=True, slots=True)
class NewResult:
    """The file made: its absolute path, the path to show, and its version."""

    path: Path
    shown: str
    version: str


def new(
    settings: Settings, name: str, now: datetime, known_versions: Iterable[str] = ()
) -> NewResult:
    """Creates the next migration file, named after `name`.

    `known_versions` are those of the history: the new version is later than every one of them
    and than every file. Raises UsageError (`migration_name_refused`), and what
    folder.create.create_migration raises.
    """
    try:
        safe = slug(name)
    except RefusedNameError as refused:
        raise UsageError(
            str(refused),
            code="migration_name_refused",
            hint="say what the migration does: trueup new add_customer_segments",
            subject=name,
        ) from None
    text = _template(name)
    made = create_migration(
        settings.migrations_dir, safe, lambda _version: text, now, known_versions
    )
    return NewResult(made.path, settings.shown(made.path), made.version)


def _template(name: str) -> str:
    title = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return (
        f"-- {title}\n"
        "-- Runs in one transaction, together with its row of the history.\n"
        "-- When it is written: `trueup apply`, which also brings schema.sql up to date.\n\n"
    )
