"""Folders of other tools: what goes down is refused, what is not read is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from folder.conftest import Project
from trueup.folder.layouts.signs import NEEDLES, SECTIONS
from trueup.folder.migrations import Folder, read_folder
from trueup.model.finding import Finding

ONE, TWO, THREE = "20250101000000_a.sql", "20250102000000_b.sql", "20250103000000_c.sql"
UP, DOWN = "CREATE TABLE t (id int);\n", "DROP TABLE t;\n"
FORMS = {
    "goose": ("-- +goose Up\n", "-- +goose Down\n"),
    "sql-migrate": ("-- +migrate Up\n", "-- +migrate Down notransaction\n"),
    "dbmate": ("-- migrate:up\n", "-- migrate:down transaction:false\n"),
    "micrate": ("-- +micrate Up\n", "-- +micrate Down\n"),
    "rambler": ("-- rambler up\n", "-- rambler down\n"),
    "node-pg-migrate": ("-- Up Migration\n", "-- Down Migration\n"),
    "tern": ("", "---- create above / drop below ----\n"),
    "MyBatis Migrations": ("-- // first\n", "-- //@UNDO\n"),
}


def read(project: Project) -> Folder:
    return read_folder(project.folder, project.root, besides=project.root / "schema.sql")


def blocking(project: Project) -> Finding:
    (found,) = read(project).blocking
    return found


@pytest.mark.parametrize("tool", FORMS)
def test_a_down_part_is_refused_with_the_tool_and_its_line(project: Project, tool: str) -> None:
    up, down = FORMS[tool]
    text = f"{up}{UP}\n{down}{DOWN}"
    project.write(ONE, text)
    found = blocking(project)
    assert (found.code, found.subject, found.is_error) == ("migration_down_section", tool, True)
    line = text[: text.index(down)].count("\n") + 1
    assert str(found.location) == f"supabase/migrations/{ONE}:{line}"
    assert f"{ONE}:{line}" in found.message


def test_every_sign_is_tried_here_and_passes_the_cheap_test() -> None:
    assert [sign.tool for sign in SECTIONS] == list(FORMS)
    for _, down in FORMS.values():
        assert any(needle in down.lower().encode() for needle in NEEDLES)


def test_a_folder_of_them_is_one_finding(project: Project) -> None:
    for number in range(40):
        project.write(
            f"{20250101000000 + number}_a.sql", f"-- +goose Up\n{UP}-- +goose Down\n{DOWN}"
        )
    found = blocking(project)
    assert found.message.startswith("40 files have a Down part of goose's")
    assert found.message.count(".sql:3") == 3
    assert found.message.endswith("and 37 more")
    assert len(read(project).migrations) == 40


def test_two_tools_in_one_folder_are_both_named(project: Project) -> None:
    for name, tool in ((ONE, "dbmate"), (TWO, "goose")):
        up, down = FORMS[tool]
        project.write(name, f"{up}{UP}{down}{DOWN}")
    assert [f.subject for f in read(project).blocking] == ["dbmate", "goose"]


@pytest.mark.parametrize(
    "text",
    [
        "--+goose up\n{up}--  +goose  DOWN  \n{down}",
        "-- +goose Up\r\n{up}-- +goose Down\r\n{down}",
        "\ufeff-- +goose Up\n{up}-- +goose Down\n{down}",
        "-- +goose Up\n-- +goose StatementBegin\n{up}-- +goose StatementEnd\n"
        "-- +goose Down\n-- +goose StatementBegin\n{down}-- +goose StatementEnd\n",
        "{up}-- +goose Down\n{down}",
        # goose reads lines: this one divides the file there, whatever PostgreSQL sees
        "-- +goose Up\nSELECT $$\n-- +goose Down\n$$;\n{down}",
        "-- +goose Up\n{up}/*\n-- +goose Down\n*/\n{down}",
        "-- +migrate Up\n{up}-- +migrate   Down\n{down}",
        "--migrate:up\n{up}--\tmigrate:down\n{down}",
        "-- migrate:up\n{up}-- migrate:down\n-- migrate:up\n{up}-- migrate:down\n{down}",
        "-- DOWN   Migration\n{down}--- up migration\n{up}",
        "{up}x; ---- create above / drop below ----\n{down}",
        "{up}  --//@UNDO this\n{down}",
        "-- +goose Up\nCOPY t FROM stdin;\n1\n\\.\n-- +goose Down\n{down}",
    ],
)
def test_however_it_is_written(project: Project, text: str) -> None:
    project.write(ONE, text.format(up=UP, down=DOWN))
    assert blocking(project).code == "migration_down_section"


@pytest.mark.parametrize(
    "text",
    [
        "-- +goose Up\n{up}",
        "-- migrate:up\n{up}\n-- migrate:down\n",
        "-- migrate:up\n{up}-- migrate:down\n-- nothing to undo\n/* DROP TABLE t; */ ;\n",
        "-- Up migration\n{up}-- Down migration (by hand)\n-- DROP TABLE t;\n",
        "-- Down migration is not planned\n{up}",
        "INSERT INTO docs VALUES ('\n-- +goose Down\n');\n{up}",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$\n-- migrate:down\nSELECT 'x' $f$;\n",
        "/*\n-- +migrate Down\n*/\n{up}",
        "COPY t FROM stdin;\n-- migrate:down\n\\.\n{up}",
        "  -- +migrate Down\n{up}",
        "-- +migrate down\n{up}",
        "-- +migrate Downwards\n{up}",
        "-- see migrate:down\n{up}",
        "-- Migrate:down\n{up}",
        "-- the +goose Down part was left out\n{up}",
        "-- count down, undo, rollback\n{up}",
        "SELECT '---- create above / drop below ----';\n{up}",
        "-- @UNDO\n{up}",
    ],
)
def test_what_is_no_down_part_is_left_alone(project: Project, text: str) -> None:
    project.write(ONE, text.format(up=UP))
    assert read(project).blocking == ()


@pytest.mark.parametrize(
    ("ups", "downs"),
    [
        ([ONE.replace(".sql", ".up.sql")], [ONE.replace(".sql", ".down.sql")]),
        ([ONE], [TWO.replace(".sql", ".down.sql")]),
        ([ONE], [TWO.replace(".sql", ".tx.Down.sql")]),
        (["1_a.up.sql"], ["1_a.down.pg.sql"]),
        (["20250101_01_x-a.sql"], ["20250101_01_x-a.rollback.sql"]),
        (["1_a_up.sql"], ["1_a_down.sql"]),
        (["1_a.sql"], ["1_a.undo.sql"]),
        (["1_a-up.sql"], ["1_a-DOWN.sql"]),
    ],
)
def test_a_file_that_is_a_way_down_is_refused_and_never_a_duplicate(
    project: Project, ups: list[str], downs: list[str]
) -> None:
    for name in (*ups, *downs):
        project.write(name)
    folder = read(project)
    assert [m.file_name for m in folder.migrations] == ups
    assert [f.code for f in folder.findings if f.is_error] == ["migration_down_file"]
    assert downs[0] in folder.blocking[0].message


@pytest.mark.parametrize("name", ["1_tear_down.sql", "1_undo.sql", "1_x.up.sql", "1_rollback.sql"])
def test_a_name_that_only_sounds_like_it_is_a_migration(project: Project, name: str) -> None:
    project.write(name)
    project.write("2_tear_up.sql")
    assert read(project).blocking == ()


def test_down_files_alone_are_refused_too(project: Project) -> None:
    for number in range(5):
        project.write(f"{number}_a.down.sql")
    found = blocking(project)
    assert found.message.startswith("5 files are down migrations (golang-migrate")
    assert found.message.endswith("and 2 more")


def fill(project: Project, names: list[str]) -> None:
    for name in names:
        path = project.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(UP)


@pytest.mark.parametrize(
    ("names", "tool"),
    [
        (["20240101_init/migration.sql", "migration_lock.toml"], "Prisma"),
        (["0000_x.txt", "meta/_journal.json", "meta/0.sql"], "Drizzle"),
        (["20240101000000_x/migration.sql", "20240101000000_x/snapshot.json"], "Drizzle"),
        (["V1__a.sql", "V1.2__b.sql", "R__views.sql"], "Flyway"),
        (["sub/deeper/V1__a.sql"], "Flyway"),
        (["2024-01-01-000000_x/up.sql", "2024-01-01-000000_x/down.sql"], "Diesel or Hasura"),
        (["sqitch.plan", "deploy/a.sql", "revert/a.sql"], "Sqitch"),
        (["committed/000001.sql", "current.sql"], "graphile-migrate"),
        (["0001-x.sql", "0002-y.sql"], ""),
        (["20231227132525.sql"], ""),
        (["INIT.SQL"], ""),
        (["archive/20250101000000_a.sql"], ""),
        (["20240101000000_a.ts", "20240102000000_b.ts"], ""),
        (["0001_initial.py"], ""),
    ],
)
def test_a_folder_of_which_nothing_is_read_is_not_in_sync(
    project: Project, names: list[str], tool: str
) -> None:
    fill(project, names)
    folder = read(project)
    assert [f.code for f in folder.findings] == ["migrations_not_read"]
    assert folder.blocking == folder.findings
    assert (f"the layout of {tool}" in folder.findings[0].message) is bool(tool)


def test_it_says_how_many_and_which(project: Project) -> None:
    fill(project, [f"000{number}-x.sql" for number in range(7)])
    assert blocking(project).message == (
        "none of the 7 .sql files in supabase/migrations is read: only <digits>_<name>.sql directly"
        " in the folder is; there is 0000-x.sql, 0001-x.sql, 0002-x.sql and 4 more"
    )
    assert "rename" in blocking(project).hint


@pytest.mark.parametrize(
    "names",
    [[], [".gitkeep"], ["README.md", "notes/a.txt"], [".old/a.sql"], ["node_modules/a.sql"]],
)
def test_a_new_project_is_one(project: Project, names: list[str]) -> None:
    fill(project, names)
    folder = read(project)
    assert [f.code for f in folder.findings] == ["migrations_folder_empty"]
    assert folder.blocking == ()


def test_one_file_that_is_read_is_enough(project: Project) -> None:
    fill(project, [ONE, "before_baseline/20240101000000_old.sql", "0001-x.sql"])
    folder = read(project)
    assert [f.code for f in folder.findings] == ["migration_ignored"]
    assert folder.blocking == ()


def test_schema_sql_in_the_folder_is_no_migration(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(UP)
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "seed.sql").write_text(UP)
    folder = read_folder(tmp_path, tmp_path, besides=tmp_path / "schema.sql")
    assert folder.blocking == ()
