from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest
from psycopg import sql

from trueup.errors import CannotTell, ConnectionFailed
from trueup.history.record import row_sql
from trueup.history.table import ensure_table, read_history
from trueup.model.history import HistoryRow
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import connect

ROW = HistoryRow("20250127093045", "add_customer_segments", "a" * 64, datetime(2025, 1, 27, 9, 31))


def as_role(conninfo: str, *grants: str) -> str:
    """A conninfo for a fresh role of the database's server with just these grants."""
    role = "r_" + conninfo.rsplit("dbname=", 1)[-1].split()[0].strip("'")
    with connect(conninfo) as conn:
        conn.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        for grant in grants:
            conn.execute(f'{grant} TO "{role}"')
    return f"{conninfo} user={role}"


def drop_roles(conninfo: str, role_conninfo: str) -> None:
    role = role_conninfo.rsplit("user=", 1)[1]
    with connect(conninfo) as conn:
        conn.execute(f'DROP OWNED BY "{role}"; DROP ROLE "{role}"')


def test_a_database_without_the_table_has_no_history(each_database: str) -> None:
    with connect(each_database) as conn:
        history = read_history(conn)
    assert (history.rows, history.exists) == ((), False)


def test_the_table_is_made_as_the_contract_says(each_database: str) -> None:
    with connect(each_database) as conn:
        assert ensure_table(conn) is True
        found = conn.execute(
            "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
            " WHERE attrelid = 'public._migrations'::regclass AND attnum > 0 ORDER BY attnum"
        ).fetchall()
        key = conn.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = 'public._migrations'::regclass AND contype = 'p'"
        ).fetchone()
        assert read_history(conn).exists
    assert found == [
        ("version", "character varying(20)", True),
        ("name", "character varying(255)", True),
        ("checksum", "character varying(64)", False),
        ("applied_at", "timestamp without time zone", True),
        ("applied_by", "character varying(255)", False),
        ("execution_time", "integer", False),
        ("success", "boolean", True),
    ]
    assert key == ("PRIMARY KEY (version)",)


def test_making_the_table_twice_changes_nothing(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute(row_sql(ROW))
        assert ensure_table(conn) is False
        assert read_history(conn).rows == (ROW_AS_READ,)


ROW_AS_READ = HistoryRow(ROW.version, ROW.name, ROW.checksum, ROW.applied_at, "postgres")


def test_the_table_is_found_whatever_the_search_path(database: str) -> None:
    with connect(database) as conn:
        conn.execute("CREATE SCHEMA other; CREATE TABLE other._migrations (id int)")
        conn.execute("SET search_path TO other")
        ensure_table(conn)
        conn.execute("SET search_path TO ''")
        assert read_history(conn).exists


def test_two_who_make_the_table_at_once_both_succeed(database: str) -> None:
    """The second's INSERT into pg_type waits for the first's commit and then fails."""
    first, second = connect(database), connect(database)
    outcome: list[bool] = []
    with first, second:
        first.execute("BEGIN")
        ensure_table(first)
        pid = second.info.backend_pid
        racer = threading.Thread(target=lambda: outcome.append(ensure_table(second)))
        racer.start()
        with connect(database) as watcher:
            wait_until_blocked(watcher, pid)
        first.execute("COMMIT")
        racer.join()
        assert outcome == [False]
        assert read_history(second).exists


def wait_until_blocked(watcher: psycopg.Connection, pid: int) -> None:
    while watcher.execute("SELECT pg_blocking_pids(%s) <> '{}'", (pid,)).fetchone() != (True,):
        pass


def test_a_table_of_another_tool_is_refused_with_its_columns_named(database: str) -> None:
    with connect(database) as conn:
        conn.execute(
            "CREATE TABLE _migrations (id serial PRIMARY KEY, name varchar(255) NOT NULL,"
            " run_on timestamp NOT NULL)"
        )
        for act in (read_history, ensure_table):
            with pytest.raises(CannotTell) as caught:
                act(conn)
            assert caught.value.code == "history_table_foreign"
            assert "lacks version, checksum, applied_at, applied_by" in caught.value.message
            assert "run_on must be given a value" in caught.value.message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("ALTER COLUMN version TYPE bigint USING version::bigint", "version is int8, not"),
        ("ALTER COLUMN applied_at TYPE timestamptz", "applied_at is timestamptz, not timestamp"),
        ("ALTER COLUMN success TYPE text", "success is text, not bool"),
        ("DROP COLUMN checksum", "it lacks checksum"),
        ("ADD COLUMN tenant int NOT NULL", "tenant must be given a value"),
        ("DROP CONSTRAINT _migrations_pkey", "no primary key on version"),
    ],
)
def test_a_table_of_another_shape_is_refused_with_the_column(
    database: str, change: str, says: str
) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute(f"ALTER TABLE public._migrations {change}")
        with pytest.raises(CannotTell) as caught:
            read_history(conn)
    assert caught.value.code == "history_table_foreign"
    assert says in caught.value.message


@pytest.mark.parametrize(
    "change",
    [
        "ALTER COLUMN version TYPE text",
        "ALTER COLUMN execution_time TYPE bigint",
        "ADD COLUMN note text",
        "ADD COLUMN tenant int NOT NULL DEFAULT 1",
        "ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY",
        "DROP CONSTRAINT _migrations_pkey, ADD UNIQUE (version)",
    ],
)
def test_a_table_with_more_room_than_ours_is_good_enough(database: str, change: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute(f"ALTER TABLE public._migrations {change}")
        conn.execute(row_sql(ROW))
        assert read_history(conn).rows == (ROW_AS_READ,)


def test_a_view_in_the_place_of_the_table_is_refused(database: str) -> None:
    with connect(database) as conn:
        conn.execute("CREATE VIEW public._migrations AS SELECT 1 AS version")
        with pytest.raises(CannotTell, match="is not a table"):
            read_history(conn)


def test_rows_come_in_byte_order_of_their_versions(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        for version in ("9", "10", "001", "20250101000000"):
            conn.execute(row_sql(HistoryRow(version, "n")))
        versions = [row.version for row in read_history(conn).rows]
    assert versions == ["001", "10", "20250101000000", "9"]


def test_times_that_no_python_has_are_unknown(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute(
            "INSERT INTO public._migrations (version, name, applied_at, success)"
            " VALUES ('1', 'n', 'infinity', true), ('2', 'n', '0044-03-15 BC', true)"
        )
        assert [row.applied_at for row in read_history(conn).rows] == [None, None]


def test_the_insert_of_the_requirements_reads_as_applied(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute(
            "INSERT INTO _migrations (version, name, applied_at, success)"
            " VALUES ('20250101000000', 'baseline_schema', NOW(), true)"
        )
        (row,) = read_history(conn).rows
    assert (row.name, row.success, row.checksum) == ("baseline_schema", True, None)


def test_without_the_right_to_read_nothing_is_claimed(each_database: str) -> None:
    with connect(each_database) as conn:
        ensure_table(conn)
    reader = as_role(each_database)
    with connect(reader) as conn, pytest.raises(CannotTell) as caught:
        read_history(conn)
    assert caught.value.code == "history_unreadable"
    assert "GRANT SELECT ON public._migrations TO" in caught.value.hint
    drop_roles(each_database, reader)


def test_without_the_right_to_enter_the_schema_nothing_is_claimed(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
        conn.execute("REVOKE ALL ON SCHEMA public FROM public")
    reader = as_role(database, "GRANT SELECT ON public._migrations")
    with connect(reader) as conn, pytest.raises(CannotTell) as caught:
        read_history(conn)
    assert "GRANT USAGE ON SCHEMA public TO" in caught.value.hint
    drop_roles(database, reader)


def test_rows_hidden_by_row_security_are_never_taken_for_no_rows(each_database: str) -> None:
    with connect(each_database) as conn:
        ensure_table(conn, row_security=True)
        conn.execute(row_sql(ROW))
        assert read_history(conn).rows == (ROW_AS_READ,)
    reader = as_role(each_database, "GRANT SELECT ON public._migrations")
    with connect(reader) as conn, pytest.raises(CannotTell) as caught:
        read_history(conn)
    assert caught.value.code == "history_rows_hidden"
    drop_roles(each_database, reader)


def test_without_the_right_to_make_the_table_the_grant_is_named(database: str) -> None:
    maker = as_role(database)
    with connect(database) as conn:
        conn.execute("REVOKE CREATE ON SCHEMA public FROM public")
    with connect(maker) as conn, pytest.raises(CannotTell) as caught:
        ensure_table(conn)
    assert caught.value.code == "history_not_writable"
    assert "CREATE ON SCHEMA public" in caught.value.hint
    drop_roles(database, maker)


def test_a_table_that_is_there_needs_no_right_to_make_one(database: str) -> None:
    with connect(database) as conn:
        ensure_table(conn)
    writer = as_role(database, "GRANT SELECT, INSERT ON public._migrations")
    with connect(writer) as conn:
        assert ensure_table(conn) is False
    drop_roles(database, writer)


def test_a_database_without_schema_public_says_what_to_make(database: str) -> None:
    with connect(database) as conn:
        conn.execute("DROP SCHEMA public")
        with pytest.raises(CannotTell) as caught:
            ensure_table(conn)
    assert caught.value.code == "schema_public_missing"


def test_a_read_only_session_is_told_apart_from_a_missing_right(database: str) -> None:
    read_only = f"{database} options='-c default_transaction_read_only=on'"
    with connect(read_only) as conn, pytest.raises(CannotTell) as caught:
        ensure_table(conn)
    assert caught.value.code == "database_read_only"


def test_a_connection_that_was_cut_is_a_failed_connection(
    pg: Cluster, fresh_database: Callable[[Cluster], str]
) -> None:
    database = fresh_database(pg)
    with connect(database) as conn, connect(database) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))
        with pytest.raises(ConnectionFailed):
            read_history(conn)
