"""Clean up after runs that were killed: their servers, their folders, their shared memory."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from pathlib import Path

from trueup.postgres.server.places import runtime_roots
from trueup.postgres.server.processes import end, is_running, works_in
from trueup.postgres.server.remains import clear_remains, recorded_lines
from trueup.postgres.server.rundir import OWNER, PREFIX, UNFINISHED, remove_run
from trueup.postgres.server.tree import remove_tree

_QUIT_PATIENCE = 8.0
# Making or removing a folder takes milliseconds; whoever was at this one is gone.
_UNFINISHED_SECONDS = 60.0


def reap_stale() -> int:
    """Remove what killed runs left behind; how many there were.

    A folder whose maker lives is never touched, nor is a process that does not work in one.
    """
    return sum(_reap(path) for root in runtime_roots() for path in _folders(root))


def _folders(root: Path) -> list[Path]:
    try:
        with os.scandir(root) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _reap(path: Path) -> bool:
    if path.name.startswith(UNFINISHED):
        return _is_old(path) and remove_tree(path)
    if not path.name.startswith(PREFIX):
        return False
    lock = _take(path / OWNER)
    if lock is None:
        return False
    try:
        _end_server(path / "data")
        clear_remains(path, path / "data")
        return remove_run(path)
    finally:
        os.close(lock)


def _is_old(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return time.time() - path.lstat().st_mtime > _UNFINISHED_SECONDS
    return False


def _take(owner: Path) -> int | None:
    """The lock of a folder whose maker is gone; None while it lives or somebody else reaps."""
    try:
        handle = os.open(owner, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _end_server(data: Path) -> None:
    lines = recorded_lines(data)
    try:
        pid = abs(int(lines[0]))  # negative for a server in single-user mode
    except (IndexError, ValueError):
        return
    if pid > 1 and is_running(pid) and works_in(pid, data):
        end(pid, signal.SIGQUIT, _QUIT_PATIENCE) or end(pid, signal.SIGKILL, _QUIT_PATIENCE)
