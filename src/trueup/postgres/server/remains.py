"""What a server that did not end by itself leaves: processes and shared memory.

postmaster.pid tells what there was; its lines are described in src/include/utils/pidfile.h. A
server that ends by itself, also on SIGQUIT, removes the file and all the rest.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

from trueup.postgres.server.processes import kill_all_in

_SHARED_MEMORY_LINE = 6
_IPC_RMID = 0


def recorded_lines(data: Path) -> list[str]:
    """The lines of postmaster.pid, none when there is no such file."""
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []


def clear_remains(folder: Path, data: Path) -> None:
    """End what still works in `folder`, then remove the server's System V segment."""
    kill_all_in(folder)
    lines = recorded_lines(data)
    if len(lines) > _SHARED_MEMORY_LINE:
        _remove_shared_memory(lines[_SHARED_MEMORY_LINE].split())


def _remove_shared_memory(words: list[str]) -> None:
    """Only a segment nobody is attached to, whose key and number are both the recorded ones."""
    try:
        wanted = [str(int(word)) for word in words]
        table = Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]
    except (OSError, ValueError):
        return
    for row in map(str.split, table):
        if row[:2] == wanted and row[6] == "0":
            ctypes.CDLL(None).shmctl(int(wanted[1]), _IPC_RMID, None)
