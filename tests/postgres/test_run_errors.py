"""Where and how a file that fails is said to have failed, and what is left of the session."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueup.errors import ConnectionFailed, StatementFailed, TrueupError
from trueup.postgres.run.file import run_file
from trueup.postgres.session.connection import Connection, connect


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


@pytest.fixture
def each_conn(each_database: str) -> Iterator[Connection]:
    with connect(each_database) as connection:
        yield connection


def failure(conn: Connection, text: str) -> StatementFailed:
    with pytest.raises(StatementFailed) as caught:
        run_file(conn, text, "m.sql")
    assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    return caught.value


def place(conn: Connection, text: str) -> str:
    return str(failure(conn, text).location)


@pytest.mark.parametrize(
    ("text", "where", "statement"),
    [
        ("SELECT nope;", "m.sql:1:8", "SELECT nope"),
        ("-- one\n\n  SELECT 1; SELECT nope;", "m.sql:3:20", "SELECT nope"),
        (
            "SELECT 'é😀\u0301',\n\t'日本', nope;",
            "m.sql:2:8",
            "SELECT 'é😀\u0301',\n\t'日本', nope",
        ),
        ("SELECT 1;\r\nSELECT 2;\r\n  SELECT nope;\r\n", "m.sql:3:10", "SELECT nope"),
        ("CREATE TABLE a ();\nCREATE TABLE a ();", "m.sql:2:1", "CREATE TABLE a ()"),
        ("SELECT 1;;\n;/* ; */ SELECT 1/0; SELECT 2", "m.sql:2:10", "SELECT 1/0"),
        ("SELECT 1;\n SELEC 2;\nSELECT 3;", "m.sql:2:2", "SELEC 2"),
        ("SELECT 1; SELECT 'it", "m.sql:1:18", "SELECT 'it"),
        ("SELECT (1;", "m.sql:1:10", "SELECT (1;"),
        ("SELECT (1\n-- the end\n", "m.sql:2:10", "SELECT (1\n-- the end\n"),
        ("SELECT 1;\n$$", "m.sql:2:1", "$$"),
        ("BEGIN;\nSELECT 1;\nSELECT 1/0;\nCOMMIT;", "m.sql:3:1", "SELECT 1/0"),
        ("SELECT a.b.c.d.e;", "m.sql:1:8", "SELECT a.b.c.d.e"),
    ],
)
def test_the_place_is_that_of_the_statement_or_better(
    conn: Connection, text: str, where: str, statement: str
) -> None:
    error = failure(conn, text)
    assert (str(error.location), error.statement, error.source) == (where, statement, text)


def test_an_error_without_a_position_is_placed_by_counting(each_conn: Connection) -> None:
    text = (
        "CREATE TABLE a (x int CHECK (x > 0));\nINSERT INTO a VALUES (1);\n\n"
        "INSERT INTO a VALUES (0);"
    )
    error = failure(each_conn, text)
    assert (str(error.location), error.sqlstate) == ("m.sql:4:1", "23514")
    assert "violates check constraint" in error.message
    assert "Failing row" in error.detail


def test_raise_keeps_all_that_the_server_said(conn: Connection) -> None:
    error = failure(
        conn,
        "SELECT 1;\nDO $$BEGIN\n"
        " RAISE EXCEPTION 'no' USING DETAIL='why', HINT='do', ERRCODE='Q1234';\nEND$$;",
    )
    assert (error.message, error.detail, error.server_hint) == ("no", "why", "do")
    assert (error.sqlstate, str(error.location)) == ("Q1234", "m.sql:2:1")
    assert "PL/pgSQL function inline_code_block line 2 at RAISE" in error.context
    assert "nothing of this file was applied" in error.hint


def test_a_deferred_constraint_is_the_files_fault_not_the_records(each_conn: Connection) -> None:
    text = (
        "CREATE TABLE a (x int PRIMARY KEY,\n y int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n"
        "INSERT INTO a VALUES (1, 2);\n"
    )
    error = failure(each_conn, text)
    assert (error.code, error.sqlstate) == ("statement_failed", "23503")
    assert error.location is not None and error.location.line == 3
    assert failure(each_conn, f"BEGIN;\n{text}COMMIT;\n").sqlstate == "23503"


def test_an_error_in_a_function_body_is_shown_in_the_body(conn: Connection) -> None:
    text = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n  SELECT nope\n$$;"
    assert place(conn, text) == "m.sql:2:10"


def test_an_error_in_a_query_nobody_wrote_is_placed_at_the_statement(conn: Connection) -> None:
    text = "SELECT 1;\nDO $$BEGIN PERFORM nope FROM pg_class; END$$;"
    assert place(conn, text) == "m.sql:2:1"
    text = (
        "CREATE TABLE a (x text, y text);\nCREATE INDEX ON a (lower(x));\n"
        "ALTER TABLE a ALTER x TYPE point USING NULL;"
    )
    assert place(conn, text).startswith("m.sql:3:")


def test_a_statement_that_rules_multiply_is_still_one(conn: Connection) -> None:
    text = (
        "CREATE TABLE a (x int);\nCREATE RULE r AS ON INSERT TO a DO ALSO (SELECT 1; SELECT 2);\n"
        "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\nSELECT 1;\nSELECT 1/0;"
    )
    assert place(conn, text) == "m.sql:6:1"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("CREATE TABLE a (x int, y int);\nCOPY a FROM stdin;\n1\t1\n2\tx\n3\t3\n\\.\n", 4),
        ("CREATE TABLE a (x int);\n\n\nCOPY a FROM stdin;\n1\n1\t2\n\\.\n", 6),
        ("CREATE TABLE a (x int);\r\nCOPY a FROM stdin;\r\n1\r\nx\r\n\\.\r\n", 4),
        ('CREATE TABLE a (x text);\nCOPY a FROM stdin CSV HEADER;\nx\n"1\n2"\n3,4\n\\.\n', 6),
        ("CREATE TABLE a (x int PRIMARY KEY);\nCOPY a FROM stdin;\n1\n2\n2\n\\.\n", 5),
        ('CREATE TABLE "a, 9" (x int);\nCOPY "a, 9" FROM stdin;\n1\nx\n\\.\n', 4),
        (
            "CREATE TABLE a (x int);\nCOPY a FROM stdin;\n1\n\\.\n\\echo\n"
            "COPY a FROM stdin;\n1\n2\nx\n\\.\n",
            9,
        ),
    ],
)
def test_an_error_in_copied_data_names_the_files_line(
    each_conn: Connection, text: str, line: int
) -> None:
    error = failure(each_conn, text)
    assert error.location is not None
    assert (error.location.line, error.location.column) == (line, None)
    assert error.statement.startswith("COPY")


def test_an_error_after_copied_data_is_not_in_the_data(conn: Connection) -> None:
    conn.execute("CREATE TABLE p (x int PRIMARY KEY); CREATE TABLE a (x int REFERENCES p)")
    assert place(conn, "COPY a FROM stdin;\n1\n\\.\n") == "m.sql:1:1"
    assert place(conn, "COPY p FROM stdin;\n1\n\\.\nSELECT 1/0;") == "m.sql:4:1"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("SELECT 1 \\gexec\n", "m.sql:1:10"),
        ("\\i other.sql\n", "m.sql:1:1"),
        ("SELECT 1;\n  \\copy a from 'b'\n", "m.sql:2:3"),
        ("\\set v 1\nSELECT :v;", "m.sql:2:8"),
        ("BEGIN; COMMIT; SELECT 1; \\! rm -rf x\n", "m.sql:1:26"),
    ],
)
def test_psql_commands_that_change_what_runs_are_refused(
    conn: Connection, text: str, where: str
) -> None:
    error = failure(conn, text)
    assert (error.code, str(error.location)) == ("psql_command_unsupported", where)


@pytest.mark.parametrize("value", ["off", "'off'", "false", "0", "'no'"])
def test_a_file_that_changes_how_its_strings_read_is_refused(conn: Connection, value: str) -> None:
    text = f"SELECT 1;\nset STANDARD_CONFORMING_STRINGS to {value};\nSELECT 'a\\'b';\n"
    error = failure(conn, text)
    assert (error.code, str(error.location)) == ("string_setting_unsupported", "m.sql:2:1")


@pytest.mark.parametrize(
    "text",
    [
        "SET standard_conforming_strings = on;",
        "SELECT 'SET standard_conforming_strings = off;', E'\\\\';",
        "SELECT E'\\\\'; SET standard_conforming_strings = off; SELECT 'it''s';",
        "SET standard_conforming_strings TO DEFAULT; RESET standard_conforming_strings;",
    ],
)
def test_other_words_on_strings_are_fine(conn: Connection, text: str) -> None:
    run_file(conn, text, "m.sql")


def test_a_transaction_setting_that_comes_too_late_is_not_told_to_leave(conn: Connection) -> None:
    text = "BEGIN;\nSELECT 1;\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCOMMIT;"
    error = failure(conn, text)
    assert (error.sqlstate, str(error.location)) == ("25001", "m.sql:3:1")
    assert "outside of a transaction" not in error.hint


def test_a_mistake_before_a_psql_command_stays_the_mistake(conn: Connection) -> None:
    assert failure(conn, "SELEC 1;\nSELECT 'a\\b', '\\d';\n").sqlstate == "42601"


def test_a_database_without_encoding_counts_bytes(database: str) -> None:
    name = f"{psycopg.conninfo.conninfo_to_dict(database)['dbname']}_ascii"
    with connect(database) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'template0'").fetchone():
            admin.execute("CREATE DATABASE template0 TEMPLATE template1")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        try:
            with connect(psycopg.conninfo.make_conninfo(database, dbname=name)) as conn:
                assert place(conn, "SELECT 'é😀', nope;") == "m.sql:1:14"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


_TEXT = st.text(st.sampled_from("aé😀日\u0301 \t\n-;'$"), max_size=12)


def _comment(text: str) -> str:
    return f"/* {text.replace('*/', '')} */"


def _string(text: str) -> str:
    return "SELECT '" + text.replace("'", "''") + "';"


def _dollar(text: str) -> str:
    return f"SELECT $t${text}$t$;"


def _line(text: str) -> str:
    return "--" + text.replace("\n", "") + "\n"


_PIECES = st.lists(
    st.builds(
        lambda make, text: str(make(text)),
        st.sampled_from([_comment, _string, _dollar, _line]),
        _TEXT,
    ),
    max_size=6,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=_PIECES, after=_PIECES, told=st.booleans())
def test_whatever_surrounds_it_the_place_is_exact(
    conn: Connection, before: list[str], after: list[str], told: bool
) -> None:
    head, wrong = "".join(before), "SELECT nope;" if told else "SELECT 1/0;"
    offset = len(head) + (len("SELECT ") if told else 0)
    line = head.count("\n") + 1
    column = offset - (head.rfind("\n") + 1) + 1
    assert place(conn, head + wrong + "".join(after)) == f"m.sql:{line}:{column}"


def test_a_cancelled_statement_is_an_error_and_the_session_goes_on(conn: Connection) -> None:
    text = "SET statement_timeout = '50ms';\nSELECT pg_sleep(60);"
    error = failure(conn, text)
    assert (error.sqlstate, str(error.location)) == ("57014", "m.sql:2:1")
    assert conn.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("text", ["SELECT pg_terminate_backend(pg_backend_pid());", "VACUUM; {}"])
def test_a_connection_that_dies_is_said_to_be_lost(each_conn: Connection, text: str) -> None:
    text = "SELECT 1;\n" + text.format("SELECT pg_terminate_backend(pg_backend_pid());")
    with pytest.raises(ConnectionFailed) as caught:
        run_file(each_conn, text, "m.sql")
    error = caught.value
    assert error.code == "connection_lost"
    assert error.location is not None and str(error.location).startswith("m.sql:2:")
    assert "m.sql" in error.message
    assert each_conn.closed


def test_a_socket_that_closes_is_said_to_be_lost(conn: Connection) -> None:
    with Path(os.devnull).open("r+b") as nothing:
        os.dup2(nothing.fileno(), conn.pgconn.socket)
    with pytest.raises(ConnectionFailed) as caught:
        run_file(conn, "SELECT 1;", "m.sql")
    assert caught.value.code == "connection_lost"


class _Stop(BaseException):
    pass


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stop


@pytest.fixture
def soon() -> Iterator[None]:
    """A signal whose handler raises, a moment from now."""
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, previous)


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE a (); SELECT pg_sleep(60);",
        "BEGIN; CREATE TABLE a (); SELECT pg_sleep(60); COMMIT; BEGIN; COMMIT;",
        "COPY (SELECT pg_sleep(60)) TO STDOUT;",
        "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$;",
    ],
)
def test_an_interruption_cancels_the_query_and_leaves_the_session_clean(
    conn: Connection, text: str, soon: None
) -> None:
    with pytest.raises(_Stop):
        run_file(conn, text, "m.sql")
    assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert conn.execute("SELECT to_regclass('a')").fetchone() == (None,)


def test_an_interruption_while_data_is_sent_leaves_the_session_clean(
    conn: Connection, soon: None
) -> None:
    conn.execute(
        "CREATE TABLE a (x int);"
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM pg_sleep(60); RETURN new; END$$;"
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION wait()"
    )
    rows = "1\n" * 3_000_000
    with pytest.raises(_Stop):
        run_file(conn, f"COPY a FROM stdin;\n{rows}\\.\n", "m.sql")
    assert conn.execute("SELECT count(*) FROM a").fetchone() == (0,)


def test_every_error_is_one_for_the_user(conn: Connection) -> None:
    with pytest.raises(TrueupError) as caught:
        run_file(conn, "SELECT nope", "m.sql")
    finding = caught.value.finding()
    assert (finding.code, str(finding.location)) == ("statement_failed", "m.sql:1:8")
