"""Folders and processes for tests that deal with more than one user.

pytest's own temporary folders (mode 0700) are closed to the account a server runs as.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DAEMON = 1
_CAPABILITY_VERSION_3 = 0x20080522

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another account")


@contextmanager
def open_folder() -> Iterator[Path]:
    """A short-named temporary folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="tu", dir="/dev/shm" if _has_memory() else None))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _has_memory() -> bool:
    return os.access("/dev/shm", os.W_OK)


def as_user(uid: int, work: Callable[[], str]) -> str:
    """What `work` returns in a process of another user."""

    def become() -> None:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)

    return in_child(become, work)


def without_capability(number: int, work: Callable[[], str]) -> str:
    """What `work` returns in a process of a root that has lost one of its capabilities."""

    def become() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)()
        assert libc.capget(header, sets) == 0
        sets[0] &= ~(1 << number)  # effective, the first 32
        assert libc.capset(header, sets) == 0

    return in_child(become, work)


def in_child(become: Callable[[], None], work: Callable[[], str]) -> str:
    """What `work` returns in a forked child.

    Not a new interpreter: that may be installed where only we can read it.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            become()
            answer = work()
        except BaseException as error:
            answer = repr(error)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer
