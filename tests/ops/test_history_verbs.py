"""`status`, `mark-applied` and `repair` on a real folder, a real git and a real database."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from trueup.config import load_settings
from trueup.errors import CannotTell, LockTimeout, UsageError, ValidationFailed
from trueup.history.lock import migration_lock
from trueup.history.record import row_sql
from trueup.history.table import ensure_table, read_history
from trueup.model.history import HistoryRow, Source
from trueup.model.migration import checksum_of
from trueup.ops.mark_applied import Marking, MarkResult, mark_applied
from trueup.ops.repair.rows import RepairPlan, repair
from trueup.ops.status import StatusResult, status
from trueup.postgres.session.connection import connect
from trueup.verdict.repair import Wish
from trueup.workbench.database import open_database
from trueup.workbench.project import Project

A, B, C = "20250101000001", "20250101000002", "20250101000003"
LEDGER = (
    "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations"
    " (version text PRIMARY KEY, statements text[], name text);"
)


@pytest.fixture
def project(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("TRUEUP_APPLIED_BY", "ada")
    git(tmp_path, "init", "-q")
    url = {"TRUEUP_DATABASE_URL": database}
    settings = replace(load_settings(tmp_path, environ=url), lock_wait=0.1)
    settings.migrations_dir.mkdir(parents=True)
    return Project(settings)


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True)


def write(project: Project, version: str, name: str, sql: str = "SELECT 1;\n") -> Path:
    path = project.settings.migrations_dir / f"{version}_{name}.sql"
    path.write_text(sql)
    return path


def commit(project: Project) -> None:
    git(project.settings.root, "add", ".")
    git(project.settings.root, "commit", "-qm", "more")


def execute(project: Project, sql: str) -> None:
    with open_database(project) as conn:
        conn.execute(sql.encode())


def record(project: Project, *rows: HistoryRow) -> None:
    with open_database(project) as conn:
        ensure_table(conn)
        for row in rows:
            conn.execute(row_sql(row).encode())


def rows(project: Project) -> dict[str, HistoryRow]:
    with open_database(project) as conn:
        return {row.version: row for row in read_history(conn).rows}


def states(result: StatusResult) -> dict[str, str]:
    return {entry.version: str(entry.state) for entry in result.migrations}


def codes(result: StatusResult | RepairPlan) -> list[str]:
    return [finding.code for finding in result.findings]


# status


def test_status_lists_every_migration_with_its_state(project: Project) -> None:
    ran = write(project, A, "first")
    write(project, B, "second")
    record(project, HistoryRow(A, "first", checksum_of(ran.read_bytes()), applied_by="ada"))
    result = status(project)
    assert states(result) == {A: "applied", B: "pending"}
    assert result.source is Source.MIGRATIONS
    assert result.in_order
    assert result.migrations[0].file == f"supabase/migrations/{A}_first.sql"
    assert result.migrations[0].applied_by == "ada"


def test_status_of_a_database_that_knows_nothing_says_so(project: Project) -> None:
    write(project, A, "first")
    result = status(project)
    assert (states(result), result.source) == ({A: "pending"}, Source.NONE)
    assert codes(result)[-2:] == ["no_history", "migrations_pending"]


def test_status_tells_an_edited_comment_from_an_edited_statement(project: Project) -> None:
    first = write(project, A, "first", "CREATE TABLE a (b int DEFAULT 1);\n")
    second = write(project, B, "second", "CREATE TABLE c (d int DEFAULT 1);\n")
    commit(project)
    record(
        project,
        HistoryRow(A, "first", checksum_of(first.read_bytes())),
        HistoryRow(B, "second", checksum_of(second.read_bytes())),
    )
    first.write_text("-- why\n" + first.read_text())
    second.write_text("\n\nCREATE TABLE c (d int DEFAULT 2);\n")
    result = status(project)
    assert states(result) == {A: "edited", B: "edited"}
    assert codes(result) == ["migration_edited_cosmetic", "migration_edited"]
    assert result.findings[1].location and result.findings[1].location.line == 3
    assert not result.in_order


def test_status_says_once_that_two_files_share_a_version(project: Project) -> None:
    write(project, A, "first")
    write(project, A, "second")
    result = status(project)
    assert codes(result).count("migration_duplicate_version") == 1


def test_status_believes_supabase_where_there_is_nothing_else(project: Project) -> None:
    write(project, A, "first")
    write(project, B, "second")
    execute(project, f"{LEDGER} INSERT INTO supabase_migrations.schema_migrations VALUES ('{A}')")
    result = status(project)
    assert (states(result), result.source) == ({A: "applied", B: "pending"}, Source.SUPABASE)


def test_status_without_a_database_is_an_error_and_not_an_answer(project: Project) -> None:
    with pytest.raises(UsageError):
        status(replace(project, settings=replace(project.settings, database_url=None)))


def test_status_changes_nothing(project: Project) -> None:
    write(project, A, "first")
    status(project)
    with open_database(project) as conn:
        assert not read_history(conn).exists


# mark-applied


def test_a_file_is_recorded_without_being_run(project: Project) -> None:
    path = write(project, A, "first", "CREATE TABLE a ();")
    result = mark_applied(project, Marking((A,)))
    row = rows(project)[A]
    assert result.marked == (row,)
    assert (row.name, row.checksum) == ("first", checksum_of(path.read_bytes()))
    assert (row.applied_by, row.execution_time_ms, row.success) == ("ada", None, True)
    with open_database(project) as conn:
        assert conn.execute("SELECT to_regclass('a')").fetchone() == (None,)
    assert states(status(project)) == {A: "applied"}


def test_several_are_recorded_all_or_none(project: Project) -> None:
    write(project, A, "first")
    write(project, B, "second")
    mark_applied(project, Marking((A,)))
    with pytest.raises(ValidationFailed) as caught:
        mark_applied(project, Marking((B, A)))
    assert [problem.code for problem in caught.value.problems] == ["already_applied"]
    assert list(rows(project)) == [A]


def test_a_version_without_a_file_is_refused_with_the_way_to_name_it(project: Project) -> None:
    with pytest.raises(UsageError) as caught:
        mark_applied(project, Marking((A,)))
    assert caught.value.code == "version_unknown"
    assert f"--unknown {A}=NAME" in caught.value.hint
    with open_database(project) as conn:
        assert not read_history(conn).exists


def test_a_version_without_a_file_is_recorded_under_a_given_name(project: Project) -> None:
    mark_applied(project, Marking(unknown={A: "made_in_studio"}))
    row = rows(project)[A]
    assert (row.name, row.checksum) == ("made_in_studio", None)


@pytest.mark.parametrize(
    ("unknown", "code"),
    [
        ({"2025-01-01": "a"}, "version_invalid"),
        ({"1" * 21: "a"}, "version_invalid"),
        ({A: ""}, "version_needs_a_name"),
    ],
)
def test_a_version_that_can_be_none_is_refused(
    project: Project, unknown: dict[str, str], code: str
) -> None:
    with pytest.raises(UsageError) as caught:
        mark_applied(project, Marking(unknown=unknown))
    assert caught.value.code == code


def test_a_file_is_not_unknown(project: Project) -> None:
    write(project, A, "first")
    with pytest.raises(UsageError) as caught:
        mark_applied(project, Marking(unknown={A: "x"}))
    assert caught.value.code == "version_has_a_file"


def test_naming_no_version_is_a_mistake(project: Project) -> None:
    with pytest.raises(UsageError, match="no version is named"):
        mark_applied(project, Marking())


def test_a_failed_attempt_is_not_marked_but_repaired(project: Project) -> None:
    write(project, A, "first")
    record(project, HistoryRow(A, "first", success=False))
    with pytest.raises(ValidationFailed) as caught:
        mark_applied(project, Marking((A,)))
    assert f"--mark-done {A}" in caught.value.problems[0].hint


def test_a_version_that_two_files_share_is_not_marked(project: Project) -> None:
    write(project, A, "first")
    write(project, A, "second")
    with pytest.raises(ValidationFailed) as caught:
        mark_applied(project, Marking((A,)))
    assert caught.value.problems[0].code == "migration_duplicate_version"


def test_nothing_is_marked_while_another_trueup_is_at_work(project: Project) -> None:
    write(project, A, "first")
    with open_database(project) as conn, migration_lock(conn, wait_seconds=0):
        with pytest.raises(LockTimeout):
            mark_applied(project, Marking((A,)))
        with pytest.raises(LockTimeout):
            repair(project, Wish(), write=True)
        repair(project, Wish())  # looking needs no lock


def supabase(project: Project) -> MarkResult:
    write(project, A, "first", "CREATE TABLE a ();\n")
    write(project, B, "second", "CREATE TABLE b (c int);\n")
    write(project, C, "third")
    execute(
        project,
        f"{LEDGER} INSERT INTO supabase_migrations.schema_migrations VALUES"
        f" ('{A}', ARRAY['CREATE TABLE a ()'], 'first'),"
        f" ('{B}', ARRAY['CREATE TABLE b (c bigint)'], 'second'),"
        " ('20240101000000', NULL, NULL)",
    )
    return mark_applied(project, Marking((C,)))


def test_the_first_row_brings_along_what_supabase_knows(project: Project) -> None:
    """Else the next look would find that nothing but this one ran."""
    result = supabase(project)
    assert [row.version for row in result.marked] == [C]
    assert [row.version for row in result.taken_over] == ["20240101000000", A, B]
    assert states(status(project)) == {
        "20240101000000": "missing",
        A: "applied",
        B: "applied",
        C: "applied",
    }


def test_what_is_taken_over_gets_a_checksum_only_where_the_file_is_what_ran(
    project: Project,
) -> None:
    supabase(project)
    taken = rows(project)
    assert taken[A].checksum is not None and taken[A].applied_by == "supabase"
    assert taken[B].checksum is None
    assert taken["20240101000000"].name == "unnamed"


def test_all_that_supabase_knows_and_we_don_t_is_marked_at_once(project: Project) -> None:
    write(project, A, "first")
    write(project, B, "second")
    record(project, HistoryRow("20240101000000", "baseline"))
    execute(
        project,
        f"{LEDGER} INSERT INTO supabase_migrations.schema_migrations VALUES ('{A}'), ('{B}')",
    )
    assert "foreign_row" in codes(status(project))
    result = mark_applied(project, Marking(from_supabase=True))
    assert [row.version for row in result.marked] == [A, B]
    assert "foreign_row" not in codes(status(project))


def test_from_supabase_needs_a_ledger(project: Project) -> None:
    with pytest.raises(UsageError) as caught:
        mark_applied(project, Marking(from_supabase=True))
    assert caught.value.code == "ledger_missing"


def test_on_supabase_the_table_is_not_open_to_the_api(project: Project) -> None:
    write(project, A, "first")
    settings = replace(project.settings, platform="supabase")
    mark_applied(replace(project, settings=settings), Marking((A,)))
    with open_database(project) as conn:
        found = conn.execute(
            "SELECT relrowsecurity FROM pg_class WHERE oid = 'public._migrations'::regclass"
        ).fetchone()
    assert found == (True,)


# repair


def test_a_repair_without_a_wish_says_what_is_wrong_and_how_to_mend_it(project: Project) -> None:
    write(project, A, "first")
    record(project, HistoryRow(A, "first", "0" * 64), HistoryRow(B, "gone"))
    plan = repair(project, Wish())
    assert (plan.changes, plan.written) == ((), False)
    assert codes(plan) == ["migration_edited", "history_missing_file"]


def test_a_preview_shows_the_change_and_makes_none(project: Project) -> None:
    path = write(project, A, "first")
    record(project, HistoryRow(A, "first", "0" * 64))
    before = rows(project)
    plan = repair(project, Wish(restamp=(A,)))
    (change,) = plan.changes
    assert change.after and change.after.checksum == checksum_of(path.read_bytes())
    assert (plan.written, plan.findings) == (False, ())
    assert rows(project) == before


def test_a_restamp_takes_checksum_and_name_and_keeps_the_rest(project: Project) -> None:
    path = write(project, A, "first")
    record(project, HistoryRow(A, "old_name", "0" * 64, None, "eve", 7))
    before = rows(project)[A]
    plan = repair(project, Wish(restamp=(A,)), write=True)
    after = rows(project)[A]
    assert plan.written
    assert (after.name, after.checksum) == ("first", checksum_of(path.read_bytes()))
    assert (after.applied_at, after.applied_by, after.execution_time_ms) == (
        before.applied_at,
        "eve",
        7,
    )
    assert status(project).findings == ()


def test_a_restamp_keeps_a_time_that_no_python_has(project: Project) -> None:
    write(project, A, "first")
    record(project, HistoryRow(A, "first", "0" * 64))
    execute(project, "UPDATE public._migrations SET applied_at = 'infinity'")
    repair(project, Wish(restamp=(A,)), write=True)
    with open_database(project) as conn:
        found = conn.execute("SELECT applied_at::text FROM public._migrations").fetchone()
    assert found == ("infinity",)


def test_restamping_all_leaves_what_is_right_alone(project: Project) -> None:
    right = write(project, A, "first")
    write(project, B, "second")
    write(project, C, "third")
    record(
        project,
        HistoryRow(A, "first", checksum_of(right.read_bytes())),
        HistoryRow(B, "second", "0" * 64),
        HistoryRow(C, "third"),
    )
    plan = repair(project, Wish(restamp_all=True), write=True)
    assert [change.version for change in plan.changes] == [B, C]
    assert status(project).findings == ()
    assert repair(project, Wish(restamp_all=True), write=True).changes == ()


def test_a_retry_takes_the_failed_row_back_so_that_the_file_is_pending(project: Project) -> None:
    write(project, A, "first")
    record(project, HistoryRow(A, "first", success=False))
    plan = repair(project, Wish(retry=(A,)), write=True)
    assert codes(plan) == ["migrations_pending"]
    assert rows(project) == {}
    assert states(status(project)) == {A: "pending"}


def test_a_failed_attempt_finished_by_hand_is_marked_done_now(project: Project) -> None:
    path = write(project, A, "first")
    record(project, HistoryRow(A, "first", "0" * 64, None, "eve", success=False))
    execute(project, "UPDATE public._migrations SET applied_at = '2020-01-01'")
    repair(project, Wish(mark_done=(A,)), write=True)
    row = rows(project)[A]
    assert (row.success, row.checksum) == (True, checksum_of(path.read_bytes()))
    assert row.applied_by == "ada"
    assert row.applied_at and row.applied_at.year > 2020


def test_a_row_whose_file_is_gone_on_purpose_is_forgotten(project: Project) -> None:
    record(project, HistoryRow(A, "gone"), HistoryRow(B, "gone_too"))
    repair(project, Wish(forget=(A,)), write=True)
    assert list(rows(project)) == [B]


@pytest.mark.parametrize(
    ("wish", "code", "says"),
    [
        (Wish(forget=(A,)), "repair_refused", "its file is still there"),
        (Wish(retry=(A,)), "repair_refused", "it did not fail"),
        (Wish(mark_done=(A,)), "repair_refused", "it did not fail"),
        (Wish(restamp=(B,)), "repair_refused", "its attempt failed"),
        (Wish(forget=(B,)), "repair_refused", "its file is still there"),
        (Wish(restamp=(C,)), "repair_refused", "no file has that version"),
        (Wish(restamp=("1",)), "repair_no_row", "has no row for 1"),
        (Wish(retry=(B,), mark_done=(B,)), "repair_contradicts", "--retry and --mark-done"),
    ],
)
def test_what_would_not_make_history_truer_is_refused(
    project: Project, wish: Wish, code: str, says: str
) -> None:
    write(project, A, "first")
    write(project, B, "second")
    record(
        project,
        HistoryRow(A, "first", "0" * 64),
        HistoryRow(B, "second", success=False),
        HistoryRow(C, "gone"),
    )
    before = rows(project)
    with pytest.raises(ValidationFailed) as caught:
        repair(project, replace(wish, restamp=(*wish.restamp, A)), write=True)
    problem = caught.value.problems[0]
    assert code in [problem.code for problem in caught.value.problems]
    assert any(says in problem.message for problem in caught.value.problems), problem
    assert rows(project) == before


def test_rows_of_supabase_are_not_ours_to_repair(project: Project) -> None:
    execute(project, f"{LEDGER} INSERT INTO supabase_migrations.schema_migrations VALUES ('{A}')")
    with pytest.raises(ValidationFailed) as caught:
        repair(project, Wish(forget=(A,)), write=True)
    assert caught.value.problems[0].code == "repair_no_row"


def test_a_row_that_changes_under_a_repair_stops_all_of_it(project: Project) -> None:
    """Somebody with psql takes no lock of ours; the second row is no longer what was planned."""
    write(project, A, "first")
    write(project, B, "second")
    record(project, HistoryRow(A, "first", "0" * 64), HistoryRow(B, "second", "0" * 64))
    with open_database(project) as psql, open_database(project) as watcher:
        psql.execute("BEGIN")
        psql.execute("UPDATE public._migrations SET checksum = 'x' WHERE version = %s", (B,))
        raised: list[CannotTell] = []

        def run() -> None:
            with pytest.raises(CannotTell) as caught:
                repair(project, Wish(restamp=(A, B)), write=True)
            raised.append(caught.value)

        thread = threading.Thread(target=run)
        thread.start()
        waits = "SELECT 1 FROM pg_stat_activity WHERE pg_blocking_pids(pid) = ARRAY[%s::int]"
        while not watcher.execute(waits, (psql.info.backend_pid,)).fetchone():
            pass
        psql.execute("COMMIT")
        thread.join()
    assert raised[0].code == "history_changed"
    assert rows(project)[A].checksum == "0" * 64


def test_a_connection_url_never_shows_up_in_a_result(project: Project, database: str) -> None:
    with connect(database) as conn:
        assert repair(project, Wish()).database == conn.info.dbname
