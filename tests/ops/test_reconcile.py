"""Reconcile: drift mended in either direction, and only on a proof."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import projects
from projects import Project
from servers import temporary_database
from trueup.postgres.server.cluster import Cluster

BASE = """
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
CREATE TABLE notes (id int PRIMARY KEY, body text);
CREATE VIEW emails AS SELECT id, email FROM users;
"""


@pytest.fixture
def project(tmp_path: Path, pg: Cluster) -> Iterator[Project]:
    with temporary_database(pg) as url:
        made = projects.make(tmp_path / "project", url)
        made.migration(BASE, "base")
        assert made.command("apply").status == 0
        yield made


def in_sync(project: Project) -> bool:
    answer = project.run("check")
    return answer.status == 0 and answer.json["in_sync"] is True


def test_adopting_writes_file_row_and_schema_file(project: Project) -> None:
    project.execute("ALTER TABLE users ADD COLUMN nickname text DEFAULT 'x'")
    answer = project.run("reconcile", "--adopt", "--write", "--name", "Add nickname")
    assert answer.status == 0
    file = answer.json["migration"]
    assert file["path"].endswith("_add_nickname.sql")
    rows = project.query("SELECT name, success FROM _migrations ORDER BY version")
    assert rows == [("base", True), ("add_nickname", True)]
    assert '"nickname"' in project.schema_file.read_text()
    assert in_sync(project)
    assert project.run("reconcile", "--adopt", "--write").json["changes"] == []


def test_showing_changes_nothing(project: Project) -> None:
    project.execute("CREATE TABLE extra (a int)")
    before = project.files()
    for way in ("--adopt", "--revert"):
        answer = project.run("reconcile", way)
        assert answer.status == 1
        assert answer.json["plan"]["proven"] is True
    assert project.files() == before
    assert project.query("SELECT count(*) FROM _migrations") == [(1,)]
    assert project.query("SELECT to_regclass('extra')::text") == [("extra",)]


def test_reverting_keeps_the_rows_of_everything_it_does_not_drop(project: Project) -> None:
    project.execute("INSERT INTO users (email) VALUES ('a@b'), ('c@d')")
    project.execute("DROP VIEW emails; ALTER TABLE users ALTER COLUMN email TYPE varchar(50)")
    answer = project.run("reconcile", "--revert", "--apply")
    assert answer.status == 0
    assert answer.json["applied"] is True
    assert answer.json["left"] == []
    assert project.query("SELECT email FROM emails ORDER BY id") == [("a@b",), ("c@d",)]
    assert in_sync(project)


def test_data_is_not_lost_without_leave(project: Project) -> None:
    project.execute("ALTER TABLE users ADD COLUMN phone text")
    project.execute("INSERT INTO users (email, phone) VALUES ('a@b', '123')")
    refused = project.run("reconcile", "--revert", "--apply")
    assert refused.status == 1
    assert refused.codes == ["data_loss_refused"]
    assert project.query("SELECT phone FROM users") == [("123",)]
    assert project.run("reconcile", "--revert", "--apply", "--allow-data-loss").status == 0
    assert in_sync(project)


@pytest.mark.parametrize(
    ("migration", "by_hand", "value"),
    [
        ("v numeric(8,2)", "ALTER TABLE kept ALTER v TYPE numeric(12,4)", "1.2345"),
        ("v date", "ALTER TABLE kept ALTER v TYPE timestamp", "2020-02-29 23:59:59"),
        ("v real", "ALTER TABLE kept ALTER v TYPE double precision", "0.30000000000000004"),
        ("v ad", "ALTER TYPE ad ADD ATTRIBUTE y text", "(1,kept)"),
    ],
)
def test_values_are_not_converted_away_without_leave(
    project: Project, migration: str, by_hand: str, value: str
) -> None:
    project.migration(f"CREATE TYPE ad AS (x integer); CREATE TABLE kept ({migration});")
    assert project.command("apply").status == 0
    project.execute(f"{by_hand}; INSERT INTO kept VALUES ('{value}')")
    refused = project.run("reconcile", "--revert", "--apply")
    assert (refused.status, refused.codes) == (1, ["data_loss_refused"])
    assert project.query("SELECT v::text FROM kept") == [(value,)]
    shown = project.run("reconcile", "--revert").json["plan"]["statements"]
    hazards = [hazard for statement in shown for hazard in statement["hazards"]]
    assert "data_loss" in {hazard["gravity"] for hazard in hazards}
    assert all(hazard["object"].startswith("public.") for hazard in hazards)


def test_a_plan_that_the_data_refuses_leaves_nothing_half_done(project: Project) -> None:
    project.execute("ALTER TABLE users ALTER COLUMN email DROP NOT NULL")
    project.execute("ALTER TABLE notes ADD COLUMN extra int")
    project.execute("INSERT INTO users (email) VALUES (NULL)")
    answer = project.run("reconcile", "--revert", "--apply", "--allow-data-loss")
    assert answer.status == 3
    assert answer.codes == ["revert_refused"]
    assert "null values" in answer.json["findings"][0]["message"]
    columns = project.query(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'notes'"
    )
    assert ("extra",) in columns


def test_a_part_of_the_objects_with_what_they_stand_on(project: Project) -> None:
    project.execute("CREATE TYPE mood AS ENUM ('sad', 'glad')")
    project.execute("CREATE TABLE diary (day date, mood mood)")
    project.execute("CREATE VIEW moods AS SELECT mood FROM diary")
    project.execute("CREATE TABLE other (a int)")
    answer = project.run("reconcile", "--adopt", "--only", "public.moods", "--write")
    assert answer.status == 0
    sql = answer.json["migration"]["sql"]
    assert all(name in sql for name in ('"mood"', '"diary"', '"moods"'))
    assert '"other"' not in sql
    left = project.run("check")
    assert left.drift == [("TABLE", "public", "other")]


def test_nothing_is_adopted_while_files_are_pending(project: Project) -> None:
    project.execute("CREATE TABLE extra (a int)")
    project.migration("CREATE TABLE planned (a int);")
    answer = project.run("reconcile", "--adopt", "--write")
    assert answer.status == 1
    assert answer.codes == ["pending_first"]


def test_a_rename_is_never_guessed_but_taken_when_said(project: Project) -> None:
    project.execute("DROP VIEW emails; ALTER TABLE users RENAME COLUMN email TO mail")
    project.execute("CREATE VIEW emails AS SELECT id, mail FROM users")
    guessed = project.run("reconcile", "--adopt").json["plan"]
    assert any("DROP COLUMN" in item["sql"] for item in guessed["statements"])
    assert "likely_rename" in [hint["code"] for hint in guessed["hints"]]
    said = project.run("reconcile", "--adopt", "--rename", "public.users.email=public.users.mail")
    statements = [item["sql"] for item in said.json["plan"]["statements"]]
    assert any("RENAME COLUMN" in sql for sql in statements)
    assert not any("DROP COLUMN" in sql for sql in statements)


def test_a_rename_of_what_is_not_there_is_refused(project: Project) -> None:
    project.execute("CREATE TABLE extra (a int)")
    answer = project.run("reconcile", "--adopt", "--rename", "public.nope=public.other")
    assert (answer.status, answer.codes) == (2, ["rename_refused"])


def test_directions_and_their_switches_go_together(project: Project) -> None:
    for wrong in (["--write"], ["--adopt", "--apply"], ["--revert", "--write"]):
        answer = project.run("reconcile", *wrong)
        assert (answer.status, answer.codes) == (2, ["reconcile_direction"])


def test_diff_prints_sql_that_psql_takes(project: Project, pg: Cluster) -> None:
    project.execute("CREATE TABLE extra (a int PRIMARY KEY); DROP VIEW emails")
    printed = project.command("diff", "database", "migrations", "--sql")
    assert printed.status == 1
    psql = [str(pg.install.tool("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", project.url]
    subprocess.run([str(a) for a in psql], input=printed.out, text=True, check=True)
    equal = project.command("diff", "database", "migrations", "--sql")
    assert (equal.status, equal.out) == (0, "")


def test_diff_over_files_and_directories(project: Project, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "1.sql").write_text("CREATE TABLE a (x int);")
    (tmp_path / "dir" / "2.sql").write_text("CREATE VIEW v AS SELECT x FROM a;")
    (tmp_path / "one.sql").write_text("CREATE TABLE a (x int); CREATE VIEW v AS SELECT x FROM a;")
    one, folder = str(tmp_path / "one.sql"), str(tmp_path / "dir")
    assert project.run("diff", one, folder).json["equal"] is True
    (tmp_path / "one.sql").write_text("CREATE TABLE a (x bigint);\nCREATE VIEW v AS SELECT y;")
    broken = project.run("diff", one, folder)
    assert broken.status == 3
    assert broken.json["findings"][0]["location"]["line"] == 2


def test_a_database_is_not_compared_with_itself(project: Project) -> None:
    assert project.url is not None
    answer = project.run("diff", "database", project.url)
    assert (answer.status, answer.codes) == (2, ["same_database"])


def test_a_row_that_can_not_be_written_takes_the_file_along(project: Project, pg: Cluster) -> None:
    project.execute("CREATE TABLE extra (a int)")
    project.execute(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'not today'; END $$"
    )
    project.execute("CREATE TRIGGER no BEFORE INSERT ON _migrations EXECUTE FUNCTION no()")
    before = project.files()
    answer = project.run("reconcile", "--adopt", "--only", "public.extra", "--write")
    assert answer.status == 3
    assert project.files() == before


def test_online_indexes_run_outside_of_a_transaction(project: Project) -> None:
    project.migration("CREATE INDEX notes_body ON notes (body);")
    assert project.command("apply").status == 0
    project.execute("DROP INDEX notes_body")
    answer = project.run("reconcile", "--revert", "--online", "--apply")
    assert answer.status == 0
    statements = answer.json["plan"]["statements"]
    assert any("CONCURRENTLY" in s["sql"] and not s["transactional"] for s in statements)
    assert in_sync(project)


def test_online_constraints_are_validated_apart(project: Project) -> None:
    project.execute("INSERT INTO users (email) VALUES ('a@b'); INSERT INTO notes VALUES (1, 'x')")
    project.migration(
        "ALTER TABLE notes ALTER COLUMN body SET NOT NULL, ADD CHECK (id > 0),"
        " ADD COLUMN author bigint REFERENCES users;"
    )
    assert project.command("apply").status == 0
    project.execute("ALTER TABLE notes ALTER COLUMN body DROP NOT NULL")
    project.execute("ALTER TABLE notes DROP CONSTRAINT notes_id_check")
    project.execute("ALTER TABLE notes DROP CONSTRAINT notes_author_fkey")
    answer = project.run("reconcile", "--revert", "--online", "--apply")
    assert answer.status == 0
    sql = [statement["sql"] for statement in answer.json["plan"]["statements"]]
    assert sum("VALIDATE CONSTRAINT" in text for text in sql) >= 2
    assert in_sync(project)


def test_another_order_of_columns_is_named_and_is_no_drift(project: Project) -> None:
    project.execute("ALTER TABLE notes ADD COLUMN z int; ALTER TABLE notes ADD COLUMN y int")
    version = project.migration("ALTER TABLE notes ADD COLUMN y int, ADD COLUMN z int;")
    assert project.command("mark-applied", version).status == 0
    assert project.command("dump").status == 0
    answer = project.run("check")
    assert answer.status == 0
    assert "column_order_differs" in answer.codes
    assert project.run("check", "--strict-column-order").status == 1
