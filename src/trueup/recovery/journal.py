"""One way to write migration files with their history rows: through the folder's journal.

Everything is written down first, in the migrations folder and on the disk: the files, and the rows
that will be in the database exactly when the transaction is committed. Then the rows are committed;
then the files are put in place; then schema.sql is written; then the entry goes. Until the commit
nobody sees a file, so a process that dies leaves files and rows as they were, or an entry with
which the next command that writes does the rest (recovery/settle.py). docs/adr/0010 says why.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import CannotTell, TrueupError, ValidationFailed
from trueup.folder.atomic import WriteFailed
from trueup.folder.create import only_one, versions_in
from trueup.folder.journal import (
    SCHEMA,
    Entry,
    Held,
    Move,
    Witness,
    left_in,
    note_committed,
    remove_entry,
    write_entry,
)
from trueup.model.finding import Location
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.postgres.session.interrupt import sheltered
from trueup.recovery.carry import carry_out
from trueup.recovery.mark import is_committed, mark_of, same_database
from trueup.recovery.regenerate import Written, write_schema_file
from trueup.sql.schema_text import render
from trueup.workbench.database import open_database
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from trueup.history.lock import MigrationLock
    from trueup.postgres.session.connection import Connection


class Fate(Enum):
    """What became of a command's rows: in the history; not there, and nothing of it is; not
    known."""

    RECORDED = auto()
    GONE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Deed:
    """What a command is about to do: the files it makes and moves, what tells that its rows are
    committed, and the schema that all `files` of the folder give afterwards (None where schema.sql
    is not its affair). `move` renames files in a way of its own, as git does, where it can.
    `needs_room` False: it may be done without an entry, since nothing would be lost."""

    verb: str
    witness: Witness = field(default_factory=Witness)
    creates: tuple[Migration, ...] = ()
    moves: tuple[Move, ...] = ()
    files: tuple[Migration, ...] = ()
    schema: Schema | None = None
    move: Callable[[], None] | None = field(default=None, compare=False)
    needs_room: bool = True


def witness_of(*files: Migration) -> Witness:
    """The rows of these files."""
    return Witness(tuple((file.version, file.checksum) for file in files))


class Journal:
    """The journal for one command. `conn` and `lock` are None where no database is asked.

    `fate` says after an error what became of the rows.
    """

    def __init__(
        self, project: Project, conn: Connection | None = None, lock: MigrationLock | None = None
    ) -> None:
        self._project = project
        self._conn = conn
        self._lock = lock
        self._mark = mark_of(conn) if conn is not None else {}
        self.fate = Fate.GONE
        self._written: Written | None = None

    @property
    def schema_file(self) -> Written:
        """What became of schema.sql, when all of a deed that is about it is done."""
        assert self._written is not None  # noqa: S101
        return self._written

    @property
    def lock(self) -> MigrationLock:
        """The migration lock, where a database is asked."""
        assert self._lock is not None  # noqa: S101
        return self._lock

    def some_are_in(self) -> None:
        """The command saw rows of the deed committed: the database need not be asked."""
        self.fate = Fate.RECORDED

    @contextmanager
    def kept(self, deed: Deed) -> Iterator[None]:
        """Around what commits the rows of `deed`: when the block has ended, files are in place
        and schema.sql is written.

        Raises CannotTell (`journal_not_written`) with nothing begun where there is no room for the
        entry, ValidationFailed (`file_exists`, `migration_duplicate_version`) where somebody else
        was faster, WriteFailed where the files could not be put in place: then the entry stays, and
        so it does when an error left open what the database did.
        """
        held = self._begin(deed)
        try:
            try:
                yield
            except BaseException:
                self._after_error(deed, held)
                raise
            self.fate = Fate.RECORDED
            self._finish(deed, held)
        finally:
            if held:
                held.let_go()

    @contextmanager
    def transaction(self, deed: Deed) -> Iterator[None]:
        """The same around the statements that write the rows; the transaction is made here, and
        begins when nothing that a killed command left running is at work any more."""
        assert self._conn is not None  # noqa: S101 - rows are written somewhere
        with (
            self.kept(deed),
            _refusals_told(),
            self.lock.at_work(self._conn),
            self._conn.transaction(),
        ):
            yield

    def _begin(self, deed: Deed) -> Held | None:
        project, directory = self._project, self._project.settings.migrations_dir
        entry = _entry(project, deed, self._mark)
        staged = {file.file_name: file.content for file in deed.creates}
        if deed.schema is not None:
            staged[SCHEMA] = render(deed.schema).encode()
        try:
            with _no_room(), only_one(directory):
                self._insist_on_order(directory, deed)
                held = write_entry(directory, entry, staged)
        except CannotTell as problem:
            if deed.needs_room or problem.code != "journal_not_written":
                raise
            return None
        if not deed.witness:
            note_committed(held.place)
        return held

    def _insist_on_order(self, directory: Path, deed: Deed) -> None:
        """Nothing of this database is left unsettled, and every name and version is free."""
        for found in left_in(directory):
            entry = found.entry
            ours = entry and (found.committed or same_database(entry.mark, self._mark))
            if entry and ours and entry.touches_files:
                raise _unsettled(found.place)
        _insist_on_names(directory, deed)

    def _after_error(self, deed: Deed, held: Held | None) -> None:
        if self.fate is not Fate.RECORDED:
            self.fate = self._asked(deed.witness)
        if self.fate is Fate.RECORDED:
            with contextlib.suppress(TrueupError):  # what is told is the problem that came first
                self._finish(deed, held)
        elif self.fate is Fate.GONE and held:
            _removed(held)

    def _asked(self, witness: Witness) -> Fate:
        """Asks the database, in a session of its own."""
        if not witness:
            return Fate.RECORDED
        if self._lock is None:
            return Fate.UNKNOWN
        with (
            sheltered(),
            contextlib.suppress(TrueupError, OSError),
            open_database(self._project) as conn,
            self._lock.at_work(conn),
        ):
            return Fate.RECORDED if is_committed(conn, witness) else Fate.GONE
        return Fate.UNKNOWN

    def _finish(self, deed: Deed, held: Held | None) -> None:
        with sheltered(), _told_that_rows_are_in(deed):
            if held:
                note_committed(held.place)
                if deed.move:
                    deed.move()
                entry = _entry(self._project, deed, self._mark)
                carry_out(self._project.settings.migrations_dir, held.place, entry)
            if deed.schema is not None:
                self._written = write_schema_file(self._project, deed.schema)
            if held:
                _removed(held)


def _removed(held: Held) -> None:
    """Where it can't be taken away, the next command finds nothing left to do for it."""
    with contextlib.suppress(OSError):
        remove_entry(held.place)


def _entry(project: Project, deed: Deed, mark: dict[str, str]) -> Entry:
    return Entry(
        deed.verb,
        mark,
        deed.witness,
        tuple(file.file_name for file in deed.creates),
        deed.moves,
        digest(project.settings.schema_file),
        digest_of(deed.files) if deed.schema is not None else None,
    )


def digest(path: Path) -> str | None:
    """Of a file's bytes; None where it can't be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def digest_of(files: Sequence[Migration]) -> str:
    """Of names and content of migration files, in their order."""
    found = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.file_name.encode()):
        found.update(f"{file.file_name} {file.checksum}\n".encode())
    return found.hexdigest()


def _insist_on_names(directory: Path, deed: Deed) -> None:
    leaving = {move.old for move in deed.moves}
    arriving = [file.file_name for file in deed.creates] + [move.new for move in deed.moves]
    for name in arriving:
        if name not in leaving and os.path.lexists(directory / name):
            raise ValidationFailed(
                f"{directory / name} exists already",
                code="file_exists",
                hint="nothing was changed; move that file away, then run the command again",
                location=Location(str(directory / name)),
            )
    taken = set(versions_in(directory))
    for file in deed.creates:
        if file.version in taken:
            raise ValidationFailed(
                f"version {file.version} was given to another file in the meantime",
                code="migration_duplicate_version",
                subject=file.version,
                hint="nothing was changed; run the command again",
            )


def _unsettled(place: Path) -> CannotTell:
    return CannotTell(
        f"another command was interrupted, and what it left in {place} is not settled",
        code="interrupted_command",
        subject=place.name,
        hint="nothing was changed; run the command again, which settles it first",
    )


@contextmanager
def _no_room() -> Iterator[None]:
    try:
        yield
    except (OSError, WriteFailed) as problem:
        reason = problem.message if isinstance(problem, WriteFailed) else problem.strerror
        raise CannotTell(
            "the journal that keeps files and history together could not be written:"
            f" {(reason or str(problem)).lower()}",
            code="journal_not_written",
            hint="nothing was changed; the migrations folder needs room (`df .`) and must be"
            " writable (`ls -ld`)",
        ) from problem


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Also what comes of the COMMIT itself is told in our words."""
    import psycopg

    from trueup.history.refusals import refused

    try:
        yield
    except psycopg.Error as problem:
        raise refused(problem, "write") from problem


@contextmanager
def _told_that_rows_are_in(deed: Deed) -> Iterator[None]:
    try:
        yield
    except (WriteFailed, ValidationFailed) as problem:
        what = "the migrations are applied and recorded" if deed.witness else "it is begun"
        problem.hint = f"{problem.hint}; {what}, and the next command that writes does the rest"
        raise
