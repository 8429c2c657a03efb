"""A killed `apply` may leave the database changed and schema.sql as it was. Its intent is on disk
from before the first migration until schema.sql is written, so that the next `apply` or `check`
can finish the job; it stays where there was no room for schema.sql. While the process lives it
holds a lock on that file."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from trueup.errors import CannotTell, ConnectionFailed, Interrupted, TrueupError
from trueup.folder.atomic import write_atomic
from trueup.model.finding import Finding, info
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.postgres.server.places import cache_root
from trueup.sql.schema_text import render
from trueup.workbench.project import Project

# What may come between a COMMIT and its answer: whether the migration is in is not known then.
_OPEN_ENDS = (ConnectionFailed, Interrupted, KeyboardInterrupt)


class Intent:
    """To write schema.sql for `schema`, once `files` are in. `due`: some are."""

    def __init__(self, project: Project, schema: Schema, files: Sequence[Migration]) -> None:
        self._project = project
        self._text = render(schema)
        self._files = _digest_of(files)
        self._handle = -1
        self.due = False

    def __enter__(self) -> Self:
        # Done without where the cache has no room: the next apply writes schema.sql anyway. Also
        # while another apply of this project, to another database, is at work: it has the same
        # in mind.
        with contextlib.suppress(OSError, CannotTell):
            self._write()
        return self

    def _write(self) -> None:
        path = _place(self._project)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(handle, 0)
            before = _digest(self._project.settings.schema_file)
            kept = {"before": before, "files": self._files, "text": self._text}
            with os.fdopen(os.dup(handle), "wb") as file:
                file.write(json.dumps(kept).encode())
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """A failed apply still writes schema.sql when some of its migrations are in. Where that
        can't be done, or where they may be in, the intent stays for the next command."""
        try:
            if problem is not None and self.due:
                path, root = self._project.settings.schema_file, self._project.settings.root
                write_atomic(path, self._text.encode(), root=root)
        except TrueupError:
            return  # what is told is the problem that came first
        else:
            if self.due or not isinstance(problem, _OPEN_ENDS):
                self._forget()
        finally:
            if self._handle >= 0:
                os.close(self._handle)

    def _forget(self) -> None:
        if self._handle >= 0:
            _place(self._project).unlink(missing_ok=True)


def finish_interrupted(project: Project, files: Sequence[Migration]) -> Finding | None:
    """Writes the schema.sql that an interrupted `apply` did not get to; None when there is none.

    Left alone where schema.sql or the migrations have changed since, or where that apply is still
    at work.
    """
    path = _place(project)
    with contextlib.suppress(OSError, TrueupError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        wrote = _finish(project, files, file.read())
        path.unlink(missing_ok=True)
        if wrote:
            return info(
                "interrupted_apply_finished",
                project.schema_label,
                f"an apply was interrupted before it wrote {project.schema_label}; it is written "
                "now",
                "look at it with `git diff` and commit it with the migrations",
            )
    return None


def _finish(project: Project, files: Sequence[Migration], kept: bytes) -> bool:
    """Whether schema.sql was written."""
    try:
        left = json.loads(kept)
        before, meant, text = left["before"], left["files"], left["text"].encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # it was being written when its apply was killed, before any migration ran
    target = project.settings.schema_file
    if _digest(target) != before or _digest_of(files) != meant:
        return False
    return write_atomic(target, text, root=project.settings.root)


def _place(project: Project) -> Path:
    name = hashlib.sha256(os.fsencode(project.settings.schema_file)).hexdigest()[:32]
    return cache_root() / "intents" / f"{name}.json"


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
