"""CPU and wall seconds of a command, with what it makes a running server do (Linux: /proc)."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, in seconds: CPU of the client and of the server together, and wall."""

    cpu: float
    wall: float


def run_once(
    command: Sequence[str], environ: Mapping[str, str], folder: Path, server: int | None = None
) -> Cost:
    """Runs a command; `server` is the pid of a postmaster that works for it."""
    before, started = _cpu(server), time.perf_counter()
    done = subprocess.run(
        list(command), env=dict(environ), cwd=folder, capture_output=True, check=False
    )
    wall, cpu = time.perf_counter() - started, _cpu(server) - before
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} exited {done.returncode}: {done.stderr.decode()[-500:]}")
    return Cost(cpu, wall)


def in_turn(runs: Mapping[str, Callable[[int], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Each run in every round, one after the other, so that a slow moment hits all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            costs[name].append(run(number))
    return costs


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
    )


def _cpu(server: int | None) -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + (_tree(server) if server else 0.0)


def _tree(postmaster: int) -> float:
    """CPU of a postmaster, its living children, and those it has reaped."""
    total = _ticks(postmaster, 15, 16, 17, 18) if Path(f"/proc/{postmaster}").exists() else 0
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return (total + sum(_ticks(int(child), 15, 16) for child in children)) / _TICKS


def _ticks(pid: int, *fields: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    # Fields count from 1 and follow the command's name, which is in parentheses (proc(5)).
    values = stat[stat.rindex(")") + 2 :].split()
    return sum(int(values[field - 4]) for field in fields) if values else 0
