"""What trueup 0.1.0 left in its cache: the journal of a new file, which it wrote before it ran it,
and the schema.sql that an apply was about to write. Read and brought to an end; written no more."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trueup.errors import CannotTell, TrueupError
from trueup.folder.atomic import create_exclusive, sweep, write_atomic
from trueup.folder.journal import Witness
from trueup.folder.names import parse_name
from trueup.model.migration import Migration, checksum_of
from trueup.recovery.mark import is_committed, mark_of, same_database
from trueup.workbench.cached import file_entry, schema_entry
from trueup.workbench.database import open_database
from trueup.workbench.files import read_files
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from trueup.postgres.session.connection import Connection


@dataclass(frozen=True, slots=True)
class _NewFile:
    """The file that was meant, and the database it was meant for."""

    path: str
    version: str
    content: str
    mark: Mapping[str, str]

    @classmethod
    def read(cls, text: bytes) -> _NewFile | None:
        """None for one that was not written whole: then no file was written either."""
        try:
            found = cls(**json.loads(text))
            return found if parse_name(Path(found.path).name) else None
        except (ValueError, TypeError):
            return None


def settle_cached(project: Project) -> None:
    """Asks the database of a new file whether its row is there: with one the file stays (and is put
    back where it is gone), without one it is taken away. Says what it did or could not do."""
    with contextlib.suppress(CannotTell, OSError), _taken(file_entry(project)) as text:
        if text is None:
            return
        found = _NewFile.read(text)
        if found is None or _is_settled(project, found):
            file_entry(project).unlink(missing_ok=True)


def _is_settled(project: Project, found: _NewFile) -> bool:
    from trueup.history.lock import migration_lock

    try:
        with (
            open_database(project) as conn,
            migration_lock(conn, wait_seconds=project.settings.lock_wait) as lock,
            lock.at_work(conn),
        ):
            if same_database(found.mark, mark_of(conn)):
                project.say(_settle(project, conn, found))
                return True
    except TrueupError as problem:
        project.say(
            f"{found.path} was being applied when trueup was interrupted; whether it was can't be"
            f" told now: {problem.message}"
        )
        return False
    project.say(
        f"{found.path} was being applied to {found.mark.get('where')} when trueup was interrupted;"
        " run `trueup repair --write` with that database to have it settled"
    )
    return False


def _settle(project: Project, conn: Connection, found: _NewFile) -> str:
    file = project.settings.migrations_dir / Path(found.path).name
    if file.parent.is_dir():
        sweep(file)
    there = file.read_bytes() if file.is_file() else None
    if is_committed(conn, Witness(((found.version, None),))):
        if there is not None:
            return f"{found.path} was applied before trueup was interrupted; it stays"
        create_exclusive(file, found.content.encode())
        return f"{found.path} was applied but its file was gone; it is back"
    if there is None:
        return f"an apply of {found.path} was interrupted before it began"
    if checksum_of(there) != checksum_of(found.content.encode()):
        return f"{found.path} was not applied, but it was edited since, so it stays"
    file.unlink()
    return f"{found.path} was not applied when trueup was interrupted; its file is taken away"


def settle_cached_schema(project: Project) -> None:
    """Writes the schema.sql that was meant. Left alone where it or the migrations are others."""
    with (
        contextlib.suppress(OSError, TrueupError),
        _taken(schema_entry(project)) as text,
    ):
        if text is None:
            return
        if _wrote(project, text):
            project.say(f"an apply was interrupted; {project.schema_label} is written now")
        schema_entry(project).unlink(missing_ok=True)


def _wrote(project: Project, text: bytes) -> bool:
    try:
        kept: dict[str, Any] = json.loads(text)
        before, meant, content = kept["before"], kept["files"], kept["text"].encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # it was being written when its apply was killed, before any migration ran
    target = project.settings.schema_file
    if _digest(target) != before or _digest_of(read_files(project).migrations) != meant:
        return False
    return write_atomic(target, content, root=project.settings.root)


@contextlib.contextmanager
def _taken(path: Path) -> Iterator[bytes | None]:
    """The text while we hold it; None where there is none or its maker lives."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        yield None
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(handle)  # its holder may have taken it away before it let go
        text = os.pread(handle, found.st_size, 0) if found.st_nlink else None
    except OSError:
        text = None
    try:
        yield text
    finally:
        os.close(handle)


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _digest_of(files: Sequence[Migration]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.path} {file.checksum}\n".encode())
    return digest.hexdigest()
