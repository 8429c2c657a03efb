"""What every verb starts from: the settings, and how this run was asked to work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from trueup.config import Settings
from trueup.model.migration import Migration
from trueup.model.scope import Scope

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True)
class Project:
    """Settings plus how this run was asked to work: whether the cache may be used, whether files
    and database may be changed, and where passing progress goes and what is worth saying (one
    short line at a time, both)."""

    settings: Settings
    use_cache: bool = True
    read_only: bool = False
    progress: Progress = field(default=_silent, compare=False)
    say: Progress = field(default=_silent, compare=False)

    @cached_property
    def scope(self) -> Scope:
        """The objects that schema.sql holds and a check compares."""
        s = self.settings
        managed = s.resolved_platform != "postgres" if s.managed is None else s.managed
        return Scope(s.schemas, bool(s.privileges), s.extensions, managed)

    @property
    def schema_label(self) -> str:
        """schema.sql's path as messages show it."""
        return self.settings.shown(self.settings.schema_file)

    @property
    def migrations_label(self) -> str:
        """The migrations folder's path as messages show it."""
        return self.settings.shown(self.settings.migrations_dir)

    def on_file(self, number: int, count: int, migration: Migration) -> None:
        """Tells which file of a replay is running."""
        self.progress(f"replaying {number}/{count} {migration.file_name}")
