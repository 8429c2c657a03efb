"""What no verb runs: other tools' ways down, folders of which nothing is read, open comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import projects
from gitrepos import Repo, started
from projects import Answer, Project

NEXT = "20250102000000_a.sql"
UP, DOWN = "CREATE TABLE kept (id int);\n", "DROP TABLE kept;\n"


@pytest.fixture
def project(tmp_path: Path, database: str) -> Project:
    made = projects.make(tmp_path, database)
    made.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1), (2)")
    return made


def goose(project: Project) -> None:
    project.migration(
        f"-- +goose Up\n{UP.replace('TABLE', 'TABLE IF NOT EXISTS')}-- +goose Down\n{DOWN}"
    )


def dbmate(project: Project) -> None:
    for name in ("a", "b"):
        project.migration(f"-- migrate:up\nSELECT 1;\n\n-- migrate:down\n{DOWN}", name)


def pairs(project: Project) -> None:
    (project.folder / "1_kept.up.sql").write_text("CREATE TABLE IF NOT EXISTS kept (id int);")
    (project.folder / "1_kept.down.sql").write_text(DOWN)


def alone(project: Project) -> None:
    (project.folder / "1_kept.down.sql").write_text(DOWN)


def prisma(project: Project) -> None:
    (project.folder / "20240101_init").mkdir()
    (project.folder / "20240101_init" / "migration.sql").write_text(UP)


def flyway(project: Project) -> None:
    (project.folder / "V1__kept.sql").write_text(UP)


def open_comment(project: Project) -> None:
    project.migration("/* CREATE TABLE other (id int);\n")


def open_string(project: Project) -> None:
    project.migration("CREATE TABLE other (a text DEFAULT 'x);\n")


KINDS: dict[Callable[[Project], None], str] = {
    goose: "migration_down_section",
    dbmate: "migration_down_section",
    pairs: "migration_down_file",
    alone: "migration_down_file",
    prisma: "migrations_not_read",
    flyway: "migrations_not_read",
    open_comment: "migration_unclosed",
    open_string: "migration_unclosed",
}
VERBS = (
    ("check",),
    ("dump",),
    ("apply",),
    ("apply", "--dry-run"),
    ("reconcile", "--revert"),
    ("run", "--", "true"),
    ("diff", "migrations", "database"),
)


def state(project: Project) -> tuple[object, ...]:
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    return project.files(), project.query(tables), project.query("SELECT * FROM kept")


def codes(answer: Answer) -> list[str]:
    return [
        finding["code"] for finding in answer.json["findings"] if finding["severity"] == "error"
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_verb_refuses_it_and_changes_nothing(
    project: Project, kind: Callable[[Project], None]
) -> None:
    kind(project)
    before = state(project)
    for verb, *options in VERBS:
        answer = project.command(verb, *options)
        assert answer.status in ((3,) if verb == "check" else (1, 3)), (verb, answer.err)
        assert KINDS[kind] in answer.out + answer.err, (verb, answer.out, answer.err)
        assert "migration_duplicate_version" not in answer.out + answer.err
    checked = project.run("check")
    assert checked.json["in_sync"] is None
    assert codes(checked)[0] == KINDS[kind]
    assert state(project) == before


@pytest.mark.parametrize("kind", [goose, pairs, prisma], ids=lambda kind: kind.__name__)
def test_no_baseline_is_made_among_them(project: Project, kind: Callable[[Project], None]) -> None:
    kind(project)
    before = state(project)
    answer = project.run("baseline", "--squash")
    assert (answer.status, codes(answer)) == (1, [KINDS[kind]])
    assert state(project) == before


def test_a_folder_of_another_tool_is_no_source_of_diff(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "theirs"
    (other / "1_x").mkdir(parents=True)
    (other / "1_x" / "migration.sql").write_text(UP)
    assert "migrations_not_read" in project.command("diff", str(other), "database").err
    (other / "1.sql").write_text(f"{UP}-- migrate:down\n{DOWN}")
    assert "migration_down_section" in project.command("diff", str(other), "database").err
    (other / "1.sql").write_text(UP)
    (other / "1.down.sql").write_text(DOWN)
    assert "migration_down_file" in project.command("diff", str(other), "database").err


def test_up_parts_alone_are_replayed_as_before(project: Project) -> None:
    project.migration("-- +goose Up\nCREATE TABLE a ();\n")
    project.migration("-- migrate:up\nCREATE TABLE b ();\n-- migrate:down\n")
    (project.folder / "20250201000000_c.up.sql").write_text("CREATE TABLE c ();")
    assert project.run("dump").status == 0
    assert project.schema_file.read_text().count("CREATE TABLE") == 3


def test_a_baseline_with_the_old_files_beside_it_stays_fine(project: Project) -> None:
    project.migration(UP)
    assert project.run("mark-applied", "20250101000000").status == 0
    assert project.run("baseline", "--squash").status == 0
    assert (project.folder / "before_baseline").is_dir()
    assert project.run("check").json["in_sync"] is True


def test_the_first_migration_of_a_new_project_needs_no_more_than_before(tmp_path: Path) -> None:
    project = projects.make(tmp_path, None)
    (project.folder / ".gitkeep").write_text("")
    assert project.run("dump").status == 0
    assert project.run("check").status == 0
    project.migration(UP)
    assert project.run("dump").status == 0


@pytest.mark.parametrize("verb", ["check", "dump"])
@pytest.mark.parametrize("maker", ["0001-kept.sql", "kept.sql", "20240101.sql"])
def test_a_failing_replay_names_the_ignored_file_that_makes_what_is_missing(
    tmp_path: Path, verb: str, maker: str
) -> None:
    project = projects.make(tmp_path, None)
    (project.folder / maker).write_text(UP)
    (project.folder / "seed.sql").write_text("SELECT 1;")
    project.migration("ALTER TABLE kept ADD more int;")
    answer = project.run(verb)
    (cause,) = [f for f in answer.json["findings"] if f["code"] == "missing_object"]
    assert f"is made by migrations/{maker}, which is not replayed" in cause["message"]
    text = project.command(verb)
    assert "no migration makes" not in text.out + text.err


def test_a_failing_replay_says_how_many_files_are_ignored(tmp_path: Path) -> None:
    project = projects.make(tmp_path, None)
    for number in range(4):
        (project.folder / f"000{number}-x.sql").write_text("DO $$ BEGIN EXECUTE 'SELECT 1'; END $$")
    project.migration("SELECT 1/0;")
    err = project.command("dump").err
    assert "cause: 4 .sql files are not replayed, for the name: " in err
    assert "and 1 more [migration_ignored]" in err


def test_apply_says_so_too(project: Project) -> None:
    (project.folder / "0001-more.sql").write_text("CREATE TABLE more (id int);")
    project.migration("ALTER TABLE more ADD b int;")
    assert "0001-more.sql, which is not replayed" in project.command("apply").err


def test_a_refusal_of_postgresql_does_not_quote_our_own_sql(project: Project) -> None:
    project.migration("CREATE TABLE a ();\nCOPY kept FROM stdin;\n1\n\\.\nSELECT 'it\\'s';\n")
    answer = project.command("apply")
    assert "unterminated quoted string [statement_failed" in answer.err
    assert ":5:14" in answer.err
    assert "SET CONSTRAINTS" not in answer.err


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return started(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        (
            "20250102000000_a.sql",
            f"-- +goose Up\n{UP}-- +goose Down\n{DOWN}",
            "migration_down_section",
        ),
        ("20250102000000_a.sql", f"{UP}-- migrate:down\n{DOWN}", "migration_down_section"),
        ("20250102000000_a.down.sql", DOWN, "migration_down_file"),
        ("20250102000000_a.sql", f"{UP}/* open", "migration_syntax"),
        ("20250102000000_a.sql", "/* open", "migration_syntax"),
    ],
)
def test_the_git_hook_refuses_it(repo: Repo, name: str, text: str, code: str) -> None:
    repo.migration(name, text)
    repo.schema()
    assert repo.hook().errors == [code]


def test_the_git_hook_says_a_pair_once(repo: Repo) -> None:
    repo.migration("20250102000000_a.up.sql", UP)
    repo.migration("20250102000000_a.down.sql", DOWN)
    repo.schema()
    assert sorted(repo.hook().errors) == ["migration_down_file", "migration_name_bad"]
