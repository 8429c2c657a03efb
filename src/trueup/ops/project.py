"""What every verb starts from: the settings, and how to get at folder, database and shadow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from trueup.config import Settings, require_database
from trueup.errors import ConnectionFailed, ServerUnavailable, TrueupError, UsageError
from trueup.folder.migrations import Folder, read_folder
from trueup.folder.schema_file import SchemaFile, read_schema_file
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.scope import Frame, Scope, Scoped

if TYPE_CHECKING:
    from psycopg import Connection

    from trueup.shadow.shadow import Shadow

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

    def schema_file(self) -> SchemaFile:
        """schema.sql as it is now."""
        return read_schema_file(self.settings.schema_file, self.settings.root)

    def folder(self) -> Folder:
        """The migrations folder, after what an interrupted apply of a new file left is settled."""
        from trueup.ops.recover import settle_left

        settle_left(self)
        return self.listed()

    def listed(self) -> Folder:
        """The migrations folder as it is now."""
        s = self.settings
        return read_folder(s.migrations_dir, s.root, besides=s.schema_file)

    def frame(self, whole: Schema, shadow: Shadow) -> Frame:
        """How the sides of a comparison are cut out, when the migrations give `whole`."""
        return Frame(self.scope, shadow.base(), whole)

    def in_scope(self, schema: Schema, shadow: Shadow) -> Scoped:
        """The part that counts of what was made on a shadow, taken by itself."""
        return self.frame(schema, shadow).cut(schema)

    def database_url(self) -> str:
        """The database's URL, secret and all. Raises UsageError where none is configured."""
        return require_database(self.settings).reveal()

    def connect(self) -> Connection:
        """A connection to the database. Raises ConnectionFailed, and UsageError when it is not
        the database that the configuration expects."""
        from trueup.postgres.session import connect

        conn = connect(self.database_url())
        expected, name = self.settings.database_name, conn.info.dbname
        if expected is not None and name != expected:
            conn.close()
            raise UsageError(
                f"this is database {name}; the configuration expects {expected}",
                code="database_name_differs",
                hint="check the database URL, or database_name in trueup.toml",
            )
        return conn

    def shadow(self, major: int | None = None) -> Shadow:
        """A shadow of the wanted major: the one asked for, else the configured one."""
        from trueup.ops.shadows import open_shadow

        return open_shadow(self, major)

    def replay_major(self) -> int | None:
        """The major that schema.sql is written with: the configured one, else that of the
        database if it can be reached, else None for the default."""
        if self.settings.postgres or self.settings.database_url is None:
            return self.settings.postgres
        from trueup.postgres.session import server_version

        try:
            with self.connect() as conn:
                return server_version(conn)[0]
        except ConnectionFailed:
            return None

    def likely_major(self) -> int | None:
        """The major that `init` pins: so that schema.sql is the same text on every machine, it
        must not depend on which server happens to be found. None when there is none at all."""
        from trueup.postgres.install import choose_server

        try:
            return self.replay_major() or choose_server(None).major
        except ServerUnavailable:
            return None

    def recorded_versions(self) -> tuple[str, ...]:
        """The versions that the database's history holds, if it can be reached; a new migration
        sorts after them. Nothing is said when it can't: the folder alone decides then."""
        if self.settings.database_url is None:
            return ()
        from trueup.ops.target import Target

        try:
            return Target.read(self, ()).recorded
        except TrueupError:
            return ()

    def old_text(self, files: Sequence[Migration]) -> Callable[[str, str], str | None]:
        """Where to find what a file said before it was edited or went: in git, where there is
        one."""
        from trueup.ops.old_text import text_from_git

        return text_from_git(self.settings.root, self.migrations_label, files)

    def on_file(self, number: int, count: int, migration: Migration) -> None:
        """Tells which file of a replay is running."""
        self.progress(f"replaying {number}/{count} {migration.file_name}")
