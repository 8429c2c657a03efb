"""Reading one file of the project without surprises.

No special file is opened (a FIFO would block for ever), no symbolic link leaves the project,
nothing huge is read into memory. Uses os rather than pathlib: a project has hundreds of files
and pathlib costs more than the reading.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LARGEST: Final = 256 * 1024 * 1024  # one file is one message to the server, which takes 1 GB


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file was not read. `what` is the last part of the finding's code."""

    what: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Where a symbolic link inside the project leads, relative to the project."""

    path: str


def read_file(path: str, shown: str) -> bytes | Unreadable:
    """The bytes of a regular file, or why they can't be had. `shown` is its name in messages."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as problem:
        return refused(problem, shown)
    try:
        return _read_open(handle, shown)
    except OSError as problem:
        return refused(problem, shown)
    finally:
        os.close(handle)


def _read_open(handle: int, shown: str) -> bytes | Unreadable:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        return not_a_file(shown, status.st_mode)
    if status.st_size > LARGEST:
        return _too_large(shown, status.st_size)
    parts = []
    # One byte more than the size, so that the common file takes two reads: all of it, then none.
    while part := os.read(handle, status.st_size + 1):
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def refused(problem: OSError, shown: str) -> Unreadable:
    """A file that the operating system would not give."""
    reason = (problem.strerror or str(problem)).lower()
    return Unreadable(
        "unreadable", f"{shown} can't be read: {reason}", f"check it with `ls -l {shown}`"
    )


def not_a_file(shown: str, mode: int) -> Unreadable:
    """Something else than a regular file: a directory, a FIFO, a socket, a device."""
    if stat.S_ISDIR(mode):
        return Unreadable(
            "is_directory",
            f"{shown} is a directory, named like an SQL file",
            "rename it, or move it out of the way",
        )
    return Unreadable(
        "not_a_file",
        f"{shown} is not a regular file",
        "replace it by a file that holds the SQL itself",
    )


def _too_large(shown: str, size: int) -> Unreadable:
    return Unreadable(
        "too_large",
        f"{shown} has {size // 1024**2} MiB; at most {LARGEST // 1024**2} MiB are read",
        "a schema has no need of so much: load data some other way, or split the file",
    )


def follow(path: str, shown: str, real_root: str) -> LinkTarget | Unreadable:
    """Where the symbolic link `path` leads; a target outside of the project is refused."""
    target = os.path.realpath(path)
    if not os.path.lexists(target) or Path(target).is_symlink():  # a loop ends in a link
        return Unreadable(
            "symlink_dangling",
            f"{shown} is a symbolic link to {target}, where there is no file",
            "replace the link by the file, or remove it",
        )
    if not inside(target, real_root):
        return Unreadable(
            "symlink_outside",
            f"{shown} is a symbolic link out of the project, to {target}",
            "copy the file into the project: a clone of the repository would lack it",
        )
    return LinkTarget(os.path.relpath(target, real_root))


def inside(path: str, directory: str) -> bool:
    """Whether `path` is `directory` or below it; both already resolved."""
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def relative(path: str, root: str) -> str:
    """A path as messages show it: relative to the project where it lies inside."""
    full, base = os.path.abspath(path), os.path.abspath(root)  # noqa: PTH100  keeps links
    return os.path.relpath(full, base) if inside(full, base) else full
