from __future__ import annotations

import threading
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pooler import transaction_pooler
from trueup.errors import CannotTell, LockTimeout
from trueup.history.lock import LOCK_KEY, WORK_KEY, Waiting, migration_lock
from trueup.postgres.session.connection import Connection, connect


def kill(conn: Connection, pid: int) -> None:
    conn.execute("SELECT pg_terminate_backend(%s)", (pid,))
    while conn.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone():
        pass


def holders(conn: Connection, key: int) -> int:
    row = conn.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        " AND (classid::int8 << 32) + objid::int8 = %s",
        (key,),
    ).fetchone()
    assert row
    return int(row[0])


def test_the_lock_is_taken_and_given_back(each_database: str) -> None:
    with connect(each_database) as conn:
        with migration_lock(conn, wait_seconds=0) as lock:
            lock.ensure_held()
            assert holders(conn, LOCK_KEY) == 1
        assert holders(conn, LOCK_KEY) == 0


def test_the_lock_is_given_back_when_the_work_fails(database: str) -> None:
    with connect(database) as conn:
        with pytest.raises(ZeroDivisionError), migration_lock(conn, wait_seconds=0):
            _ = 1 / 0
        assert holders(conn, LOCK_KEY) == 0


def test_who_comes_second_is_told_who_holds_it_and_for_how_long_he_waited(database: str) -> None:
    told: list[Waiting] = []
    with connect(database) as first, connect(database) as second:
        with (
            migration_lock(first, wait_seconds=0, label="trueup apply (ada@engine)") as lock,
            pytest.raises(LockTimeout) as caught,
            migration_lock(second, wait_seconds=0.2, on_wait=told.append),
        ):
            pytest.fail("the lock was given twice")
        assert f"trueup apply (ada@engine) (process {lock.pid}, user postgres)" in str(caught.value)
        assert "waited 0 s" in str(caught.value)
        assert f"pg_terminate_backend({lock.pid})" in caught.value.hint
    (waiting,) = told
    assert waiting.holder and waiting.holder.pid == lock.pid
    assert waiting.holder.held_for is not None and waiting.holder.held_for < 60
    assert "giving up in 0 s" in str(waiting)


def test_who_waits_gets_the_lock_as_soon_as_it_is_free(database: str) -> None:
    is_waiting = threading.Event()
    got_it = threading.Event()

    def second() -> None:
        with (
            connect(database) as conn,
            migration_lock(conn, wait_seconds=60, on_wait=lambda _: is_waiting.set()),
        ):
            got_it.set()

    with connect(database) as conn:
        with migration_lock(conn, wait_seconds=0):
            thread = threading.Thread(target=second)
            thread.start()
            assert is_waiting.wait(30)
            assert not got_it.is_set()
        thread.join(30)
    assert got_it.is_set()


def test_the_lock_survives_whatever_happens_on_the_working_connection(database: str) -> None:
    with connect(database) as conn, migration_lock(conn, wait_seconds=0) as lock:
        conn.execute("SELECT pg_advisory_unlock_all()")
        conn.execute("DISCARD ALL")
        lock.ensure_held()
        assert holders(conn, LOCK_KEY) == 1


def test_a_lock_whose_connection_was_cut_starts_nothing_more(each_database: str) -> None:
    with (
        connect(each_database) as conn,
        connect(each_database) as admin,
        migration_lock(conn, wait_seconds=0) as lock,
    ):
        kill(admin, lock.pid)
        with pytest.raises(CannotTell) as caught, lock.at_work(conn):
            pytest.fail("work was begun without the lock")
        assert caught.value.code == "lock_lost"
        assert holders(conn, WORK_KEY) == 0


def test_each_database_has_a_lock_of_its_own(
    pg: object, database: str, fresh_database: object
) -> None:
    other = fresh_database(pg)  # type: ignore[operator]
    with (
        connect(database) as here,
        connect(other) as there,
        migration_lock(here, wait_seconds=0),
        migration_lock(there, wait_seconds=0) as lock,
    ):
        lock.ensure_held()


def test_what_a_killed_apply_left_running_is_waited_for(database: str) -> None:
    """Its lock connection is gone, its working one still runs a file: the server does not notice
    a dead client before it has something to send."""
    with connect(database) as orphan, connect(database) as conn:
        with migration_lock(orphan, wait_seconds=0) as lock:
            orphan.execute(f"SELECT pg_advisory_lock({WORK_KEY})")
        with migration_lock(conn, wait_seconds=0.1) as lock:
            with pytest.raises(LockTimeout, match=f"process {orphan.info.backend_pid}"):
                lock.at_work(conn).__enter__()
            orphan.execute(f"SELECT pg_advisory_unlock({WORK_KEY})")
            with lock.at_work(conn):
                assert holders(conn, WORK_KEY) == 1


@pytest.mark.parametrize(
    "concurrently",
    [
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "REINDEX INDEX CONCURRENTLY j",
        "DROP INDEX CONCURRENTLY j",
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
    ],
)
def test_neither_the_holder_nor_a_waiter_blocks_concurrently(
    each_database: str, concurrently: str
) -> None:
    is_waiting = threading.Event()

    def waiter() -> None:
        with connect(each_database) as conn, pytest.raises(LockTimeout):
            migration_lock(conn, wait_seconds=0.3, on_wait=lambda _: is_waiting.set()).__enter__()

    with connect(each_database) as conn:
        conn.execute(
            "CREATE TABLE t (a int); CREATE INDEX j ON t (a);"
            "CREATE TABLE p (a int) PARTITION BY LIST (a);"
            "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)"
        )
        with migration_lock(conn, wait_seconds=0) as lock:
            thread = threading.Thread(target=waiter)
            thread.start()
            assert is_waiting.wait(30)
            with lock.at_work(conn):
                conn.execute("SET statement_timeout TO '20s'")
                conn.execute(concurrently)
            thread.join(30)


def test_a_transaction_pooler_is_refused_before_a_lock_leaks(
    each_database: str, tmp_path: Path
) -> None:
    with transaction_pooler(each_database, tmp_path) as pooled:
        with connect(pooled) as conn, pytest.raises(CannotTell) as caught:
            migration_lock(conn, wait_seconds=0).__enter__()
        assert caught.value.code == "transaction_pooler"
        assert "session mode" in caught.value.hint
        with connect(each_database) as direct:
            assert holders(direct, LOCK_KEY) == 0


def test_a_busy_transaction_pooler_is_refused_too(database: str, tmp_path: Path) -> None:
    with transaction_pooler(database, tmp_path, servers=3) as pooled:
        stop = threading.Event()

        def traffic() -> None:
            with connect(pooled) as conn:
                while not stop.is_set():
                    conn.execute("SELECT 1")

        threads = [threading.Thread(target=traffic) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                with connect(pooled) as conn, pytest.raises(CannotTell, match="pooler"):
                    migration_lock(conn, wait_seconds=0).__enter__()
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def test_the_second_connection_goes_where_the_first_one_went(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two hosts in the URL the second one answered; the environment would lead elsewhere."""
    real = conninfo_to_dict(database)
    two = make_conninfo(
        database, host=f"/nowhere,{real['host']}", port=f"1,{real['port']}", password="it's\\"
    )
    with connect(two) as conn:
        monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
        with migration_lock(conn, wait_seconds=0) as lock:
            lock.ensure_held()
            found = conn.execute(
                "SELECT datname FROM pg_stat_activity WHERE pid = %s", (lock.pid,)
            ).fetchone()
            assert found == (conn.info.dbname,)
