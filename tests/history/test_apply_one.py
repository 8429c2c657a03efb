from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from trueup.errors import CannotTell, ConnectionFailed, StatementFailed, ValidationFailed
from trueup.history.apply_one import AppliedMigration, Limits, Retry, apply_migration
from trueup.history.lock import MigrationLock, migration_lock
from trueup.history.record import row_sql
from trueup.history.table import ensure_table, read_history
from trueup.model.history import HistoryRow
from trueup.model.migration import Migration
from trueup.postgres.session.connection import Connection, connect

A, B = "20250101000001", "20250101000002"
FAST = Limits(pause=0.001)


def migration(sql: str, version: str = A, name: str = "step") -> Migration:
    return Migration(version, name, f"migrations/{version}_{name}.sql", sql.encode())


@contextmanager
def at_work(conninfo: str) -> Iterator[tuple[Connection, MigrationLock]]:
    with connect(conninfo) as conn, migration_lock(conn, wait_seconds=0) as lock:
        ensure_table(conn)
        yield conn, lock


def apply(conninfo: str, sql: str, **options: object) -> AppliedMigration:
    with at_work(conninfo) as (conn, lock):
        return apply_migration(conn, migration(sql), lock, **({"by": "ada"} | options))  # type: ignore[arg-type]


def rows(conninfo: str) -> tuple[HistoryRow, ...]:
    with connect(conninfo) as conn:
        return read_history(conn).rows


def tables(conninfo: str) -> set[str]:
    with connect(conninfo) as conn:
        found = conn.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind IN ('r', 'i', 'p') AND nspname NOT LIKE 'pg\\_%'"
            " AND nspname <> 'information_schema' AND relname NOT LIKE '\\_migrations%'"
        ).fetchall()
    return {name for (name,) in found}


def test_a_migration_and_its_row_arrive_together(each_database: str) -> None:
    one = migration("CREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\n", name="first")
    with at_work(each_database) as (conn, lock):
        done = apply_migration(conn, one, lock, by="ada@engine")
    (row,) = rows(each_database)
    assert done.row == row and done.transactional and done.attempts == 1
    assert (row.version, row.name, row.success) == (A, "first", True)
    assert (row.checksum, row.applied_by) == (one.checksum, "ada@engine")
    assert row.applied_at
    assert abs(datetime.now(UTC).replace(tzinfo=None) - row.applied_at) < timedelta(minutes=5)
    assert tables(each_database) == {"a"}


def test_applied_at_is_utc_whatever_the_session_thinks(database: str) -> None:
    row = apply(f"{database} options='-c TimeZone=Pacific/Kiritimati'", "SELECT 1").row
    assert row.applied_at
    assert abs(datetime.now(UTC).replace(tzinfo=None) - row.applied_at) < timedelta(minutes=5)


def test_execution_time_is_what_the_server_measured(database: str) -> None:
    took = apply(database, "SELECT pg_sleep(0.12)").row.execution_time_ms
    assert took is not None and 120 <= took < 5000


def test_without_a_person_the_session_user_is_recorded(database: str) -> None:
    assert apply(database, "SET ROLE pg_monitor", by=None).row.applied_by == "postgres"


@pytest.mark.parametrize("by", ["o'brien", "back\\slash", "two\nlines", "é" * 300, "%s {0} $1"])
def test_any_person_and_any_name_can_be_recorded(database: str, by: str) -> None:
    with at_work(database) as (conn, lock):
        one = migration("SELECT 1", name="it's \\ 100%")
        row = apply_migration(conn, one, lock, by=by).row
    assert row.name == "it's \\ 100%"
    assert row.applied_by == by.replace("\n", " ")[:255]


HOSTILE = {
    "an empty search_path": "SELECT pg_catalog.set_config('search_path', '', false);",
    "a search_path of its own": "CREATE SCHEMA s; CREATE TABLE s._migrations (x int);"
    "SET search_path TO s;",
    "another role": "CREATE ROLE {r}; SET ROLE {r};",
    "another session user": "CREATE ROLE {r}; SET SESSION AUTHORIZATION {r};",
    "read-only defaults": "SET default_transaction_read_only TO on;",
    "read-only session": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;",
    "replica role": "SET session_replication_role TO replica;",
    "row security off": "SET row_security TO off;",
    "old string rules": "SET standard_conforming_strings TO off;",
    "another encoding": "SET client_encoding TO 'LATIN1';",
    "other dates": "SET DateStyle TO 'SQL, DMY'; SET IntervalStyle TO 'sql_standard';",
    "no time at all": "SET statement_timeout TO '1ms'; SET lock_timeout TO '1ms';",
    "serializable": "SET default_transaction_isolation TO serializable;",
    "no comment end": "SELECT 1 -- no line end",
    "no semicolon": "SELECT 1",
    "only comments": "-- nothing here",
    "a transaction of its own": "BEGIN; CREATE TABLE t (); COMMIT;",
    "unlocking": "SELECT pg_advisory_unlock_all();",
    "discarding": "RESET ALL;",
}


@pytest.mark.parametrize("sql", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("alone", [False, True], ids=["one transaction", "statement by statement"])
def test_whatever_a_file_does_to_the_session_it_is_recorded(
    database: str, sql: str, alone: bool
) -> None:
    role = "r_" + database.split("dbname='")[1].split("'")[0]
    text = sql.format(r=role)
    if alone:
        text = f"VACUUM;\n{text}"
    try:
        done = apply(database, text, by="ad\\a 'é'")
        assert done.transactional is not alone
        (row,) = rows(database)
        assert row.success and row.applied_by == "ad\\a 'é'"
    finally:
        with connect(database) as conn:
            conn.execute(f"DROP ROLE IF EXISTS {role}")


def test_one_file_leaves_nothing_of_its_session_to_the_next(database: str) -> None:
    with at_work(database) as (conn, lock):
        for version, sql in ((A, "SET search_path TO ''"), (B, "CREATE TABLE here (a int)")):
            apply_migration(conn, migration(sql, version), lock)
    assert tables(database) == {"here"}


def test_a_failing_file_leaves_neither_itself_nor_a_row(each_database: str) -> None:
    with pytest.raises(StatementFailed) as caught:
        apply(each_database, "CREATE TABLE a ();\nSELECT 1/0;\n")
    assert caught.value.sqlstate == "22012"
    assert caught.value.location and caught.value.location.line == 2
    assert rows(each_database) == ()
    assert tables(each_database) == set()


def test_a_deferred_constraint_that_fails_at_the_end_leaves_nothing(database: str) -> None:
    with pytest.raises(StatementFailed):
        apply(
            database,
            "CREATE TABLE a (b int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
            "INSERT INTO a VALUES (1), (1);",
        )
    assert (rows(database), tables(database)) == ((), set())


def test_a_file_that_cannot_be_one_transaction_is_recorded_too(each_database: str) -> None:
    done = apply(each_database, "CREATE TABLE a (b int);\nCREATE INDEX CONCURRENTLY i ON a (b);\n")
    assert done.transactional is False
    (row,) = rows(each_database)
    assert row.success and row.execution_time_ms is not None
    assert tables(each_database) == {"a", "i"}


def test_a_file_that_fails_half_way_leaves_a_failed_row_and_a_way_out(each_database: str) -> None:
    sql = (
        "CREATE TABLE a (b int); INSERT INTO a VALUES (1), (1);"
        "CREATE UNIQUE INDEX CONCURRENTLY i ON a (b);"
    )
    with pytest.raises(StatementFailed) as caught:
        apply(each_database, sql)
    assert f"trueup repair --retry {A} --write" in caught.value.hint
    assert f"--mark-done {A}" in caught.value.hint
    (row,) = rows(each_database)
    assert (row.success, row.execution_time_ms) == (False, None)
    assert "a" in tables(each_database)


def test_a_failed_attempt_on_record_is_not_run_again(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute(row_sql(HistoryRow(A, "step", success=False)))
    with pytest.raises(CannotTell) as caught:
        apply(database, "CREATE TABLE a ()")
    assert caught.value.code == "migration_failed"
    assert tables(database) == set()


def test_a_migration_on_record_is_not_run_again(database: str) -> None:
    apply(database, "CREATE TABLE a ()")
    with pytest.raises(CannotTell) as caught:
        apply(database, "CREATE TABLE b ()")
    assert caught.value.code == "already_applied"
    assert "by ada" in caught.value.message
    assert tables(database) == {"a"}


@pytest.mark.parametrize("alone", [False, True], ids=["one transaction", "statement by statement"])
def test_a_row_that_appears_while_the_file_runs_takes_the_file_back(
    database: str, alone: bool
) -> None:
    """The primary key is the last fence, when every lock has failed."""
    row = f"INSERT INTO public._migrations VALUES ('{A}', 'x', NULL, now(), 'eve', 1, true);"
    sql = f"CREATE TABLE a ();\n{row}\n"
    with pytest.raises(CannotTell) as caught:
        apply(database, f"{sql}VACUUM;" if alone else sql)
    if alone:  # `begin` is committed first, so the file's own insert fails and its rest stays out
        assert caught.value.code == "statement_failed"
        assert [r.success for r in rows(database)] == [False]
    else:
        assert (caught.value.code, rows(database)) == ("bookkeeping_failed", ())
        assert tables(database) == set()


def test_of_two_who_run_the_same_file_at_once_the_second_is_taken_back(each_database: str) -> None:
    """What happens when every lock has failed: the second waits for the first's row, then fails."""
    with at_work(each_database) as (conn, lock), connect(each_database) as rival:
        rival.execute("BEGIN")
        rival.execute(row_sql(HistoryRow(A, "step", applied_by="eve")))
        raised: list[CannotTell] = []

        def run() -> None:
            with pytest.raises(CannotTell) as caught:
                apply_migration(
                    conn, migration("CREATE TABLE a ()"), lock, limits=Limits(lock_timeout=0)
                )
            raised.append(caught.value)

        thread = threading.Thread(target=run)
        thread.start()
        blocked = "SELECT pg_blocking_pids(%s) = ARRAY[pg_backend_pid()]"
        while rival.execute(blocked, (conn.info.backend_pid,)).fetchone() != (True,):
            pass
        rival.execute("COMMIT")
        thread.join()
    assert raised[0].code == "already_applied" and "by eve" in raised[0].message
    assert tables(each_database) == set()


def test_a_file_that_drops_the_history_is_rolled_back_and_told(database: str) -> None:
    apply(database, "CREATE TABLE a ()")
    with at_work(database) as (conn, lock), pytest.raises(CannotTell) as caught:
        wipe = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE b ();"
        apply_migration(conn, migration(wipe, B), lock)
    assert caught.value.code == "history_table_dropped"
    assert tables(database) == {"a"}
    assert [row.version for row in rows(database)] == [A]


def test_a_row_that_something_takes_away_is_noticed(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute("CREATE RULE gone AS ON INSERT TO public._migrations DO INSTEAD NOTHING")
    with pytest.raises(CannotTell) as caught:
        apply(database, "CREATE TABLE a ()")
    assert caught.value.code == "history_row_lost"


def test_a_busy_table_is_waited_for_with_retries(database: str) -> None:
    told: list[Retry] = []
    with connect(database) as conn:
        conn.execute("CREATE TABLE busy (a int)")
        conn.execute("BEGIN; LOCK TABLE busy")

        def let_go(retry: Retry) -> None:
            told.append(retry)
            if retry.attempt == 2:
                conn.execute("ROLLBACK")

        done = apply(
            database,
            "CREATE TABLE a (); ALTER TABLE busy ADD b int;",
            limits=Limits(lock_timeout=0.05, pause=0.001),
            on_retry=let_go,
        )
    assert done.attempts == 3
    assert [retry.attempt for retry in told] == [1, 2]
    assert "was not free within lock_timeout" in str(told[0])
    assert "retry 1 of 10" in str(told[0])
    assert len(rows(database)) == 1


def test_retries_end_and_leave_nothing(database: str) -> None:
    told: list[Retry] = []
    with connect(database) as conn:
        conn.execute("CREATE TABLE busy (a int)")
        conn.execute("BEGIN; LOCK TABLE busy")
        with pytest.raises(StatementFailed) as caught:
            apply(
                database,
                "CREATE TABLE a (); ALTER TABLE busy ADD b int;",
                limits=Limits(lock_timeout=0.02, retries=3, pause=0.001),
                on_retry=told.append,
            )
    assert caught.value.sqlstate == "55P03"
    assert len(told) == 3
    assert (rows(database), tables(database)) == ((), {"busy"})


def test_pauses_grow_and_are_bounded() -> None:
    from trueup.history.apply_one import _pause

    limits = Limits(pause=0.5)
    pauses = [_pause(limits, attempt) for attempt in (1, 2, 3, 4, 30)]
    ideal = [0.5, 1.0, 2.0, 4.0, 30.0]
    assert all(0.5 * want <= pause <= 1.5 * want for pause, want in zip(pauses, ideal, strict=True))


def test_a_file_that_is_not_one_transaction_is_never_run_twice(database: str) -> None:
    told: list[Retry] = []
    with connect(database) as conn:
        conn.execute("CREATE TABLE busy (a int); BEGIN; LOCK TABLE busy")
        with pytest.raises(StatementFailed) as caught:
            apply(
                database,
                "VACUUM; CREATE TABLE a (); ALTER TABLE busy ADD b int;",
                limits=Limits(lock_timeout=0.02, pause=0.001),
                on_retry=told.append,
            )
    assert told == []
    assert "trueup repair --retry" in caught.value.hint
    assert [row.success for row in rows(database)] == [False]


def test_a_statement_timeout_ends_a_file(database: str) -> None:
    with pytest.raises(StatementFailed) as caught:
        apply(database, "SELECT pg_sleep(60)", limits=Limits(statement_timeout=0.05))
    assert caught.value.sqlstate == "57014"


def test_a_version_that_history_cannot_hold_is_refused_before_it_runs(database: str) -> None:
    with at_work(database) as (conn, lock), pytest.raises(ValidationFailed) as caught:
        apply_migration(conn, migration("CREATE TABLE a ()", "1" * 21), lock)
    assert caught.value.code == "migration_version_too_long"
    assert tables(database) == set()


def test_a_connection_cut_between_two_files_starts_nothing(database: str) -> None:
    with at_work(database) as (conn, lock), connect(database) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))
        with pytest.raises(ConnectionFailed) as caught:
            apply_migration(conn, migration("CREATE TABLE a ()"), lock)
    assert caught.value.code == "connection_lost"


def test_a_writer_without_the_right_to_the_table_changes_nothing(database: str) -> None:
    role = "w_" + database.split("dbname='")[1].split("'")[0]
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute(f"CREATE ROLE {role} LOGIN; GRANT CREATE ON SCHEMA public TO {role};")
        conn.execute(f"GRANT SELECT ON public._migrations TO {role}")
    try:
        with pytest.raises(StatementFailed) as caught:
            apply(f"{database} user={role}", "CREATE TABLE a ()")
        assert caught.value.code == "bookkeeping_failed"
        assert (rows(database), tables(database)) == ((), set())
    finally:
        with connect(database) as conn:
            conn.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
