from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from trueup.model.finding import Finding, Severity
from trueup.model.history import (
    History,
    HistoryRow,
    Ledger,
    LedgerRow,
    Source,
    evidence,
)
from trueup.model.migration import Migration
from trueup.verdict.history import HistoryVerdict, judge_history
from trueup.verdict.pairs import State

A, B, C = "20250101000001", "20250101000002", "20250101000003"
AT = datetime(2025, 1, 27, 9, 30, 45)


def file(version: str, name: str = "step", sql: str = "SELECT 1;\n") -> Migration:
    return Migration(version, name, f"supabase/migrations/{version}_{name}.sql", sql.encode())


def row(of: Migration, **changed: object) -> HistoryRow:
    fields: dict[str, object] = {
        "version": of.version,
        "name": of.name,
        "checksum": of.checksum,
        "applied_at": AT,
        "applied_by": "ada@engine",
        "execution_time_ms": 12,
        "success": True,
    }
    return HistoryRow(**(fields | changed))  # type: ignore[arg-type]


def states(verdict: HistoryVerdict) -> dict[str, str]:
    return {entry.version: str(entry.state) for entry in verdict.entries}


def codes(verdict: HistoryVerdict) -> list[str]:
    return [found.code for found in verdict.findings]


def the(verdict: HistoryVerdict, code: str) -> Finding:
    (found,) = (found for found in verdict.findings if found.code == code)
    return found


def knowing(text: str) -> Callable[[str, str], str | None]:
    return lambda version, checksum: {A: text}.get(version)


def test_files_that_all_ran_leave_nothing_to_say() -> None:
    files = [file(A), file(B)]
    verdict = judge_history(files, [row(one) for one in files])
    assert states(verdict) == {A: "applied", B: "applied"}
    assert verdict.findings == ()
    assert verdict.applied == tuple(files)
    assert verdict.pending == ()


def test_an_entry_carries_what_history_recorded_and_nothing_else() -> None:
    ran, waits = file(A), file(B)
    done, pending = judge_history([ran, waits], [row(ran)]).entries
    assert (done.applied_at, done.applied_by, done.execution_time_ms) == (AT, "ada@engine", 12)
    assert done.checksum == ran.checksum
    assert (pending.applied_at, pending.applied_by, pending.checksum) == (None, None, None)
    assert pending.file == waits.path


def test_files_after_the_last_row_are_pending_and_named_once() -> None:
    files = [file(A), file(B, "two"), file(C, "three")]
    verdict = judge_history(files, [row(files[0])])
    assert states(verdict) == {A: "applied", B: "pending", C: "pending"}
    assert verdict.pending == tuple(files[1:])
    found = the(verdict, "migrations_pending")
    assert found.severity is Severity.INFO
    assert found.message == f"2 migrations are pending: {B}_two.sql, {C}_three.sql"


def test_a_long_list_of_pending_files_is_cut() -> None:
    files = [file(f"2025010100{n:04d}", f"n{n}") for n in range(9)]
    message = the(judge_history(files, []), "migrations_pending").message
    assert message.startswith("9 migrations are pending: ")
    assert message.endswith("n4.sql and 4 more")


def test_a_row_without_a_file_is_missing_and_stands_where_it_sorts() -> None:
    files = [file(A), file(C)]
    gone = HistoryRow(B, "gone", "0" * 64, AT)
    verdict = judge_history(files, [row(files[0]), gone, row(files[1])])
    assert [entry.version for entry in verdict.entries] == [A, B, C]
    assert states(verdict)[B] == "missing"
    assert verdict.entries[1].file is None
    found = the(verdict, "history_missing_file")
    assert found.is_error and f"{B}_gone" in found.message
    assert f"--forget {B}" in found.hint


def test_a_file_renamed_to_another_version_after_it_ran_is_recognised() -> None:
    now = file(C, "step", "CREATE TABLE a ();")
    verdict = judge_history([now], [row(file(B, "step", "CREATE TABLE a ();"))])
    found = the(verdict, "history_missing_file")
    assert now.file_name in found.message and "other version" in found.message
    assert found.location and found.location.file == now.path


def test_a_changed_file_is_edited_and_still_counts_as_applied() -> None:
    now = file(A, sql="CREATE TABLE a (b int);")
    verdict = judge_history([now], [row(file(A, sql="CREATE TABLE a ();"))])
    assert states(verdict) == {A: "edited"}
    assert verdict.applied == (now,)
    assert the(verdict, "migration_edited").is_error


def test_line_ends_make_no_edit() -> None:
    unix, windows = file(A, sql="SELECT 1;\nSELECT 2;\n"), file(A, sql="SELECT 1;\r\nSELECT 2;\r\n")
    assert judge_history([windows], [row(unix)]).findings == ()


@pytest.mark.parametrize(
    "now",
    [
        "-- a comment\nCREATE TABLE a (b text DEFAULT 'x');",
        "create table a(b text default 'x')",
        "CREATE TABLE a (\n    b text /* why */ DEFAULT 'x'\n);\n\n",
    ],
)
def test_an_edit_of_comments_and_white_space_is_only_a_warning(now: str) -> None:
    old = "CREATE TABLE a (b text DEFAULT 'x');"
    verdict = judge_history([file(A, sql=now)], [row(file(A, sql=old))], old_text=knowing(old))
    assert codes(verdict) == ["migration_edited_cosmetic"]
    assert the(verdict, "migration_edited_cosmetic").severity is Severity.WARNING
    assert states(verdict) == {A: "edited"}


@pytest.mark.parametrize(
    "now",
    [
        "CREATE TABLE a (b text DEFAULT 'xx');",
        "CREATE TABLE a (b text DEFAULT 'x ');",
        "CREATE TABLE a (b text DEFAULT 'x'); SELECT 1;",
        "CREATE TABLE a (b text);",
    ],
)
def test_a_changed_constant_or_clause_is_never_called_cosmetic(now: str) -> None:
    old = "CREATE TABLE a (b text DEFAULT 'x');"
    verdict = judge_history([file(A, sql=now)], [row(file(A, sql=old))], old_text=knowing(old))
    assert codes(verdict) == ["migration_edited"]


def test_a_comment_inside_a_function_body_is_part_of_the_function() -> None:
    old = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
    now = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 -- one\n $$;"
    verdict = judge_history([file(A, sql=now)], [row(file(A, sql=old))], old_text=knowing(old))
    assert codes(verdict) == ["migration_edited"]


def test_a_tablespace_path_is_no_position() -> None:
    old = "CREATE TABLESPACE t LOCATION '/a';"
    now = "CREATE TABLESPACE t LOCATION '/b';"
    verdict = judge_history([file(A, sql=now)], [row(file(A, sql=old))], old_text=knowing(old))
    assert codes(verdict) == ["migration_edited"]


def test_an_edit_is_placed_on_the_line_of_the_first_changed_statement() -> None:
    old = "-- é\nSELECT 1;\nSELECT 2;\n"
    now = "-- é\nSELECT 1;\n-- changed\nSELECT 3;\n"
    verdict = judge_history([file(A, sql=now)], [row(file(A, sql=old))], old_text=knowing(old))
    found = the(verdict, "migration_edited")
    assert found.location and found.location.line == 4
    assert "1 of 2 statements changed, the first on line 4" in found.message


def test_a_statement_cut_off_the_end_is_said_so() -> None:
    old, now = "SELECT 1;\nSELECT 2;\n", "SELECT 1;\n"
    verdict = judge_history([file(A, sql=now)], [row(file(A, sql=old))], old_text=knowing(old))
    assert "statements at its end were removed" in the(verdict, "migration_edited").message


def test_text_that_the_parser_cannot_read_is_a_plain_edit() -> None:
    old, now = "\\connect a\nSELECT 1;\n", "\\connect a\nSELECT 1; --\n"
    verdict = judge_history([file(A, sql=now)], [row(file(A, sql=old))], old_text=knowing(old))
    assert codes(verdict) == ["migration_edited"]


def test_an_edited_file_that_is_not_utf8_is_a_plain_edit() -> None:
    old = "SELECT 1;"
    now = Migration(A, "step", f"m/{A}_step.sql", b"SELECT '\xe9';")
    verdict = judge_history([now], [row(file(A, sql=old))], old_text=knowing(old))
    assert codes(verdict) == ["migration_edited"]


def test_an_old_text_that_is_not_what_ran_is_not_believed() -> None:
    ran, committed_later, now = "SELECT 1;", "SELECT 2;", "-- two\nSELECT 2;"
    verdict = judge_history(
        [file(A, sql=now)], [row(file(A, sql=ran))], old_text=knowing(committed_later)
    )
    assert codes(verdict) == ["migration_edited"]


def test_the_old_text_is_asked_for_edited_files_only() -> None:
    asked: list[str] = []

    def old_text(version: str, checksum: str) -> None:
        asked.append(version)

    same, edited = file(A), file(B, sql="SELECT 2;")
    judge_history([same, edited], [row(same), row(file(B))], old_text=old_text)
    assert asked == [B]


def test_a_pending_file_before_something_that_ran_is_out_of_order() -> None:
    files = [file(A), file(B, "late"), file(C)]
    verdict = judge_history(files, [row(files[0]), row(files[2])])
    assert states(verdict) == {A: "applied", B: "out_of_order", C: "applied"}
    assert verdict.pending == (files[1],)
    found = the(verdict, "out_of_order")
    assert found.severity is Severity.WARNING and f"{C}_step" in found.message
    assert "migrations_pending" in codes(verdict)


def test_a_row_whose_file_is_gone_makes_older_pending_files_out_of_order() -> None:
    verdict = judge_history([file(A)], [HistoryRow(B, "gone", None, AT)])
    assert states(verdict) == {A: "out_of_order", B: "missing"}


def test_versions_of_mixed_width_keep_the_order_of_the_files() -> None:
    files = [file("10"), file("9")]
    verdict = judge_history(files, [row(files[0])])
    assert [entry.version for entry in verdict.entries] == ["10", "9"]
    assert states(verdict) == {"10": "applied", "9": "pending"}


def test_a_leading_zero_is_another_version() -> None:
    verdict = judge_history([file("001")], [row(file("1"))])
    assert states(verdict) == {"001": "out_of_order", "1": "missing"}


def test_a_failed_attempt_is_neither_applied_nor_pending() -> None:
    one = file(A)
    verdict = judge_history([one], [row(one, success=False)])
    assert states(verdict) == {A: "failed"}
    assert (verdict.applied, verdict.pending, verdict.failed) == ((), (), (one,))
    found = the(verdict, "migration_failed")
    assert found.is_error and f"--retry {A}" in found.hint and f"--mark-done {A}" in found.hint


def test_a_failed_attempt_whose_file_was_mended_since_is_not_called_edited() -> None:
    verdict = judge_history([file(A, sql="SELECT 2;")], [row(file(A), success=False)])
    assert codes(verdict) == ["migration_failed"]


def test_a_failed_row_without_a_file_says_both() -> None:
    verdict = judge_history([], [HistoryRow(A, "gone", None, AT, success=False)])
    assert states(verdict) == {A: "failed"}
    assert codes(verdict) == ["history_missing_file", "migration_failed"]


def test_a_row_without_a_checksum_counts_as_applied() -> None:
    one = file(A, "baseline_schema")
    by_hand = HistoryRow(A, "baseline_schema", None, AT)
    verdict = judge_history([one], [by_hand])
    assert states(verdict) == {A: "applied"}
    found = the(verdict, "history_no_checksum")
    assert found.severity is Severity.INFO and f"--restamp {A}" in found.hint


def test_many_rows_without_a_checksum_are_one_finding() -> None:
    files = [file(A), file(B)]
    verdict = judge_history(files, [row(one, checksum=None) for one in files])
    found = the(verdict, "history_no_checksum")
    assert A in found.message and B in found.message and "--restamp-all" in found.hint


def test_another_name_under_the_same_version_is_a_warning() -> None:
    verdict = judge_history([file(A, "users")], [row(file(A, "people"))])
    found = the(verdict, "history_name_differs")
    assert found.severity is Severity.WARNING
    assert "'people'" in found.message and "'users'" in found.message
    assert states(verdict) == {A: "applied"}


@pytest.mark.parametrize("name", [f"{A}_users", f"{A}_users.sql", "users", ""])
def test_a_name_as_other_tools_record_it_is_the_same_name(name: str) -> None:
    one = file(A, "users")
    assert judge_history([one], [row(one, name=name)]).findings == ()


def test_of_two_files_with_one_version_the_one_that_fits_the_row_is_applied() -> None:
    ours, theirs = file(A, "a", "SELECT 1;"), file(A, "b", "SELECT 2;")
    verdict = judge_history([ours, theirs], [row(theirs)])
    assert verdict.applied == (theirs,) and verdict.pending == (ours,)
    found = the(verdict, "migration_duplicate_version")
    assert found.is_error and ours.file_name in found.message and theirs.file_name in found.message


def test_a_duplicate_of_what_ran_is_pending_and_not_out_of_order() -> None:
    ours, theirs = file(A, "a", "SELECT 1;"), file(A, "b", "SELECT 2;")
    verdict = judge_history([ours, theirs], [row(theirs)])
    assert [entry.state for entry in verdict.entries] == [State.PENDING, State.APPLIED]


def test_no_files_and_no_rows_is_an_empty_verdict() -> None:
    verdict = judge_history([], [])
    assert (verdict.entries, verdict.findings) == ((), ())


def test_a_database_without_any_record_says_so() -> None:
    verdict = judge_history([file(A)], [], source=Source.NONE)
    assert codes(verdict) == ["no_history", "migrations_pending"]


# Supabase's ledger


def judged(files: list[Migration], history: History, ledger: Ledger | None) -> HistoryVerdict:
    known = evidence(history, ledger)
    return judge_history(files, known.rows, source=known.source, ledger=known.ledger)


def test_without_a_history_of_ours_the_ledger_says_what_ran() -> None:
    files = [file(A), file(B)]
    verdict = judged(files, History(), Ledger((LedgerRow(A),)))
    assert states(verdict) == {A: "applied", B: "pending"}
    assert verdict.source is Source.SUPABASE
    assert codes(verdict) == ["migrations_pending"]


def test_an_empty_table_of_ours_does_not_overrule_the_ledger() -> None:
    verdict = judged([file(A)], History(exists=True), Ledger((LedgerRow(A),)))
    assert states(verdict) == {A: "applied"}


def test_an_empty_table_without_a_ledger_is_a_history_in_which_nothing_ran() -> None:
    verdict = judged([file(A)], History(exists=True), None)
    assert verdict.source is Source.MIGRATIONS
    assert codes(verdict) == ["migrations_pending"]


def test_a_ledger_row_without_a_file_is_foreign() -> None:
    verdict = judged([], History(), Ledger((LedgerRow(A, "made_in_studio"),)))
    assert states(verdict) == {A: "missing"}
    assert the(verdict, "foreign_row").is_error


def test_a_file_that_only_the_ledger_calls_applied_must_not_run_twice() -> None:
    files = [file(A), file(B)]
    history = History((row(files[0]),), exists=True)
    verdict = judged(files, history, Ledger((LedgerRow(A), LedgerRow(B))))
    assert states(verdict)[B] == "pending"
    found = the(verdict, "foreign_row")
    assert found.is_error and f"mark-applied {B}" in found.hint


def test_ledger_rows_older_than_the_baseline_are_covered_by_it() -> None:
    baseline = file(B, "baseline_schema")
    history = History((row(baseline),), exists=True)
    ledger = Ledger((LedgerRow(A), LedgerRow(C, "studio")))
    verdict = judged([baseline], history, ledger)
    assert [found.subject for found in verdict.findings] == [C]
    assert the(verdict, "foreign_row").is_error


def test_statements_in_the_ledger_show_a_file_that_was_edited_since() -> None:
    ran = ("CREATE TABLE a ()", "CREATE TABLE b (c int)")
    same = file(A, sql="-- two tables\nCREATE TABLE a ();\nCREATE TABLE b (c int);\n")
    edited = file(A, sql="CREATE TABLE a ();\nCREATE TABLE b (c bigint);\n")
    ledger = Ledger((LedgerRow(A, "step", ran),))
    assert judged([same], History(), ledger).findings == ()
    found = the(judged([edited], History(), ledger), "foreign_row_differs")
    assert found.severity is Severity.WARNING
    assert found.location and found.location.line == 2
