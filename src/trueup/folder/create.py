"""Adding a file to the migrations folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trueup.errors import ValidationFailed
from trueup.folder.atomic import create_exclusive, explained
from trueup.folder.journal import staged_versions, versions_of
from trueup.folder.names import RefusedNameError, next_version
from trueup.model.finding import Location


@dataclass(frozen=True, slots=True)
class Created:
    """A migration file that was just made."""

    path: Path
    version: str


def create_migration(
    directory: Path,
    name: str,
    content_for: Callable[[str], str],
    now: datetime,
    known_versions: Iterable[str] = (),
) -> Created:
    """Creates `<version>_<name>.sql`, and the folder where it is missing.

    The version sorts after every file of the folder and every known version (the history's);
    two processes at once get different ones. `content_for` gives the text for the version.

    Raises ValidationFailed (`no_later_version`) where no time sorts late enough, WriteFailed
    where the file can't be written; neither leaves anything behind.
    """
    with only_one(directory):
        version = later_version(directory, known_versions, now)
        path = directory / f"{version}_{name}.sql"
        create_exclusive(path, content_for(version).encode())
    return Created(path, version)


def later_version(directory: Path, known: Iterable[str], now: datetime) -> str:
    """A version that sorts after every file of the folder, those on their way into it, and every
    known one. Raises ValidationFailed (`no_later_version`)."""
    there = versions_in(directory) if directory.is_dir() else ()
    try:
        return next_version({*there, *known}, now)
    except RefusedNameError as refused:
        raise ValidationFailed(
            str(refused),
            code="no_later_version",
            hint="files run in the byte order of their names: rename the short versions that"
            " sort last, with zeros in front (9_a.sql to 00000000000009_a.sql)",
            location=Location(str(directory)),
        ) from None


def versions_in(directory: Path) -> Iterator[str]:
    """The versions of the folder's files, and of those that are on their way into it."""
    yield from versions_of(os.listdir(directory))  # noqa: PTH208  names are all that is needed
    yield from staged_versions(directory)


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Keeps others out of the folder who look for a free version in it, where the file system
    knows locks. Makes the folder where it is missing; raises WriteFailed."""
    make_folder(directory)
    with _explained(directory):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_folder(directory: Path) -> bool:
    """Creates the migrations folder; False where it is there already. Raises WriteFailed."""
    with _explained(directory):
        if directory.is_dir():
            return False
        directory.mkdir(parents=True, exist_ok=True)
    return True


def _explained(directory: Path) -> contextlib.AbstractContextManager[None]:
    hint = "nothing was changed; check it with `ls -ld`, or set `migrations_dir`"
    return explained(directory, "can't be used as the migrations folder", hint)
