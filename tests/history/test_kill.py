"""Whatever dies, and whenever: a migration is there with its row, or neither is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tap import Tap, When, tapped
from trueup.errors import LockTimeout, TrueupError
from trueup.history.apply_one import Limits, apply_migration
from trueup.history.lock import migration_lock
from trueup.history.table import ensure_table, read_history
from trueup.model.migration import Migration
from trueup.postgres.session.connection import Connection, connect
from trueup.verdict.history import judge_history

FORK = multiprocessing.get_context("fork")


def migration(number: int, sql: str) -> Migration:
    version = f"2025010100000{number}"
    return Migration(version, f"m{number}", f"m/{version}_m{number}.sql", sql.encode())


def plain(number: int) -> Migration:
    return migration(
        number,
        f"CREATE TABLE m{number} (a int);\nINSERT INTO m{number} VALUES (1);\n"
        f"SELECT pg_sleep(0.01);\nCREATE INDEX i{number} ON m{number} (a);\n",
    )


PLAIN = [plain(1), plain(2)]
ALONE = [
    plain(1),
    migration(2, "CREATE TABLE m2 (a int);\nCREATE INDEX CONCURRENTLY i2 ON m2 (a);\n"),
]


def apply_all(conninfo: str, files: Sequence[Migration], wait: float = 30) -> list[str]:
    """What `apply` does, in small; the versions that it ran."""
    with connect(conninfo) as conn, migration_lock(conn, wait_seconds=wait) as lock:
        ensure_table(conn)
        pending = judge_history(files, read_history(conn).rows).pending
        limits = Limits(lock_timeout=10, pause=0.01)
        return [apply_migration(conn, one, lock, limits=limits).row.version for one in pending]


def state(conn: Connection, files: Sequence[Migration]) -> dict[str, tuple[bool | None, int]]:
    """For each file: its row's success (None without one) and how many of its two objects are
    there."""
    rows = {row.version: row.success for row in read_history(conn).rows}
    found = {}
    for number, file in enumerate(files, 1):
        count = conn.execute(
            "SELECT count(*) FROM pg_class WHERE relname = ANY(%s)", ([f"m{number}", f"i{number}"],)
        ).fetchone()
        assert count
        found[file.version] = (rows.get(file.version), int(count[0]))
    return found


def child(conninfo: str, files: Sequence[Migration]) -> None:
    try:
        apply_all(conninfo, files)
    except TrueupError:
        os._exit(3)
    os._exit(0)


def wait_for_quiet(conn: Connection) -> None:
    """Until the server has noticed that its clients are gone."""
    others = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    while conn.execute(others).fetchone() is not None:
        pass


def messages(conninfo: str, folder: Path, files: Sequence[Migration]) -> int:
    """How many messages a whole run sends."""
    with tapped(conninfo, folder, strike=lambda _client, _server: None) as tap:
        apply_all(tap.conninfo, files)
    return tap.seen


def run_with_strike(
    conninfo: str,
    folder: Path,
    files: Sequence[Migration],
    at: int,
    when: When,
    strike: Callable[[int, Tap, socket.socket, socket.socket], None],
) -> None:
    """Runs `apply_all` in a process of its own; `strike` gets that process's number."""
    process: list[int] = []
    folder.mkdir()
    with tapped(
        conninfo,
        folder,
        at=at,
        when=when,
        strike=lambda client, server: strike(process[0], tap, client, server),
    ) as tap:
        runner = FORK.Process(target=child, args=(tap.conninfo, files))
        with tap.lock:  # nothing passes before its number is known
            runner.start()
            assert runner.pid
            process.append(runner.pid)
        runner.join(60)
    assert not runner.is_alive()


def kill_process(pid: int, _tap: Tap, _client: socket.socket, _server: socket.socket) -> None:
    os.kill(pid, signal.SIGKILL)


def cut_connection(_pid: int, _tap: Tap, client: socket.socket, server: socket.socket) -> None:
    for end in (client, server):
        end.shutdown(socket.SHUT_RDWR)


STRIKES = {"killed": kill_process, "cut": cut_connection}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("strike", STRIKES.values(), ids=STRIKES.keys())
def test_at_every_message_a_migration_is_there_with_its_row_or_not_at_all(
    pg: object,
    fresh_database: Callable[[object], str],
    tmp_path: Path,
    strike: Callable[[int, Tap, socket.socket, socket.socket], None],
    when: When,
) -> None:
    count = messages(fresh_database(pg), tmp_path, PLAIN)
    assert count >= 20
    seen = set()
    for at in range(1, count + 1):
        database = fresh_database(pg)
        run_with_strike(database, tmp_path / str(at), PLAIN, at, when, strike)
        with connect(database) as conn:
            wait_for_quiet(conn)
            found = state(conn, PLAIN)
            assert set(found.values()) <= {(True, 2), (None, 0)}, at
            seen.add(sum(success is True for success, _ in found.values()))
        ran = apply_all(database, PLAIN)
        assert len(ran) == sum(success is None for success, _ in found.values())
        with connect(database) as conn:
            assert set(state(conn, PLAIN).values()) == {(True, 2)}
    assert seen == {0, 1, 2}


def test_what_is_not_one_transaction_is_whole_or_on_record_as_failed(
    pg: object, fresh_database: Callable[[object], str], tmp_path: Path
) -> None:
    count = messages(fresh_database(pg), tmp_path, ALONE)
    seen = set()
    for at in range(1, count + 1):
        database = fresh_database(pg)
        run_with_strike(database, tmp_path / str(at), ALONE, at, "before", kill_process)
        with connect(database) as conn:
            wait_for_quiet(conn)
            first, second = state(conn, ALONE).values()
            assert first in {(True, 2), (None, 0)}
            assert second in {(None, 0), (True, 2)} or second[0] is False
            seen.add(second)
    assert {(None, 0), (False, 0), (False, 1), (False, 2), (True, 2)} <= seen


@pytest.mark.parametrize("strike", ["SIGKILL", "pg_terminate_backend"])
def test_struck_while_the_server_is_at_work_nothing_is_half_done(
    pg: object, fresh_database: Callable[[object], str], strike: str
) -> None:
    """Each file stops at gates, advisory locks that the test holds; when it waits at gate N, its
    client or its server process dies."""
    gates = 4
    files = [
        migration(
            number,
            f"CREATE TABLE m{number} (a int);\n"
            + "".join(
                f"SELECT pg_advisory_xact_lock({number * 100 + gate});\n" for gate in range(gates)
            )
            + f"CREATE INDEX i{number} ON m{number} (a);\n",
        )
        for number in (1, 2, 3)
    ]
    for number in (1, 2, 3):
        for gate in range(gates):
            database = fresh_database(pg)
            key = number * 100 + gate
            with connect(database) as conn:
                conn.execute("SELECT pg_advisory_lock(%s)", (key,))
                runner = FORK.Process(target=child, args=(database, files))
                runner.start()
                server_process = wait_at_gate(conn, key)
                if strike == "SIGKILL":
                    runner.kill()
                else:
                    conn.execute("SELECT pg_terminate_backend(%s)", (server_process,))
                runner.join(60)
                assert not runner.is_alive()
                if strike == "SIGKILL":
                    assert_next_apply_waits_for_the_orphan(database, files, conn)
                conn.execute("SELECT pg_advisory_unlock(%s)", (key,))
                wait_for_quiet(conn)
                found = list(state(conn, files).values())
                done = sum(success is True for success, _ in found)
                # A server process whose client was killed goes on to the end of what it was sent,
                # or until it looks for its client.
                assert done in (number - 1, number if strike == "SIGKILL" else number - 1)
                assert found == [(True, 2)] * done + [(None, 0)] * (3 - done)
            apply_all(database, files)
            with connect(database) as conn:
                assert set(state(conn, files).values()) == {(True, 2)}


def wait_at_gate(conn: Connection, key: int) -> int:
    waits = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    while (row := conn.execute(waits, (key,)).fetchone()) is None:
        pass
    return int(row[0])


def assert_next_apply_waits_for_the_orphan(
    database: str, files: Sequence[Migration], conn: Connection
) -> None:
    before = state(conn, files)
    with pytest.raises(LockTimeout):
        apply_all(database, files, wait=0.05)
    assert state(conn, files) == before
