"""What files do when they run: one transaction where PostgreSQL allows it, else as in psql."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from trueup.errors import StatementFailed, TrueupError
from trueup.postgres.run.file import Bookkeeping, FileRun, reset_session, run_file
from trueup.postgres.session.connection import Connection, connect

BOOK = Bookkeeping(
    record="RESET SESSION AUTHORIZATION; INSERT INTO public.book VALUES ('recorded')",
    begin="INSERT INTO public.book VALUES ('begun')",
    finish="RESET ROLE; UPDATE public.book SET entry = 'finished' WHERE entry = 'begun'",
)


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        connection.execute("CREATE TABLE book (entry text)")
        yield connection


@pytest.fixture
def each_conn(each_database: str) -> Iterator[Connection]:
    with connect(each_database) as connection:
        connection.execute("CREATE TABLE book (entry text)")
        yield connection


def run(conn: Connection, text: str) -> FileRun:
    return run_file(conn, text, "m.sql", BOOK)


def refused(conn: Connection, text: str) -> TrueupError:
    with pytest.raises(TrueupError) as caught:
        run(conn, text)
    assert conn.closed or conn.info.transaction_status == 0
    return caught.value


def book(conn: Connection) -> list[str]:
    return [entry for (entry,) in conn.execute("SELECT entry FROM public.book").fetchall()]


def one(conn: Connection, sql: str) -> Any:
    row = conn.execute(sql).fetchone()
    return row[0] if row else None


def tables(conn: Connection) -> list[str]:
    found = conn.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'book'"
        " ORDER BY 1"
    ).fetchall()
    return [name for (name,) in found]


def test_a_file_and_its_record_are_one_transaction(each_conn: Connection) -> None:
    ran = run(each_conn, "CREATE TABLE a (x int);\nINSERT INTO a VALUES (1);\n")
    assert (ran.transactional, ran.statements) == (True, 2)
    assert (tables(each_conn), book(each_conn)) == (["a"], ["recorded"])


def test_a_file_that_fails_leaves_neither_its_changes_nor_its_record(each_conn: Connection) -> None:
    refused(each_conn, "CREATE TABLE a (x int);\nSELECT 1/0;\n")
    assert (tables(each_conn), book(each_conn)) == ([], [])


def test_a_record_that_fails_takes_the_file_with_it(conn: Connection) -> None:
    bad = Bookkeeping("INSERT INTO no_such_book VALUES (1)", "SELECT 1", "SELECT 1")
    with pytest.raises(StatementFailed) as caught:
        run_file(conn, "CREATE TABLE a (x int);", "m.sql", bad)
    assert caught.value.code == "bookkeeping_failed"
    assert caught.value.sqlstate == "42P01"
    assert tables(conn) == []


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE a (x int)",
        "CREATE TABLE a (x int);",
        "CREATE TABLE a (x int) -- the end",
        "CREATE TABLE a (x int); -- the end",
        "CREATE TABLE a (x int) /* the end */",
        "/* one; */ ;; CREATE TABLE a (x int);;\n;",
        "CREATE TABLE a (x int)\r\n;\r\n",
        "\tCREATE\tTABLE a (x int);\f",
        "BEGIN; CREATE TABLE a (x int); COMMIT",
        "begin transaction isolation level serializable; CREATE TABLE a (x int); end work; -- end",
        "SET lock_timeout = '1s'; START TRANSACTION; CREATE TABLE a ();\nCOMMIT TRANSACTION;\n",
        "CREATE TABLE a (x int); COMMIT;",
        "BEGIN; SAVEPOINT s; CREATE TABLE b (); ROLLBACK TO s; RELEASE s; CREATE TABLE a (); END;",
    ],
)
def test_however_it_ends_it_is_one_transaction(conn: Connection, text: str) -> None:
    assert run(conn, text).transactional
    assert (tables(conn), book(conn)) == (["a"], ["recorded"])


@pytest.mark.parametrize("text", ["", "\n", "-- nothing", "/* nothing\n/* at */ all */", ";;"])
def test_a_file_without_statements_is_recorded(conn: Connection, text: str) -> None:
    ran = run(conn, text)
    assert (ran.transactional, ran.statements, ran.notices) == (True, 0, ())
    assert book(conn) == ["recorded"]
    assert run_file(conn, text, "m.sql").notices == ()


def test_a_wrapped_file_that_fails_leaves_nothing(conn: Connection) -> None:
    error = refused(conn, "BEGIN;\nCREATE TABLE a ();\nCREATE TABLE a ();\nCOMMIT;\n")
    assert str(error.location) == "m.sql:3:1"
    assert (tables(conn), book(conn)) == ([], [])


def test_statements_before_begin_belong_to_the_transaction(conn: Connection) -> None:
    refused(conn, "CREATE TABLE a (); BEGIN; SELECT 1/0; COMMIT;")
    assert tables(conn) == []


def test_two_transactions_are_two_and_the_attempt_is_on_record(each_conn: Connection) -> None:
    ran = run(each_conn, "BEGIN; CREATE TABLE a (); COMMIT;\nBEGIN; CREATE TABLE b (); COMMIT;")
    assert (ran.transactional, ran.statements) == (False, 6)
    assert (tables(each_conn), book(each_conn)) == (["a", "b"], ["finished"])


def test_the_first_of_two_transactions_stays_when_the_second_fails(conn: Connection) -> None:
    error = refused(conn, "BEGIN; CREATE TABLE a (); COMMIT;\nBEGIN; CREATE TABLE b (); SELECT x;")
    assert (error.code, str(error.location)) == ("transaction_left_open", "m.sql:2:1")
    error = refused(
        conn, "BEGIN; CREATE TABLE a (); COMMIT;\nBEGIN; CREATE TABLE b (); SELECT x; COMMIT"
    )
    assert (error.code, str(error.location)) == ("statement_failed", "m.sql:2:34")
    assert (tables(conn), book(conn)) == (["a"], ["begun"])


def test_what_follows_commit_makes_it_two(conn: Connection) -> None:
    ran = run(conn, "BEGIN; CREATE TABLE a (); COMMIT; NOTIFY pgrst, 'reload schema';")
    assert not ran.transactional
    assert book(conn) == ["finished"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("-- x\nBEGIN;\nCREATE TABLE a ();\n", "m.sql:2:1"),
        ("CREATE TABLE a ();\nSTART TRANSACTION; SELECT 'the end';", "m.sql:2:1"),
        ("BEGIN; COMMIT;\n  BEGIN; CREATE TABLE a ();", "m.sql:2:3"),
        ("BEGIN;\nCREATE TABLE a ();\nCOMMIT AND CHAIN;", "m.sql:3:1"),
    ],
)
def test_a_transaction_left_open_is_an_error_where_it_begins(
    conn: Connection, text: str, place: str
) -> None:
    error = refused(conn, text)
    assert (error.code, str(error.location)) == ("transaction_left_open", place)
    assert (tables(conn), book(conn)) == ([], [])


def test_a_rollback_at_the_end_does_as_it_says_and_is_noticed(conn: Connection) -> None:
    ran = run(conn, "BEGIN; CREATE TABLE a (); ROLLBACK;")
    assert (tables(conn), book(conn)) == ([], ["finished"])
    assert any("ROLLBACK" in remark for remark in ran.remarks)


def test_a_rollback_outside_of_a_transaction_undoes_nothing_as_in_psql(conn: Connection) -> None:
    run(conn, "CREATE TABLE a (); ROLLBACK;")
    assert tables(conn) == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE INDEX CONCURRENTLY i ON a (x)",
        "SELECT 1; CREATE INDEX CONCURRENTLY i ON a (x); SELECT 2;",
        "VACUUM a;",
        "REINDEX TABLE CONCURRENTLY a;",
        "CREATE TYPE e AS ENUM ('a'); SELECT 'a'::e; ALTER SYSTEM RESET work_mem;",
        "DO $$ BEGIN INSERT INTO a VALUES (1); COMMIT; END $$;",
        "BEGIN; INSERT INTO a VALUES (1); COMMIT; VACUUM a;",
        "VACUUM a; BEGIN; INSERT INTO a VALUES (1); COMMIT;",
    ],
)
def test_what_cant_be_in_a_transaction_runs_alone(each_conn: Connection, text: str) -> None:
    each_conn.execute("CREATE TABLE a (x int)")
    assert not run(each_conn, text).transactional
    assert book(each_conn) == ["finished"]
    assert not run_file(each_conn, "VACUUM a", "m.sql").transactional


def test_a_new_enum_value_may_be_used_at_once(each_conn: Connection) -> None:
    each_conn.execute("CREATE TYPE mood AS ENUM ('sad')")
    ran = run(
        each_conn,
        "ALTER TYPE mood ADD VALUE 'happy';\nCREATE TABLE a (m mood DEFAULT 'happy');\n"
        "INSERT INTO a VALUES ('happy');",
    )
    assert not ran.transactional
    assert book(each_conn) == ["finished"]
    assert one(each_conn, "SELECT m::text FROM a") == "happy"


def test_a_procedure_may_commit(conn: Connection) -> None:
    ran = run(
        conn,
        "CREATE TABLE a (x int);"
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$BEGIN INSERT INTO a VALUES (1); COMMIT; END$$;"
        "CALL p();",
    )
    assert not ran.transactional
    assert one(conn, "SELECT x FROM a") == 1


def test_a_failure_after_statements_that_ran_alone_leaves_the_attempt_on_record(
    conn: Connection,
) -> None:
    error = refused(conn, "CREATE TABLE a (x int);\nVACUUM a;\nSELECT 1/0;")
    assert str(error.location) == "m.sql:3:1"
    assert (tables(conn), book(conn)) == (["a"], ["begun"])


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE b (); DO $$ BEGIN EXECUTE 'VACUUM'; END $$;",
        "CREATE TABLE b ();\nBEGIN; VACUUM; COMMIT;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$BEGIN COMMIT; END$$; SELECT f();",
    ],
)
def test_what_never_works_is_not_tried_piece_by_piece(conn: Connection, text: str) -> None:
    assert refused(conn, text).code == "statement_failed"
    assert (tables(conn), book(conn)) == ([], [])


def test_begin_in_the_way_is_named(conn: Connection) -> None:
    assert "BEGIN ... COMMIT" in refused(conn, "BEGIN; VACUUM; COMMIT;").hint


def test_create_schema_public_of_a_dump_is_passed_over(each_conn: Connection) -> None:
    text = (
        "SET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n"
        'CREATE SCHEMA "public";\nCREATE TABLE public.a ();\nCREATE TABLE public.a ();\n'
    )
    assert str(refused(each_conn, text).location) == "m.sql:5:1"
    ran = run(each_conn, text.replace("CREATE TABLE public.a ();\n", "", 1))
    assert ran.transactional
    assert (tables(each_conn), book(each_conn)) == (["a"], ["recorded"])
    (remark,) = ran.remarks
    assert "CREATE SCHEMA public" in remark and remark in ran.notices


@pytest.mark.parametrize(
    "text",
    [
        "CREATE SCHEMA mine; CREATE SCHEMA mine",
        "CREATE SCHEMA public CREATE TABLE a ()",
        "CREATE SCHEMA public AUTHORIZATION CURRENT_USER",
        "DO $$ BEGIN CREATE SCHEMA public; END $$",
    ],
)
def test_no_other_schema_is_passed_over(conn: Connection, text: str) -> None:
    error = refused(conn, text)
    assert isinstance(error, StatementFailed)
    assert error.sqlstate == "42P06"


def test_the_timeout_a_newer_dump_clears_is_passed_over(each_conn: Connection) -> None:
    run(each_conn, "SET transaction_timeout = 0;\nCREATE TABLE a ();")
    assert tables(each_conn) == ["a"]


def test_a_timeout_this_server_cant_set_is_an_error(each_conn: Connection) -> None:
    if each_conn.info.server_version >= 170000:
        pytest.skip("PostgreSQL 17 and newer have it")
    assert refused(each_conn, "SET transaction_timeout = 5;").code == "statement_failed"


def test_a_plain_dump_with_data_runs_as_psql_would_run_it(each_conn: Connection) -> None:
    ran = run(
        each_conn,
        "\\restrict a1B2\n\nSET client_encoding = 'UTF8';\nCREATE TABLE public.a (x int, y text);\n"
        "COPY public.a (x, y) FROM stdin;\n1\tit's; \\N\n2\t\\N\n\\.\n\n"
        'COPY public.a (x, y) FROM stdin WITH (FORMAT csv);\n3,"two\nlines"\n\\.\n'
        "COPY public.a FROM stdin;\n\\.\n"
        "ALTER TABLE public.a ADD PRIMARY KEY (x);\n\\unrestrict a1B2\n",
    )
    assert (ran.transactional, ran.statements) == (True, 6)
    rows = each_conn.execute("SELECT x, y FROM a ORDER BY x").fetchall()
    assert rows == [(1, "it's; N"), (2, None), (3, "two\nlines")]
    assert book(each_conn) == ["recorded"]


def test_data_fails_with_the_transaction(conn: Connection) -> None:
    text = "CREATE TABLE a (x int);\nCOPY a FROM stdin;\n1\n2\n\\.\nSELECT 1/0;\n"
    assert str(refused(conn, text).location) == "m.sql:6:1"
    assert (tables(conn), book(conn)) == ([], [])


def test_data_without_an_end_goes_to_the_end_of_the_file(conn: Connection) -> None:
    run(conn, "CREATE TABLE a (x int);\nCOPY a FROM stdin;\n7\n8")
    assert one(conn, "SELECT sum(x) FROM a") == 15
    run(conn, "COPY a FROM stdin;")
    assert one(conn, "SELECT sum(x) FROM a") == 15


def test_data_reaches_a_file_that_is_no_single_transaction(conn: Connection) -> None:
    copies = "COPY a FROM stdin;\n1\n\\.\nCOPY a FROM stdin;\n2\n\\.\n"
    assert not run(conn, f"CREATE TABLE a (x int);\nVACUUM a;\n{copies}").transactional
    assert one(conn, "SELECT sum(x) FROM a") == 3


def test_much_data_gets_through_while_the_server_talks(conn: Connection) -> None:
    conn.execute(
        "CREATE TABLE a (x int, y text);"
        "CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE NOTICE '%', repeat('x', 200); RETURN new; END$$;"
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION say()"
    )
    rows = "".join(f"{number}\t{'é' * 200}\n" for number in range(20_000))
    ran = run(conn, f"COPY a FROM stdin;\n{rows}\\.\n")
    assert (one(conn, "SELECT count(*) FROM a"), len(ran.notices)) == (20_000, 20_000)


def test_rows_and_copy_to_are_thrown_away(conn: Connection) -> None:
    ran = run(conn, "SELECT generate_series(1, 1000); COPY (SELECT 1) TO STDOUT; SELECT 2;")
    assert ran.statements == 3


def test_notices_are_collected_and_not_printed(
    conn: Connection, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b]0;owned\x07\u202e%s {0}"
    ran = run(conn, f"DO $$ BEGIN RAISE WARNING '%', '{hostile}'; END $$; NOTIFY a, 'b'; LISTEN a;")
    assert ran.notices == (f"WARNING: {hostile}",)
    assert capfd.readouterr() == ("", "")


def test_notices_of_a_try_that_was_rolled_back_are_not_told_twice(conn: Connection) -> None:
    ran = run(conn, "DROP TABLE IF EXISTS nope; CREATE TABLE a (); VACUUM a;")
    assert len([notice for notice in ran.notices if "nope" in notice]) == 1


def test_a_file_may_change_who_and_where_it_is(conn: Connection) -> None:
    role = f"r_{conn.info.dbname}"
    conn.execute(f"CREATE ROLE {role}; GRANT CREATE ON SCHEMA public TO {role}")
    try:
        run(
            conn,
            f"SET SESSION AUTHORIZATION {role}; SET search_path = ''; CREATE TABLE public.a ()",
        )
        assert book(conn) == ["recorded"]
        reset_session(conn)
        assert one(conn, "SELECT tableowner FROM pg_tables WHERE tablename = 'a'") == role
    finally:
        conn.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_a_long_file_is_one_round_trip_and_quick(conn: Connection) -> None:
    comment = "-- " + "x" * 96 + "\n"
    body = comment * 13_000 + "CREATE TABLE a ();\n"
    assert len(body) > 1_300_000
    started = time.process_time()
    assert run(conn, body).statements == 1
    assert time.process_time() - started < 0.5


def test_a_file_with_a_nul_is_refused_before_it_is_sent(conn: Connection) -> None:
    error = refused(conn, "CREATE TABLE a ();\n\0")
    assert (error.code, str(error.location)) == ("nul_byte", "m.sql:2:1")
    assert tables(conn) == []


def test_the_session_is_as_new_after_a_reset(each_database: str, each_conn: Connection) -> None:
    def state() -> tuple[Any, ...]:
        row = each_conn.execute(
            "SELECT current_user, session_user, current_setting('role'),"
            " current_setting('search_path'), current_setting('default_transaction_read_only'),"
            " current_setting('statement_timeout'), current_setting('client_encoding'),"
            " (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors),"
            " (SELECT count(*) FROM pg_listening_channels()),"
            " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            "   AND pid = pg_backend_pid()), to_regclass('pg_temp.t')"
        ).fetchone()
        assert row is not None
        return tuple(row)

    new = state()
    run_file(
        each_conn,
        "CREATE TEMP TABLE t (); PREPARE p AS SELECT 1; LISTEN c; SELECT pg_advisory_lock(1);"
        " DECLARE k CURSOR WITH HOLD FOR SELECT 1; SET search_path = ''; SET statement_timeout = 7;"
        " SET client_encoding = 'LATIN1'; SET ROLE pg_monitor;"
        " SET default_transaction_read_only = on;",
        "m.sql",
    )
    assert state() != new
    reset_session(each_conn)
    assert state() == new
    run_file(each_conn, "SET SESSION AUTHORIZATION pg_monitor;", "m.sql")
    reset_session(each_conn)
    assert state() == new
