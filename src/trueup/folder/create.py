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
from trueup.folder.atomic import WriteFailed, create_exclusive
from trueup.folder.names import RefusedNameError, next_version, parse_name
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
    with _lock(directory):
        taken = {*_versions_in(directory), *known_versions}
        version = _version(taken, now, directory)
        path = directory / f"{version}_{name}.sql"
        create_exclusive(path, content_for(version).encode())
    return Created(path, version)


def _version(taken: set[str], now: datetime, directory: Path) -> str:
    try:
        return next_version(taken, now)
    except RefusedNameError as refused:
        raise ValidationFailed(
            str(refused),
            code="no_later_version",
            hint="files run in the byte order of their names: rename the short versions that"
            " sort last, with zeros in front (9_a.sql to 00000000000009_a.sql)",
            location=Location(str(directory)),
        ) from None


def _versions_in(directory: Path) -> Iterator[str]:
    for name in os.listdir(directory):  # noqa: PTH208  names are all that is needed
        parsed = parse_name(name)
        if parsed:
            yield parsed.version


@contextlib.contextmanager
def _lock(directory: Path) -> Iterator[None]:
    """Keeps a second `trueup new` out of the folder, where the file system knows locks."""
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


@contextlib.contextmanager
def _explained(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise WriteFailed(
            f"{directory} can't be used as the migrations folder: {reason}",
            hint="nothing was changed; check it with `ls -ld`, or set `migrations_dir`",
            location=Location(str(directory)),
        ) from problem
