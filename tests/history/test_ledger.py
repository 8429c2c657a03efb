"""Supabase's ledger and the files: matched by what they say, and made to agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import projects
from projects import Answer, Project

TABLE = (
    "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations"
    " (version text PRIMARY KEY, statements text[], name text)"
)
FIRST, SECOND = "CREATE TABLE a (id int)", "CREATE TABLE b (id int)"
STAMP = "20250609101112"


@pytest.fixture
def project(tmp_path: Path, database: str) -> Project:
    made = projects.make(tmp_path, database)
    made.execute(TABLE)
    return made


def ran(project: Project, version: str, name: str, *statements: str) -> None:
    """As Supabase's MCP server does it: runs it, and writes its row."""
    for statement in statements:
        project.execute(statement)
    with project.connect() as conn:
        conn.execute(
            "INSERT INTO supabase_migrations.schema_migrations VALUES (%s, %s, %s)",
            (version, list(statements), name),
        )


def ledger(project: Project) -> list[tuple[Any, ...]]:
    return project.query(
        "SELECT version, name FROM supabase_migrations.schema_migrations ORDER BY 1"
    )


def history(project: Project) -> list[tuple[Any, ...]]:
    return project.query("SELECT version, name, applied_by FROM public._migrations ORDER BY 1")


def errors(answer: Answer) -> list[tuple[str, str]]:
    found = answer.json["findings"]
    return [(it["code"], it["subject"]) for it in found if it["severity"] == "error"]


@pytest.fixture
def stamped(project: Project) -> Project:
    """Two files; the second was applied by an agent, under the agent's own version."""
    project.migration(FIRST, "first")
    project.migration(f"-- why\n{SECOND.lower()};\n", "second")
    ran(project, "20250101000000", "first", FIRST)
    ran(project, STAMP, "second", SECOND)
    return project


def test_status_shows_which_file_a_row_of_another_version_is(stamped: Project) -> None:
    answer = stamped.run("status")
    assert answer.json["supabase_ledger"] == [
        {
            "version": "20250101000000",
            "name": "first",
            "file_version": "20250101000000",
            "matched_by": "version",
        },
        {
            "version": STAMP,
            "name": "second",
            "file_version": "20250101000001",
            "matched_by": "statements",
        },
    ]
    assert errors(answer) == [("foreign_row", "20250101000001")]
    said = stamped.command("status").out
    assert "Supabase's ledger: 2 rows, 1 with a file of their version" in said
    assert f"{STAMP} second is 20250101000001_second.sql (same statements)" in said


def test_apply_does_not_run_it_a_second_time(stamped: Project) -> None:
    answer = stamped.run("apply")
    assert (answer.status, answer.codes) == (1, ["foreign_row"])


def test_repair_shows_the_restamping_and_its_proof_and_changes_nothing(stamped: Project) -> None:
    before = ledger(stamped)
    plan = stamped.run("repair", "--restamp-ledger").json
    assert [(it["from"], it["to"]) for it in plan["restamped"]] == [(STAMP, "20250101000001")]
    assert not plan["written"]
    assert any("the same statements" in line for line in plan["proof"])
    assert "the rows keep their order" in plan["proof"]
    assert ledger(stamped) == before


def test_repair_restamps_the_row_and_then_nothing_is_left(stamped: Project) -> None:
    assert stamped.run("repair", "--restamp-ledger", "--write").status == 0
    assert ledger(stamped) == [("20250101000000", "first"), ("20250101000001", "second")]
    status = stamped.run("status")
    assert (errors(status), {it["state"] for it in status.json["migrations"]}) == ([], {"applied"})
    again = stamped.run("repair", "--restamp-ledger", "--write").json
    assert (again["restamped"], again["recorded"]) == ([], [])
    assert stamped.run("apply").status == 0


def test_rows_that_change_their_order_are_proven_by_replaying_both(project: Project) -> None:
    project.migration(FIRST, "first")
    project.migration(SECOND, "second")
    ran(project, STAMP, "second", SECOND)
    ran(project, "20250609101113", "first", FIRST)
    plan = project.run("repair", "--restamp-ledger", "--write").json
    assert "replayed in the old order and in the new one: the same 2 objects" in plan["proof"]
    assert [row[0] for row in ledger(project)] == ["20250101000000", "20250101000001"]


def test_an_order_that_matters_is_left_alone(project: Project) -> None:
    one, two = (
        "CREATE OR REPLACE VIEW v AS SELECT 1 AS x",
        "CREATE OR REPLACE VIEW v AS SELECT 2 AS x",
    )
    project.migration(one, "one")
    project.migration(two, "two")
    ran(project, STAMP, "two", two)
    ran(project, "20250609101113", "one", one)
    before = ledger(project)
    answer = project.run("repair", "--restamp-ledger", "--write")
    assert (answer.status, answer.codes) == (1, ["ledger_order_matters"])
    assert ledger(project) == before


def test_other_statements_under_the_same_name_are_no_match(project: Project) -> None:
    project.migration(FIRST, "first")
    ran(project, STAMP, "first", "CREATE TABLE a (id bigint)")
    assert project.run("status").json["supabase_ledger"][0]["file_version"] is None
    assert project.run("repair", "--restamp-ledger").json["restamped"] == []


def test_an_old_row_without_statements_is_matched_by_its_name(project: Project) -> None:
    project.migration(FIRST, "first")
    project.execute(FIRST)
    project.execute(
        f"INSERT INTO supabase_migrations.schema_migrations VALUES ('{STAMP}', NULL, 'First')"
    )
    assert project.run("status").json["supabase_ledger"][0]["matched_by"] == "name"


def test_with_a_history_of_our_own_the_file_is_recorded_there_too(project: Project) -> None:
    project.migration("CREATE TABLE z ()", "zero")
    assert project.run("apply").status == 0
    project.migration(SECOND, "second")
    ran(project, STAMP, "second", SECOND)
    assert project.run("repair", "--restamp-ledger", "--write").status == 0
    assert [row[0] for row in history(project)] == ["20250101000000", "20250101000001"]
    assert ledger(project) == [("20250101000001", "second")]
    assert errors(project.run("status")) == []


def test_a_row_without_a_file_becomes_one(project: Project) -> None:
    ran(project, STAMP, "Add b!", SECOND, "CREATE INDEX ON b (id)")
    answer = project.run("repair", "--write-files")
    assert answer.json["files"] == [f"migrations/{STAMP}_add_b.sql"]
    assert list(project.folder.iterdir()) == []
    assert project.run("repair", "--write-files", "--write").status == 0
    text = (project.folder / f"{STAMP}_add_b.sql").read_text()
    assert text == f"{SECOND};\n\nCREATE INDEX ON b (id);\n"
    assert errors(project.run("status")) == []


def test_init_takes_the_whole_ledger_over_in_one_go(stamped: Project) -> None:
    ran(stamped, "20250701000000", "third", "CREATE TABLE c (id int)")
    answer = stamped.run("init", "--adopt-supabase-history")
    assert answer.status == 0, answer.out + answer.err
    assert answer.json["history"]["files"] == ["migrations/20250701000000_third.sql"]
    assert [(row[0], row[2]) for row in history(stamped)] == [
        ("20250101000000", "supabase"),
        ("20250101000001", "supabase"),
        ("20250701000000", "supabase"),
    ]
    assert stamped.run("dump").status == 0
    checked = stamped.run("check")
    assert (checked.json["in_sync"], checked.json["drift"]) == (True, [])
    assert stamped.run("init", "--adopt-supabase-history").json["history"]["recorded"] == []


def test_a_database_without_a_ledger_has_nothing_to_adopt(tmp_path: Path, database: str) -> None:
    answer = projects.make(tmp_path, database).run("repair", "--restamp-ledger")
    assert (answer.status, answer.codes) == (2, ["ledger_missing"])


def test_files_are_gone_again_when_the_rows_could_not_be_written(project: Project) -> None:
    project.migration("CREATE TABLE z ()", "zero")
    assert project.run("apply").status == 0
    ran(project, STAMP, "second", SECOND)
    project.execute(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
        "CREATE TRIGGER no BEFORE INSERT ON _migrations EXECUTE FUNCTION no()"
    )
    assert project.run("repair", "--write-files", "--write").status == 3
    assert [path.name for path in project.folder.iterdir()] == ["20250101000000_zero.sql"]
