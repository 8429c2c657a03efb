"""Eight applies at once: each migration exactly once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier

from trueup.history.apply_one import Limits, apply_migration
from trueup.history.lock import migration_lock
from trueup.history.table import ensure_table, read_history
from trueup.model.migration import Migration
from trueup.postgres.session.connection import connect
from trueup.verdict.history import judge_history

FORK = multiprocessing.get_context("fork")


def files() -> list[Migration]:
    found = []
    for number in range(6):
        sql = f"CREATE TABLE t{number} (a int);\n"
        sql += f"CREATE TABLE IF NOT EXISTS log (n int);\nINSERT INTO log VALUES ({number});\n"
        if number == 3:
            sql += "CREATE INDEX CONCURRENTLY i ON t3 (a);\n"
        version = f"2025010100000{number}"
        found.append(Migration(version, "m", f"m/{version}_m.sql", sql.encode()))
    return found


def one_of_them(conninfo: str, migrations: Sequence[Migration], together: Barrier) -> None:
    together.wait(30)
    with connect(conninfo) as conn, migration_lock(conn, wait_seconds=60) as lock:
        ensure_table(conn)
        pending = judge_history(migrations, read_history(conn).rows).pending
        for one in pending:
            apply_migration(conn, one, lock, by=str(os.getpid()), limits=Limits(pause=0.01))
    os._exit(10 + len(pending))


def all_at_once(conninfo: str, number: int = 8) -> list[int]:
    """How many migrations each of them ran."""
    together = FORK.Barrier(number)
    runners = [
        FORK.Process(target=one_of_them, args=(conninfo, files(), together)) for _ in range(number)
    ]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(120)
    return [(runner.exitcode or 0) - 10 for runner in runners]


def test_eight_at_once_run_each_migration_exactly_once(each_database: str) -> None:
    ran = all_at_once(each_database)
    assert sorted(ran) == [0] * 7 + [6]
    with connect(each_database) as conn:
        assert conn.execute("SELECT array_agg(n ORDER BY n) FROM log").fetchone() == (
            [0, 1, 2, 3, 4, 5],
        )
        rows = read_history(conn).rows
        assert [row.version for row in rows] == [file.version for file in files()]
        assert all(row.success for row in rows)


def test_eight_at_once_have_nothing_more_to_do_the_second_time(database: str) -> None:
    all_at_once(database)
    assert all_at_once(database) == [0] * 8
