"""Replaying: every file in a session as good as new, in order, quickly."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trueup.errors import ConnectionFailed, StatementFailed
from trueup.model.migration import Migration
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import Connection, connect
from trueup.shadow.replay import ReplayReport, replay

SHARED = Path(os.environ.get("TRUEUP_SHARED") or Path(__file__).parents[3] / "shared")


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def migrations(*texts: str) -> list[Migration]:
    return [
        Migration(str(number), "step", f"migrations/{number}_step.sql", text.encode())
        for number, text in enumerate(texts, 1)
    ]


def run(conn: Connection, *texts: str) -> ReplayReport:
    return replay(conn, migrations(*texts))


def one(conn: Connection, sql: str) -> Any:
    row = conn.execute(sql).fetchone()
    return row[0] if row else None


def test_files_run_in_order_and_each_is_announced_before_it_runs(conn: Connection) -> None:
    told: list[tuple[int, str, Any]] = []
    files = migrations("CREATE TABLE a ()", "CREATE TABLE b ()", "DROP TABLE a")

    def on_file(number: int, migration: Migration) -> None:
        told.append((number, migration.version, one(conn, "SELECT count(*) FROM pg_tables")))

    report = replay(conn, files, on_file)
    there = told[0][2]
    assert told == [(0, "1", there), (1, "2", there + 1), (2, "3", there + 2)]
    assert list(report.runs) == [file.path for file in files]
    assert report.files == 3


def test_the_first_file_that_fails_ends_it_and_is_named(conn: Connection) -> None:
    with pytest.raises(StatementFailed) as caught:
        run(conn, "CREATE TABLE a ();", "SELECT 1;\nSELECT nope;", "CREATE TABLE c ();")
    assert str(caught.value.location) == "migrations/2_step.sql:2:8"
    assert one(conn, "SELECT to_regclass('a')") == "a"
    assert one(conn, "SELECT to_regclass('c')") is None


def test_a_lost_connection_names_the_file(conn: Connection) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        run(conn, "SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid())")
    assert caught.value.code == "connection_lost"
    assert "migrations/2_step.sql" in caught.value.message


@pytest.mark.parametrize(
    "poison",
    [
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "SET ROLE pg_monitor;",
        "SET SESSION AUTHORIZATION pg_monitor;",
        "SET default_transaction_read_only = on;",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;",
        "SET check_function_bodies = false; SET session_replication_role = replica;",
        "CREATE TEMP TABLE t (x int);",
        "PREPARE p AS SELECT 1;",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1;",
        "SELECT pg_advisory_lock(7);",
        "LISTEN somewhere;",
        "SET statement_timeout = 1;",
        "SELECT set_config('standard_conforming_strings', 'off', false);",
        "SET client_encoding = 'SQL_ASCII';",
        "BEGIN; SET search_path = ''; COMMIT; BEGIN; SET ROLE pg_monitor; COMMIT;",
    ],
)
def test_nothing_of_a_session_reaches_the_next_file(
    each_pg: Cluster, fresh_database: Callable[[Cluster], str], poison: str
) -> None:
    check = (
        "CREATE TABLE t (said text DEFAULT 'é\\n');\nPREPARE p AS SELECT 1;\n"
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1;\n"
        "DO $$ BEGIN\n"
        " ASSERT current_user = 'postgres' AND session_user = 'postgres', 'role';\n"
        " ASSERT current_setting('search_path') = '\"$user\", public', 'search_path';\n"
        " ASSERT current_setting('session_replication_role') = 'origin', 'replication';\n"
        " ASSERT (SELECT count(*) FROM pg_listening_channels()) = 0, 'listen';\n"
        " ASSERT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        " AND pid = pg_backend_pid()) = 0, 'lock';\n"
        " ASSERT current_setting('statement_timeout') = '0', 'timeout';\n"
        "END $$;\n"
    )
    database = fresh_database(each_pg)
    with connect(database) as conn:
        run(conn, poison, check, check.replace("CREATE TABLE t ", "CREATE TABLE u "))
        assert one(conn, "SELECT length(pg_get_expr(adbin, adrelid)) FROM pg_attrdef LIMIT 1") > 5
        assert one(conn, "SELECT to_regclass('public.u')") is not None


def test_the_connection_comes_back_clean(conn: Connection) -> None:
    run(conn, "CREATE TEMP TABLE t (); SET search_path = ''")
    assert one(conn, "SELECT to_regclass('pg_temp.t')") is None
    assert one(conn, "SHOW search_path") == '"$user", public'


@pytest.mark.parametrize(
    "setting",
    [
        "ALTER DATABASE {db} SET search_path = elsewhere;",
        "alter /* the */ database -- one\n {db} set search_path = elsewhere;",
        "ALTER ROLE CURRENT_USER IN DATABASE {db} SET search_path = elsewhere;",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = elsewhere',"
        " current_database()); END $$;",
    ],
)
def test_settings_for_new_sessions_reach_the_next_file(conn: Connection, setting: str) -> None:
    database = conn.info.dbname
    text = f"CREATE SCHEMA elsewhere; {setting.format(db=database)}"
    run(conn, text, "CREATE TABLE a ();", f"ALTER DATABASE {database} SET work_mem = '5MB';")
    assert one(conn, "SELECT to_regclass('elsewhere.a')") is not None
    assert one(conn, "SHOW work_mem") == "5MB"


def test_settings_of_others_do_not_cost_a_new_session(conn: Connection) -> None:
    conn.execute("CREATE ROLE replay_other")
    try:
        before = conn.info.backend_pid
        run(
            conn, "ALTER ROLE replay_other SET search_path = elsewhere", "ALTER USER postgres LOGIN"
        )
        assert conn.info.backend_pid == before
    finally:
        conn.execute("DROP ROLE replay_other")


def test_the_report_tells_what_is_worth_telling(conn: Connection) -> None:
    report = run(
        conn,
        "CREATE SCHEMA public; CREATE TABLE a (x int); DROP TABLE IF EXISTS nope;",
        "CREATE INDEX CONCURRENTLY ON a (x);",
        "BEGIN; CREATE TABLE b (); ROLLBACK;",
    )
    paths = list(report.runs)
    assert report.not_transactional == (paths[1], paths[2])
    assert [note.split(":", 1)[0] for note in report.notes()] == [
        paths[0],
        *paths[1:2],
        *paths[2:] * 2,
    ]
    assert any("nope" in notice for notice in report.runs[paths[0]].notices)
    assert not any("nope" in note for note in report.notes())


def test_a_byte_order_mark_and_windows_lines_are_read(conn: Connection) -> None:
    mark = Migration("1", "a", "1_a.sql", b"\xef\xbb\xbfCREATE TABLE a ();\r\nSELECT nope;\r\n")
    with pytest.raises(StatementFailed) as caught:
        replay(conn, [mark])
    assert str(caught.value.location) == "1_a.sql:2:8"


def test_no_files_are_no_work(conn: Connection) -> None:
    assert run(conn).files == 0


def plain_projects() -> list[str]:
    try:
        known = json.loads((SHARED / "corpus" / "corpus.json").read_text())
    except OSError:
        return []
    return [name for name, facts in known.items() if facts["plain"]]


def of_project(name: str) -> list[Migration]:
    files = sorted((SHARED / "corpus" / name / "migrations").glob("*.sql"))
    return [
        Migration(path.stem.split("_")[0], path.stem, f"migrations/{path.name}", path.read_bytes())
        for path in files
    ]


PROJECTS = plain_projects()
needs_corpus = pytest.mark.skipif(not PROJECTS, reason=f"no corpus in {SHARED} (TRUEUP_SHARED)")


@needs_corpus
@pytest.mark.parametrize("name", PROJECTS or ["none"])
def test_real_projects_replay(
    each_pg: Cluster, fresh_database: Callable[[Cluster], str], name: str
) -> None:
    files = of_project(name)
    with connect(fresh_database(each_pg)) as conn:
        try:
            report = replay(conn, files)
        except StatementFailed as error:
            if each_pg.install.major not in (15, 17) and "is not available" in error.message:
                pytest.skip(f"{each_pg.install}: {error.message}")
            raise
    assert report.files == len(files) > 10


@needs_corpus
def test_a_replay_costs_little_more_than_sending_the_files(
    pg: Cluster, fresh_database: Callable[[Cluster], str]
) -> None:
    """CPU of this process; the server's share is the same, but for one DISCARD ALL a file."""
    files = of_project("rust-lang__crates.io")
    costs = []
    for replays in (False, True):
        with connect(fresh_database(pg)) as conn:
            started = time.process_time()
            if replays:
                replay(conn, files)
            else:
                for file in files:
                    conn.execute(file.sql)
            costs.append(time.process_time() - started)
    assert costs[1] < costs[0] + 0.001 * len(files)
