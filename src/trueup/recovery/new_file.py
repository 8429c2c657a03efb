"""What keeps a new migration file and its history row together when a process dies between them.

A new file is written before it is run and its row is committed with what it does, so there is a
time in which the file is there and nobody knows whether the row will be. From before the file is
written until the database has answered, a journal on disk says what was meant. While its process
lives it holds a lock on the journal; whoever finds one that nobody holds asks the database: with a
row the file stays (and is put back where it is gone), without one it is taken away.

schema.sql is the affair of recovery/schema_file.py, which comes after: it writes it where the
files are those that were meant.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from trueup.errors import CannotTell, TrueupError
from trueup.folder.atomic import create_exclusive, sweep
from trueup.model.migration import Migration, checksum_of
from trueup.postgres.server.places import cache_root
from trueup.postgres.session.interrupt import sheltered
from trueup.workbench.database import open_database

if TYPE_CHECKING:
    from trueup.history.lock import MigrationLock
    from trueup.postgres.session.connection import Connection
    from trueup.workbench.project import Project


class Fate(Enum):
    """What became of a new file: in the history; taken away, for nothing of it is in the database;
    left as somebody else's; not known."""

    RECORDED = auto()
    GONE = auto()
    LEFT = auto()
    UNKNOWN = auto()


class NewFile:
    """A migration file on its way into the folder and the database.

    Inside the block: `announce` before the file is written, `settle` when something went wrong.
    The journal goes when the block ends, but for an end that left the file's fate open.
    Raises CannotTell (`journal_not_written`) where there is no room for it: without a journal
    nothing is begun.
    """

    def __init__(self, project: Project, conn: Connection, lock: MigrationLock) -> None:
        self._project = project
        self._lock = lock
        self._mark = _mark(conn)
        self._path = _place(project)
        self._handle = -1
        self._file: Migration | None = None
        self._open = False

    def __enter__(self) -> Self:
        with _no_room():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = _held(self._path)
        return self

    def announce(self, file: Migration) -> None:
        """Writes down that `file` is about to be created and applied."""
        self._file = file
        left = _Left(file.path, file.version, file.content.decode(), self._mark)
        with _no_room():
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, left.text().encode(), 0)
            os.fsync(self._handle)
        self._open = True

    def applied(self) -> None:
        """The row is committed: file and row belong together from here on."""
        self._open = False

    def settle(self) -> Fate:
        """Asks the database, in a session of its own, whether the row is there, and takes the file
        away where it is not. Where it can't be asked, the journal stays for the next command."""
        if self._file is None:
            return Fate.GONE
        left = _Left(self._file.path, self._file.version, self._file.content.decode(), self._mark)
        with sheltered(), contextlib.suppress(TrueupError, OSError):
            with open_database(self._project) as conn, self._lock.at_work(conn):
                fate, _ = _decide(self._project, conn, left)
            self._open = False
            return fate
        return Fate.UNKNOWN

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._open:
            self._path.unlink(missing_ok=True)
        os.close(self._handle)


@dataclass(frozen=True, slots=True)
class _Left:
    """What a journal says: the file that was meant, and the database it was meant for."""

    path: str
    version: str
    content: str
    mark: dict[str, str]

    def text(self) -> str:
        """As it stands in the journal."""
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__})

    @classmethod
    def read(cls, text: bytes) -> _Left | None:
        """None for a journal that was not written whole: then no file was written either."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None


def settle_left(project: Project) -> None:
    """Brings to an end what a process that died left behind; says what it did or could not do.

    Costs one look for a file where there is nothing, which is nearly always. Must not be called
    with the migration lock in hand.
    """
    try:
        path = _place(project)
        left = _abandoned(path)
    except (CannotTell, OSError):
        return
    if left is None:
        return
    if project.read_only:
        project.say(f"{left.path} is left of an interrupted apply; nothing is changed here")
        return
    try:
        _settle(project, path)
    except TrueupError as problem:
        project.say(
            f"{left.path} was being applied when trueup was interrupted; whether it was can't be "
            f"told now: {problem.message}"
        )


def _settle(project: Project, path: Path) -> None:
    from trueup.history.lock import migration_lock

    with (
        open_database(project) as conn,
        migration_lock(conn, wait_seconds=project.settings.lock_wait) as lock,
        lock.at_work(conn),
    ):
        settle_under_lock(project, conn)


def settle_under_lock(project: Project, conn: Connection) -> None:
    """The same for who has the migration lock already, with nothing else at work."""
    path = _place(project)
    with _taken(path) as text:
        left = _Left.read(text) if text is not None else None
        if left is not None:
            mark = _mark(conn)
            if not _same(left.mark, mark):
                project.say(
                    f"{left.path} was being applied to {left.mark['where']} when trueup was "
                    "interrupted; run a command with that database to have it settled"
                )
                return
            project.say(_decide(project, conn, left)[1])
        if text is not None:
            path.unlink(missing_ok=True)


def _decide(project: Project, conn: Connection, left: _Left) -> tuple[Fate, str]:
    """By the row: the file stays, is put back, or goes. Says which."""
    file = project.settings.root / left.path
    if file.parent.is_dir():
        sweep(file)
    there = _content(file)
    if _recorded(conn, left.version):
        if there is not None:
            said = f"{left.path} was applied before trueup was interrupted; it stays"
            return Fate.RECORDED, said
        create_exclusive(file, left.content.encode())
        return Fate.RECORDED, f"{left.path} was applied but its file was gone; it is back"
    if there is None:
        return Fate.GONE, f"an apply of {left.path} was interrupted before it began"
    if checksum_of(there) != checksum_of(left.content.encode()):
        return Fate.LEFT, f"{left.path} was not applied, but it was edited since, so it stays"
    file.unlink()
    said = f"{left.path} was not applied when trueup was interrupted; its file is taken away"
    return Fate.GONE, said


def _recorded(conn: Connection, version: str) -> bool:
    """Whether there is a row. One that says failed counts: parts of the file are in the
    database then."""
    from trueup.history.table import read_history

    return read_history(conn).row(version) is not None


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _abandoned(path: Path) -> _Left | None:
    """What a journal says that nobody holds. One that says nothing yet is of no use any more."""
    if not path.exists():
        return None
    with _taken(path) as text:
        left = _Left.read(text) if text is not None else None
        if text is not None and left is None:
            path.unlink(missing_ok=True)
        return left


@contextlib.contextmanager
def _taken(path: Path) -> Iterator[bytes | None]:
    """The text of a journal while we hold it; None where there is none or its maker lives."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:  # there is none, or something else is in its place
        yield None
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        yield None
        return
    try:
        found = os.fstat(handle)  # its holder may have taken it away before it let go
        yield os.pread(handle, found.st_size, 0) if found.st_nlink else None
    finally:
        os.close(handle)


def _held(path: Path) -> int:
    """The journal opened and locked. Whoever holds it may take it away: then there is a new one."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)


@contextlib.contextmanager
def _no_room() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise CannotTell(
            f"the journal of the new file could not be written: {reason}",
            code="journal_not_written",
            hint="nothing was changed; free some disk space, or set TRUEUP_CACHE_DIR to a folder"
            " that has room",
        ) from problem


def _place(project: Project) -> Path:
    name = hashlib.sha256(os.fsencode(project.settings.migrations_dir)).hexdigest()[:32]
    return cache_root() / "intents" / f"file-{name}.json"


def _mark(conn: Connection) -> dict[str, str]:
    from trueup.postgres.session.connection import lasting_identity

    where = f"{conn.info.host}:{conn.info.port}/{conn.info.dbname}"
    return {"where": where, **lasting_identity(conn)}


def _same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two marks are of one database: by what the server says of itself where both were
    told, else by the way that led there."""
    if one.get("oid") != other.get("oid"):
        return False
    if one.get("system") and other.get("system"):
        return one["system"] == other["system"]
    return one.get("where") == other.get("where")
