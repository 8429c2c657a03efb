"""Stopping an apply where a test wants it: gates are advisory locks that migrations take and a
test holds, so that what happens there is chosen and not left to luck."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from projects import Project

# What the gates are called in pg_locks: the first key of the two that the lock has.
GATE = 7707


def gate(number: int) -> str:
    """A statement that waits while a test holds the gate, and else does nothing."""
    return f"SELECT pg_advisory_xact_lock({GATE}, {number});"


def step(number: int, gates: tuple[int, int], *, before: str = "", after: str = "") -> str:
    """A migration that makes two tables and writes one row into the ledger, with two gates."""
    first, second = (gate(one) for one in gates)
    return f"""{before}
CREATE TABLE m{number}_a (id integer);
{first}
INSERT INTO m{number}_a SELECT generate_series(1, 500);
INSERT INTO ledger VALUES ({number});
CREATE TABLE m{number}_z (id integer);
{second}
{after}"""


def story() -> list[str]:
    """Migrations of different kinds, with the gates 0 to 13. Only number 5 is no transaction."""
    return [
        step(0, (0, 1), before="CREATE TABLE ledger (step integer);"),
        step(1, (2, 3), after="CREATE VIEW v1 AS SELECT id FROM m1_a;"),
        step(2, (4, 5), before="BEGIN;", after="COMMIT;"),
        f"DO $$BEGIN {step(3, (6, 7)).replace('SELECT pg_adv', 'PERFORM pg_adv')} END$$;",
        step(4, (8, 9), before="CREATE TYPE mood AS ENUM ('a');"),
        step(5, (10, 11), after="CREATE INDEX CONCURRENTLY m5_i ON m5_a (id);"),
        step(6, (12, 13), after="CREATE INDEX m6_i ON m6_a (id);"),
    ]


GATES = range(14)
ALONE = 5


@contextmanager
def held(project: Project, number: int) -> Iterator[psycopg.Connection[Any]]:
    """Keeps a gate shut for the block; gives a session in the project's database."""
    with project.connect() as session:
        session.execute("SELECT pg_advisory_lock(%s, %s)", (GATE, number))
        yield session


def waits_at(session: psycopg.Connection[Any], number: int, process: subprocess.Popen[str]) -> int:
    """The server process that waits at a gate for `process`; returns as soon as there is one."""
    found: list[Any] = []

    def arrived() -> bool:
        assert process.poll() is None, process.communicate()
        found[:] = session.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND classid = %s AND objid = %s",
            (GATE, number),
        ).fetchall()
        return bool(found)

    until(arrived)
    return int(found[0][0])


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Returns once the condition holds; asks every few milliseconds. Fails when time is up."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"still not so after {seconds} s"
        time.sleep(0.003)


def exists(session: psycopg.Connection[Any], query: str) -> bool:
    """Whether a query has a row."""
    return session.execute(query.encode()).fetchone() is not None


def alone(project: Project) -> None:
    """Returns once the server has let go of everybody else in the project's database."""
    others = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with project.connect() as session:
        until(lambda: not exists(session, others))


def state(project: Project) -> list[tuple[bool | None, int]]:
    """For each migration of the story: its row's success (None without a row), and how many of
    its two tables and its ledger entry are there."""
    with project.connect() as session:
        tables = {name for (name,) in session.execute("SELECT relname FROM pg_class")}
        rows = {}
        if "_migrations" in tables:
            rows = dict(session.execute("SELECT version, success FROM _migrations").fetchall())
        ledger = []
        if "ledger" in tables:
            ledger = [step for (step,) in session.execute("SELECT step FROM ledger")]
    found = []
    for number, file in enumerate(sorted(project.folder.glob("*.sql"))):
        made = sum(f"m{number}_{letter}" in tables for letter in "az") + ledger.count(number)
        found.append((rows.get(file.name.split("_")[0]), made))
    return found


def processes_in(folder: Path) -> list[int]:
    """The processes at work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                place = (entry / "cwd").readlink()
            except OSError:
                continue
            if place.is_relative_to(folder):
                found.append(int(entry.name))
    return found
