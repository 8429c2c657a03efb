"""Incomplete history: what is missing is named, with where it is and which way out fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import projects
from projects import Answer, Project

FIRST = "20250101000000"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return projects.make(tmp_path, None)


def causes(answer: Answer, code: str = "missing_object") -> list[dict[str, Any]]:
    return [finding for finding in answer.json["findings"] if finding["code"] == code]


def cause(answer: Answer, code: str = "missing_object") -> dict[str, Any]:
    (found,) = causes(answer, code)
    return found


@pytest.mark.parametrize(
    ("needs", "makes", "subject"),
    [
        ("ALTER TABLE a ADD b int", "CREATE TABLE a (c int)", "relation a"),
        ("SELECT * FROM public.v", "CREATE VIEW v AS SELECT 1", "relation public.v"),
        ("SELECT f(1)", "CREATE FUNCTION f(int) RETURNS int RETURN 1", "function f"),
        ("CREATE TABLE t (m mood)", "CREATE TYPE mood AS ENUM ('a')", "type mood"),
        ("CREATE TABLE s.t ()", "CREATE SCHEMA s", "schema s"),
        ("GRANT anybody TO postgres", "CREATE ROLE anybody", "role anybody"),
        (
            "CREATE TABLE u (); ALTER TABLE u ALTER c SET NOT NULL",
            "ALTER TABLE u ADD COLUMN c int",
            "column c of u",
        ),
        (
            "CREATE TABLE u (); DROP POLICY p ON u",
            "CREATE POLICY p ON u USING (true)",
            "policy p of u",
        ),
    ],
)
def test_an_object_that_a_later_file_makes_is_named_with_that_file(
    project: Project, needs: str, makes: str, subject: str
) -> None:
    project.migration(needs)
    project.migration(makes, "maker")
    found = cause(project.run("dump"))
    assert found["subject"] == subject
    assert "20250101000001_maker.sql makes it, and runs later" in found["message"]
    assert "rename 20250101000001_maker.sql to 20241231235959_maker.sql" in found["hint"]
    assert found["location"]["file"] == f"migrations/{FIRST}_step.sql"


def test_an_object_that_only_schema_sql_and_the_database_have_is_missing_history(
    tmp_path: Path, database: str
) -> None:
    project = projects.make(tmp_path, database)
    project.execute("CREATE TABLE ticket (id int)")
    project.schema_file.write_text("CREATE TABLE public.ticket (id int);\n")
    project.migration("ALTER TABLE ticket ADD price int")
    found = cause(project.run("dump"))
    assert "schema.sql and the database have it" in found["message"]
    assert "migrations/20241231235959_create_ticket.sql" in found["hint"]
    assert "trueup baseline --squash" in found["hint"]
    checked = project.run("check")
    assert (checked.status, checked.json["in_sync"]) == (3, None)
    assert cause(checked) == found
    assert cause(project.run("apply")) == found


def test_the_declarative_folder_is_looked_through_too(tmp_path: Path) -> None:
    project = projects.make(tmp_path, None)
    project.settings('declarative_dir = "schemas"\n')
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "a.sql").write_text("CREATE TABLE a (b int);\n")
    project.migration("ALTER TABLE a ADD c int")
    assert "schemas/a.sql has it" in cause(project.run("dump"))["message"]


def test_an_object_that_nobody_has_is_said_to_be_nowhere(project: Project) -> None:
    project.migration("SELECT * FROM nowhere_at_all")
    found = cause(project.run("dump"))
    assert "no migration makes relation nowhere_at_all" in found["message"]


def test_a_misspelt_name_is_told_from_a_missing_object(project: Project) -> None:
    project.migration("CREATE TABLE orders (id int)", "first")
    project.migration("ALTER TABLE ordres ADD b int")
    found = cause(project.run("dump"))
    assert f"migrations/{FIRST}_first.sql makes orders" in found["message"]
    assert found["hint"] == "if orders is meant, correct the name"


def test_an_object_that_an_earlier_file_dropped_is_said_to_be_gone(project: Project) -> None:
    project.migration("CREATE TABLE a (b int)")
    project.migration("ALTER TABLE a RENAME TO c", "rename")
    project.migration("ALTER TABLE a ADD d int")
    assert "20250101000001_rename.sql drops or renames it" in cause(project.run("dump"))["message"]


def test_an_object_made_twice_is_named_with_the_file_that_made_it_first(project: Project) -> None:
    project.migration("CREATE TABLE a (b int)", "first")
    project.migration("CREATE TABLE a (b int)")
    found = cause(project.run("dump"), "object_exists")
    assert f"{FIRST}_first.sql makes it too" in found["message"]


def test_a_failure_of_another_kind_is_left_as_it_is(project: Project) -> None:
    project.migration("SELECT 1/0")
    assert project.run("dump").codes == ["statement_failed"]


def test_the_cause_stands_below_the_excerpt(project: Project) -> None:
    project.migration("SELECT * FROM nowhere")
    said = project.command("dump").err
    assert said.index("| SELECT * FROM nowhere") < said.index("cause: no migration makes")


def test_keep_going_lists_every_file_that_fails_and_writes_nothing(project: Project) -> None:
    project.migration("CREATE TABLE a (b int); SELECT * FROM x")
    project.migration("CREATE TABLE c (d int)")
    project.migration("ALTER TABLE c ADD e int; SELECT * FROM y", "third")
    project.migration("ALTER TABLE a ADD e int", "fourth")
    answer = project.run("dump", "--keep-going")
    assert answer.status == 3
    assert answer.codes.count("statement_failed") == 3
    assert answer.codes[-1] == "replay_incomplete"
    assert [found["subject"] for found in causes(answer)] == [
        "relation x",
        "relation y",
        "relation a",
    ]
    assert f"{FIRST}_step.sql makes it" in causes(answer)[2]["message"]
    assert not project.schema_file.exists()
    assert project.command("dump", "--keep-going").err.count("  --> ") == 3


def test_keep_going_writes_where_nothing_fails(project: Project) -> None:
    project.migration("CREATE TABLE a (b int)")
    assert project.run("dump", "--keep-going").status == 0
    assert project.schema_file.exists()


@pytest.mark.parametrize(
    ("sql", "extension"),
    [
        ("CREATE TABLE t (e vector(3))", "vector"),
        ("SELECT cron.schedule('a', '* * * * *', 'SELECT 1')", "pg_cron"),
        ("CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw", "postgres_fdw"),
        ("CREATE TABLE t (x text); CREATE INDEX ON t USING gin (x gin_trgm_ops)", "pg_trgm"),
        ("CREATE TABLE t (id uuid DEFAULT uuid_generate_v4())", "uuid-ossp"),
    ],
)
def test_what_belongs_to_an_extension_that_nobody_enabled_points_to_it(
    project: Project, sql: str, extension: str
) -> None:
    project.migration(sql)
    found = cause(project.run("dump"))
    assert f"belongs to the extension {extension}, which no migration enables" in found["message"]
    assert f'CREATE EXTENSION IF NOT EXISTS "{extension}"' in found["hint"]


def test_what_an_enabled_extension_keeps_out_of_the_search_path_is_told_so(
    project: Project,
) -> None:
    project.migration("CREATE SCHEMA extensions; CREATE EXTENSION hstore SCHEMA extensions")
    project.migration("CREATE TABLE t (h hstore)")
    found = cause(project.run("dump"))
    assert f"{FIRST}_step.sql enables: the search path does not lead to it" in found["message"]
    assert "extensions.hstore" in found["hint"]


def test_a_column_that_an_index_wants_is_looked_for_in_its_table_only(project: Project) -> None:
    project.migration("CREATE TABLE a (id int)")
    project.migration("CREATE INDEX ON a (user_id)")
    project.migration("CREATE TABLE b (user_id int)")
    found = cause(project.run("dump"))
    assert found["subject"] == "column user_id of a"
    assert "runs later" not in found["message"]


def test_a_column_without_a_name_in_the_tree_is_no_column_that_is_made(project: Project) -> None:
    """ALTER COLUMN ... TYPE has a definition, too."""
    project.migration("CREATE TABLE a (b int); ALTER TABLE a ALTER COLUMN b TYPE bigint")
    project.migration("SELECT nope FROM a")
    answer = project.run("dump")
    assert answer.status == 3
    assert cause(answer)["subject"] == "column nope"
