"""Copy, seal and remove whole directories of a server's files.

A sealed tree carries a count of its files and bytes, so that a copy can tell a snapshot that a
power cut left with empty files from a good one. Only plain files and directories are copied: in a
folder that another account owns, a link could lead anywhere.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from trueup.postgres.server.account import Account
from trueup.postgres.server.signals import signals_held

SEAL = "trueup.seal"
_FORMAT = 1
_UNUSED_SECONDS = 30 * 86400


class TreeDamagedError(Exception):
    """A tree is not what its seal says, or cannot be copied faithfully."""


@dataclass(slots=True)
class Extent:
    """How much is in a tree, the seal left out."""

    files: int = 0
    size: int = 0

    def sealed(self) -> str:
        """The text of a seal."""
        return json.dumps({"format": _FORMAT, "files": self.files, "bytes": self.size})


def copy_sealed(source: Path, target: Path, owner: Account | None) -> None:
    """Copy a sealed tree to `target`, which must not exist, and give the copy to `owner`.

    Raises TreeDamagedError when the source is not whole or not there, OSError when there is no
    room.
    """
    try:
        seal = (source / SEAL).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TreeDamagedError(f"{source} is not there") from None
    if copy_tree(source, target, owner).sealed() != seal:
        raise TreeDamagedError(f"{source} has lost files or parts of them")


def copy_tree(source: Path, target: Path, owner: Account | None) -> Extent:
    """Copy plain files and directories, readable by `owner` (else by us) alone."""
    extent = Extent()
    _copy(os.fspath(source), os.fspath(target), owner, extent)
    return extent


def _copy(source: str, target: str, owner: Account | None, extent: Extent) -> None:
    os.mkdir(target, 0o700)  # noqa: PTH102 - a thousand files: plain strings are faster
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _copy(entry.path, f"{target}/{entry.name}", owner, extent)
            elif not entry.is_file(follow_symlinks=False):
                raise TreeDamagedError(f"{entry.path} is neither a file nor a directory")
            elif entry.name != SEAL:
                extent.files += 1
                extent.size += _copy_file(entry.path, f"{target}/{entry.name}", owner)
    if owner is not None:
        os.chown(target, owner.uid, owner.gid)


def _copy_file(source: str, target: str, owner: Account | None) -> int:
    """Returns the number of bytes copied. Plain calls: shutil takes twice as long for a cluster."""
    reader = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        writer = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            copied = 0
            while chunk := os.read(reader, 1 << 20):
                copied += _write_all(writer, chunk)
            if owner is not None:
                os.fchown(writer, owner.uid, owner.gid)
            return copied
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def _write_all(writer: int, chunk: bytes) -> int:
    view = memoryview(chunk)
    while view:
        view = view[os.write(writer, view) :]
    return len(chunk)


def publish(tree: Path, destination: Path) -> None:
    """Seal a copy of `tree` and put it at `destination`, whatever file system that is on.

    A copy, even where a rename would do: it belongs to us, and no other account can write to it.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    aside = destination.parent / f".new-{secrets.token_hex(16)}"
    try:
        extent = copy_tree(tree, aside, None)
        (aside / SEAL).write_text(extent.sealed(), encoding="utf-8")
        put_in_place(aside, destination)
    finally:
        with signals_held():
            remove_tree(aside)


def put_in_place(tree: Path, destination: Path) -> None:
    """Move a finished tree to its name in one step, unless there is one already: that one stays.

    Cache entries are named after their content, so whoever came first made the same.
    """
    try:
        tree.rename(destination)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise


def mark_used(tree: Path) -> bool:
    """Whether a cache entry is there; its time says when it was last asked for."""
    try:
        os.utime(tree)
    except OSError:
        return False
    return True


def prune(folder: Path) -> None:
    """Drop the cache entries of `folder` that nobody used for a month.

    Those are of servers long gone, or were left unfinished by a run that was killed.
    """
    oldest = time.time() - _UNUSED_SECONDS
    for entry in tuple(folder.iterdir()):
        with contextlib.suppress(OSError):
            if entry.is_dir() and entry.lstat().st_mtime < oldest:
                discard(entry)


def discard(tree: Path) -> None:
    """Take a tree out of use in one step, then remove it. Nothing happens when it is gone."""
    aside = tree.parent / f".old-{secrets.token_hex(16)}"
    with contextlib.suppress(FileNotFoundError):
        tree.rename(aside)
    remove_tree(aside)


def remove_tree(tree: Path, patience: float = 2.0) -> bool:
    """Remove a directory and all below; true when it is gone.

    A program that is just ending may still write into it: tried again for `patience` seconds.
    """
    until = time.monotonic() + patience
    while True:
        shutil.rmtree(tree, ignore_errors=True)
        if not os.path.lexists(tree):
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
