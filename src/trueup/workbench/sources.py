"""Schema sources: whatever a schema can be taken from, and a copy of it to try a plan on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from trueup.errors import CannotTell, UsageError, ValidationFailed
from trueup.folder.layouts.down import way_down
from trueup.folder.layouts.unread import unread
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.shadow.shadow import Shadow
from trueup.sql.schema_text import render
from trueup.workbench.database import revealed_url
from trueup.workbench.declarative import declared, declared_files, has_declarative
from trueup.workbench.files import refuse_blocked, told_files
from trueup.workbench.project import Project

WORDS = ("migrations", "schema-file", "database")


class Source(Protocol):
    """Something that gives a schema."""

    @property
    def label(self) -> str:
        """What messages call it."""

    @property
    def major(self) -> int | None:
        """The major version of the server it lives on; None where any will do."""

    @property
    def identity(self) -> str | None:
        """Tells one live database from another; None for what is no live database."""

    def schema(self, shadow: Shadow) -> Schema:
        """The whole schema. Raises StatementFailed, DumpFailed, ConnectionFailed."""

    def copy(self, shadow: Shadow) -> AbstractContextManager[str]:
        """The conninfo of a throwaway database with this schema."""


def resolve(project: Project, text: str) -> Source:
    """The source that a word of the command line means: one of WORDS, `declarative` where
    there are such files, a database URL, a `.sql` file or a directory of them. Raises UsageError
    (`source_unknown`)."""
    if text == "migrations":
        return OwnMigrations(project)
    if text == "schema-file":
        return Text(project, project.settings.schema_file, project.schema_label)
    if text == "database":
        return Live.of(revealed_url(project))
    if text == "declarative" and has_declarative(project.settings):
        return Declared(project)
    if "://" in text or "=" in text:
        return Live.of(text)
    return _from_path(project, Path(text))


def _from_path(project: Project, path: Path) -> Source:
    if path.is_dir():
        return Directory(path)
    if path.is_file():
        return Text(project, path, str(path))
    raise UsageError(
        f"{path} is neither a file, a directory, a database URL nor one of {', '.join(WORDS)}",
        code="source_unknown",
        hint="for example: trueup diff migrations database",
    )


@dataclass(frozen=True)
class OwnMigrations:
    """The project's own migrations."""

    project: Project
    label: str = "migrations"
    major: int | None = None
    identity: str | None = None

    def schema(self, shadow: Shadow) -> Schema:
        """What they give."""
        return shadow.replayed(self._files()).schema

    @contextmanager
    def copy(self, shadow: Shadow) -> Iterator[str]:
        """A replay of them."""
        with shadow.database(self._files()) as conninfo:
            yield conninfo

    def _files(self) -> Sequence[Migration]:
        folder = told_files(self.project)
        refuse_blocked(folder)
        return folder.migrations


@dataclass(frozen=True)
class Declared:
    """The project's declarative files, in the order in which they are configured."""

    project: Project
    label: str = "declarative"
    major: int | None = None
    identity: str | None = None

    def schema(self, shadow: Shadow) -> Schema:
        """What they give. Raises StatementFailed, CannotTell."""
        return declared(self.project, self._made(), shadow)

    @contextmanager
    def copy(self, shadow: Shadow) -> Iterator[str]:
        """A replay of them."""
        with shadow.database(declared_files(self.project, self._made(), shadow)) as conninfo:
            yield conninfo

    def _made(self) -> Sequence[Migration]:
        """The migrations: the files may name roles that these make."""
        folder = told_files(self.project)
        refuse_blocked(folder)
        return folder.migrations


@dataclass(frozen=True)
class Directory:
    """A directory of .sql files, run in the byte order of their names."""

    path: Path
    major: int | None = None
    identity: str | None = None

    @property
    def label(self) -> str:
        """The path."""
        return str(self.path)

    def schema(self, shadow: Shadow) -> Schema:
        """What the files give."""
        return shadow.replayed(self._files()).schema

    @contextmanager
    def copy(self, shadow: Shadow) -> Iterator[str]:
        """A replay of them."""
        with shadow.database(self._files()) as conninfo:
            yield conninfo

    def _files(self) -> Sequence[Migration]:
        paths = sorted(self.path.glob("*.sql"), key=lambda path: path.name.encode())
        files = [_file(path) for path in paths]
        problems = way_down(files)
        if not files and (none_read := unread(self.path, self.label, None)):
            problems.append(none_read)
        if problems:
            raise ValidationFailed(f"{self.path} can't be replayed", problems=problems)
        return files


@dataclass(frozen=True)
class Text:
    """One .sql file, such as schema.sql."""

    project: Project
    path: Path
    label: str
    major: int | None = None
    identity: str | None = None

    def schema(self, shadow: Shadow) -> Schema:
        """What the file gives in a fresh database."""
        return shadow.loaded(self._text(), self.label, self._roles_from())

    @contextmanager
    def copy(self, shadow: Shadow) -> Iterator[str]:
        """A fresh database with the file loaded."""
        with shadow.holding(self._text(), self.label, self._roles_from()) as conninfo:
            yield conninfo

    def _text(self) -> str:
        return _file(self.path).sql

    def _roles_from(self) -> Sequence[Migration]:
        """schema.sql names roles that the migrations make."""
        if self.path != self.project.settings.schema_file:
            return ()
        folder = told_files(self.project)
        refuse_blocked(folder)
        return folder.migrations


@dataclass(frozen=True)
class Live:
    """A live database: dumped, never changed; its copy is its own dump on the shadow."""

    conninfo: str
    label: str
    major: int | None
    identity: str | None
    roles: tuple[str, ...]
    known: list[Schema] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def of(cls, conninfo: str) -> Live:
        """Connects once to see what it is. Raises ConnectionFailed."""
        from trueup.postgres.session.connection import (
            connect,
            describe,
            identity,
            server_version,
        )

        with connect(conninfo) as conn:
            rows = conn.execute(
                "SELECT rolname FROM pg_roles WHERE NOT starts_with(rolname, 'pg_')"
            )
            roles = tuple(row[0] for row in rows.fetchall())
            return cls(conninfo, describe(conninfo), server_version(conn)[0], identity(conn), roles)

    def schema(self, shadow: Shadow) -> Schema:
        """What it held when it was first asked: its copy must be a copy of the same."""
        if not self.known:
            read_together([self], shadow)
        return self.known[0]

    @contextmanager
    def copy(self, shadow: Shadow) -> Iterator[str]:
        """Its dump, loaded into a fresh database where its roles exist."""
        whole = self.schema(shadow)
        base = shadow.base()
        own = Schema.of(item for item in whole.objects.values() if item.key not in base)
        with shadow.holding(render(own), self.label, (), roles=self.roles) as conninfo:
            yield conninfo


def read_together(
    sources: Sequence[Source], shadow: Shadow, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Reads live databases at the same time, so that both are there when they are asked for."""
    from trueup.postgres.read.cron import are_objects
    from trueup.postgres.read.dump import dump_schemas

    live = [source for source in sources if isinstance(source, Live)]
    jobs = are_objects(shadow.host.platform)
    conninfos = [source.conninfo for source in live]
    read = dump_schemas(shadow.host.pg_dump, conninfos, meanwhile, jobs=jobs)
    for source, schema in zip(live, read, strict=True):
        source.known.append(schema)


def _file(path: Path) -> Migration:
    try:
        migration = Migration("", path.stem, str(path), path.read_bytes())
        migration.sql  # noqa: B018 - decoded here, so that a bad file is told by name
    except OSError as problem:
        raise CannotTell(
            f"{path}: {problem.strerror}",
            code="source_unreadable",
            hint="check the path and its permissions",
        ) from problem
    except UnicodeDecodeError as problem:
        raise CannotTell(
            f"{path} is not UTF-8 (byte {problem.start})",
            code="source_not_utf8",
            hint="save it as UTF-8",
        ) from problem
    return migration
