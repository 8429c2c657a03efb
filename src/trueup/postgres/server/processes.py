"""Processes that are not our children: is one there, where does it work, end it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc/self/cwd")


def is_running(pid: int) -> bool:
    """Whether a process of this number is there and has not merely been left to be reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """An orphan whose new parent never waits for it stays as a zombie, in many a container."""
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return status.rpartition(b")")[2].split()[:1] == [b"Z"]


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process runs for `folder`: a server's working directory is its data directory."""
    if _PROC.exists():
        try:
            where = Path(f"/proc/{pid}/cwd").readlink()
        except OSError:
            return False
        real = folder.resolve()
        return where == real or real in where.parents
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    said = subprocess.run(command, capture_output=True, check=False).stdout
    return os.fsencode(folder) in said


def end(pid: int, how: signal.Signals, patience: float) -> bool:
    """Send a signal and wait until the process is gone; true when it is within `patience`."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)
    until = time.monotonic() + patience
    while is_running(pid):
        if time.monotonic() >= until:
            return False
        time.sleep(0.002)
    return True


def kill_all_in(folder: Path) -> None:
    """Kill every PostgreSQL program that works in `folder` or below.

    A postmaster that was killed leaves children that notice only when they next look. Without
    /proc only those are found that this is not needed for, and they end by themselves.
    """
    for pid in tuple(_all_processes()):
        if works_in(pid, folder) and _is_postgres(pid):
            end(pid, signal.SIGKILL, patience=2.0)


def _is_postgres(pid: int) -> bool:
    """Somebody may have gone there to look, with a shell."""
    try:
        name = Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return False
    return name.removesuffix(" (deleted)") in ("postgres", "initdb")


def _all_processes() -> Iterator[int]:
    if not _PROC.exists():
        return
    with os.scandir("/proc") as entries:
        yield from (int(entry.name) for entry in entries if entry.name.isdigit())
