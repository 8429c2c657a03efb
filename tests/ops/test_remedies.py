"""What check prints as mending drift is done word for word, and mends it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import projects
import supabase
from projects import Answer, Project

BASE = "CREATE TABLE t (id int PRIMARY KEY, n text); CREATE VIEW v AS SELECT id FROM t;"


@pytest.fixture
def project(tmp_path: Path, database: str) -> Project:
    made = projects.make(tmp_path / "p", database)
    made.migration(BASE)
    assert made.command("apply").status == 0
    return made


def printed(project: Project) -> list[str]:
    """The lines under "what mends it"."""
    said = project.command("check").out
    return [line[2:] for line in said.partition("what mends it:\n")[2].splitlines()]


def run(project: Project, start: str, status: int = 0) -> Answer:
    """Does the one command that is printed and begins so, as a shell would."""
    (line,) = [line for line in printed(project) if line.startswith(start)]
    _, *words = shlex.split(line.partition("  ")[0])
    answer = project.command(*words)
    assert answer.status == status, answer.out + answer.err
    return answer


def in_sync(project: Project) -> bool:
    return project.run("check").json["in_sync"] is True


def stale(project: Project, old: str, new: str) -> None:
    text = project.schema_file.read_text()
    assert old in text
    project.schema_file.write_text(text.replace(old, new))


@pytest.mark.parametrize("way", ["--adopt", "--revert"])
def test_a_change_by_hand(project: Project, way: str) -> None:
    project.execute("CREATE INDEX t_n ON t (n); CREATE VIEW w AS SELECT 1 AS x")
    run(project, f"trueup reconcile {way}")
    assert in_sync(project)


def test_what_would_be_lost_is_asked_about(project: Project) -> None:
    project.execute("ALTER TABLE t ADD x int")
    refused = run(project, "trueup reconcile --revert", status=1)
    assert "--allow-data-loss" in refused.out + refused.err


def test_a_stale_schema_file(project: Project) -> None:
    stale(project, '"n" "text"', '"n" integer')
    run(project, "trueup dump")
    assert in_sync(project)


def test_a_stale_schema_file_without_a_database(project: Project) -> None:
    stale(project, '"n" "text"', '"n" integer')
    project.url = None
    run(project, "trueup dump")
    assert in_sync(project)


@pytest.mark.parametrize("way", ["--adopt", "--revert"])
def test_what_the_database_and_schema_sql_say_and_no_migration(project: Project, way: str) -> None:
    project.execute("CREATE VIEW w AS SELECT 1 AS x")
    assert project.command("dump", "--from", "database").status == 0
    assert {item["verdict"] for item in project.run("check").json["drift"]} == {"migration_missing"}
    run(project, f"trueup reconcile {way}")
    if way == "--revert":
        run(project, "trueup dump")
    assert in_sync(project)


def test_each_says_something_else(project: Project) -> None:
    project.execute("CREATE OR REPLACE VIEW v AS SELECT id, n FROM t")
    stale(project, "CREATE VIEW", "CREATE VIEW public.other AS SELECT 1;\nCREATE VIEW")
    run(project, "trueup reconcile --adopt")
    assert in_sync(project)


def test_what_a_pending_file_says(project: Project) -> None:
    ran = [
        project.migration("CREATE TABLE a (id int);"),
        project.migration("ALTER TABLE a ADD x int; CREATE VIEW w AS SELECT 1 AS x;"),
    ]
    last = project.migration("CREATE TABLE waits (id int);")
    project.execute("CREATE TABLE a (id int, x int); CREATE VIEW w AS SELECT 1 AS x")
    project.execute("CREATE INDEX t_n ON t (n)")
    assert project.command("dump").status == 0
    lines = printed(project)
    assert lines[0].startswith(f"trueup mark-applied {' '.join(ran)}  ")
    assert last not in lines[0]
    run(project, "trueup reconcile --adopt", status=1)  # said to be refused for now
    run(project, "trueup reconcile --revert")
    assert project.query("SELECT to_regclass('t_n'), to_regclass('a')::text") == [(None, "a")]
    run(project, "trueup mark-applied")
    assert project.command("apply").status == 0
    assert in_sync(project)


def test_what_a_pending_file_changes_too(project: Project) -> None:
    project.migration("CREATE OR REPLACE VIEW v AS SELECT id, n FROM t;")
    project.execute("ALTER VIEW v RENAME COLUMN id TO nr; ALTER VIEW v RENAME COLUMN nr TO id")
    project.execute("COMMENT ON VIEW v IS 'by hand'; CREATE OR REPLACE VIEW v AS SELECT id FROM t")
    project.execute("ALTER VIEW v SET (security_barrier = true)")
    assert project.command("dump").status == 0
    run(project, "trueup apply", status=1)
    run(project, "trueup reconcile --revert")
    assert in_sync(project)


def test_a_row_without_a_file_comes_first(project: Project) -> None:
    version = project.migration("CREATE TABLE gone (id int);")
    assert project.command("apply").status == 0
    (project.folder / f"{version}_step.sql").unlink()
    assert "history_missing_file" in run(project, "trueup status", status=1).out


def test_a_lost_history(project: Project) -> None:
    project.execute("TRUNCATE _migrations")
    run(project, "trueup mark-applied")
    assert in_sync(project)


def test_an_invalid_index(project: Project) -> None:
    project.migration("CREATE INDEX t_n ON t (n);")
    assert project.command("apply").status == 0
    project.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_n'::regclass",
    )
    run(project, "trueup reconcile --revert")
    assert in_sync(project)


@pytest.mark.parametrize("way", ["--adopt", "--revert"])
def test_rights_that_schema_sql_holds(project: Project, way: str) -> None:
    project.settings("privileges = true\n")
    assert project.command("dump").status == 0
    project.execute("GRANT SELECT ON t TO PUBLIC; GRANT UPDATE (n) ON t TO PUBLIC")
    assert project.run("check").drift == [("PRIVILEGES", "public", "t")]
    run(project, f"trueup reconcile {way}")
    assert in_sync(project)


# rights that no plan holds, jobs and declarative files: on Supabase


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("remedies") / "p"
    setup = "CREATE EXTENSION pg_cron WITH SCHEMA pg_catalog;"
    function = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
    with supabase.applied(root, 17, f"{setup} {BASE} {function}") as made:
        yield made


@pytest.fixture
def hosted(bench: Project) -> Iterator[Project]:
    with supabase.copied(bench) as copy:
        yield copy


BY_HAND = """
GRANT TRUNCATE ON t TO PUBLIC; GRANT SELECT (n) ON t TO authenticated; REVOKE ALL ON v FROM anon;
REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC, service_role
"""


def each_statement(project: Project, start: str) -> str:
    """Every line of SQL of one meaning."""
    lines = printed(project)
    at = next(n for n, line in enumerate(lines) if line.startswith(start))
    below = lines[at + 1 :]
    end = next((n for n, line in enumerate(below) if not line.startswith("  ")), len(below))
    return "\n".join(below[:end])


def test_rights_are_taken_back_by_the_sql(hosted: Project) -> None:
    hosted.execute(BY_HAND)
    assert {kind for kind, _, _ in hosted.run("check").drift} == {"PRIVILEGES"}
    hosted.execute(each_statement(hosted, "to take rights back"))
    assert in_sync(hosted)


def test_rights_are_kept_by_a_migration_with_the_sql(hosted: Project) -> None:
    hosted.execute(BY_HAND)
    said = each_statement(hosted, "to keep rights")
    made = hosted.run("new", "keep_rights").json
    (hosted.root / made["path"]).write_text(said)
    assert hosted.command("mark-applied", made["version"]).status == 0
    assert in_sync(hosted)


@pytest.mark.parametrize("way", ["--adopt", "--revert"])
def test_a_job(hosted: Project, way: str) -> None:
    hosted.execute(
        "SELECT cron.schedule('new', '@daily', 'SELECT 3');"
        "UPDATE cron.job SET database = current_database()"
    )
    assert [kind for kind, _, _ in hosted.run("check").drift] == ["CRON JOB"]
    run(hosted, f"trueup reconcile {way}")
    assert in_sync(hosted)


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("rights", ["", "GRANT TRUNCATE ON t TO PUBLIC;"])
def test_declarative_files(tmp_path: Path, nested: bool, rights: str) -> None:
    project = supabase.make(tmp_path / "p")
    project.migration(BASE)
    assert project.command("dump").status == 0
    folder = project.root / "supabase" / "schemas" / ("inner" if nested else ".")
    folder.mkdir(parents=True)
    (folder / "a.sql").write_text(f"{BASE} CREATE VIEW w AS SELECT n FROM t; {rights}")
    (line,) = printed(project)
    command, _, does = line.partition("  ")
    assert ("--privileges" in command) is bool(rights)
    assert "trueup new NAME" in does
    shown = project.command(*shlex.split(command)[1:])
    assert shown.status == 1, shown
    made = project.run("new", "as_declared").json
    (project.root / made["path"]).write_text(shown.out)
    run(project, "trueup dump")
    assert in_sync(project)
