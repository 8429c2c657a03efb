"""What a history that leaves open who did what forbids: running twice, undoing, writing down."""

from __future__ import annotations

import html
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import projects
from projects import Answer, Project
from trueup.postgres.server.cluster import Cluster

A, B, C, D = (f"2026010{day}000000" for day in (1, 2, 3, 4))
LEDGER = (
    "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations"
    " (version text PRIMARY KEY, statements text[], name text);"
)
ACCOUNTS = "CREATE TABLE acct (id int, cents bigint); INSERT INTO acct VALUES (1, 100);\n"
CENTS = "UPDATE acct SET cents = cents * 100; INSERT INTO acct VALUES (2, 5);\n"


@pytest.fixture
def project(tmp_path: Path, database: str) -> Project:
    made = projects.make(tmp_path / "project", database)
    made.settings('lint = "off"\n')
    return made


@pytest.fixture
def standing(project: Project, pg: Cluster) -> Callable[[], object]:
    """All there is: files, schema, rows, history."""

    def look() -> object:
        dump = [str(pg.install.tool("pg_dump")), "-d", str(project.url)]
        text = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
        lines = [line for line in text.splitlines() if not line.startswith("\\")]
        return project.files(), lines

    return look


def write(project: Project, version: str, name: str, sql: str) -> Path:
    project.migration(sql, name, int(version))
    return project.folder / f"{version}_{name}.sql"


def commit(project: Project) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for arguments in (("add", "."), (*who, "commit", "-qm", "more")):
        subprocess.run(["git", "-C", str(project.root), *arguments], check=True)


def rename(project: Project, file: Path, version: str) -> Path:
    return file.rename(project.folder / f"{version}_{file.name.partition('_')[2]}")


def applied(project: Project) -> None:
    answer = project.run("apply")
    assert answer.status == 0, answer.out


def refused(answer: Answer, *codes: str) -> str:
    """That it was refused for these reasons; their words."""
    errors = [f for f in answer.json["findings"] if f["severity"] == "error"]
    assert (answer.status, [f["code"] for f in errors]) == (1, list(codes))
    return " ".join(f"{f['message']} {f['hint']}" for f in errors)


def follow(project: Project, said: str, command: str) -> None:
    """Runs a command word for word as a message has it."""
    assert f"`{command}`" in said
    _, *words = command.split(" ")
    answer = project.command(*words)
    assert answer.status == 0, answer.out + answer.err


def cents(project: Project) -> list[tuple[object, ...]]:
    return project.query("SELECT id, cents FROM acct ORDER BY id")


# apply: what ran does not run again


@pytest.fixture
def money(project: Project) -> Path:
    """Two migrations that ran; the second must not run twice."""
    write(project, A, "acct", ACCOUNTS)
    second = write(project, B, "cents", CENTS)
    applied(project)
    return second


@pytest.mark.parametrize("how", [(), ("--dry-run",), ("--to", C)])
def test_a_renamed_file_does_not_run_again(
    project: Project, money: Path, standing: Callable[[], object], how: tuple[str, ...]
) -> None:
    now = rename(project, money, C)
    before = standing()
    said = refused(project.run("apply", *how), "history_missing_file")
    assert f"{B}_cents was applied, and its file is now {now.name}: same content" in said
    assert standing() == before


def test_history_follows_a_renamed_file_in_one_step(project: Project, money: Path) -> None:
    rename(project, money, C)
    said = refused(project.run("apply"), "history_missing_file")
    follow(project, said, f"trueup repair --move {B} --write")
    applied(project)
    assert project.run("check").json["in_sync"] is True
    assert cents(project) == [(1, 10000), (2, 5)]
    rows = project.query("SELECT version, name FROM _migrations ORDER BY 1")
    assert rows == [(A, "acct"), (C, "cents")]


def test_or_the_file_gets_its_name_back(project: Project, money: Path) -> None:
    rename(project, money, C).rename(money)
    applied(project)
    assert cents(project) == [(1, 10000), (2, 5)]


@pytest.mark.parametrize("gone", ["deleted", "never on this branch"])
def test_the_same_statements_in_another_dress_do_not_run_again(
    project: Project, money: Path, standing: Callable[[], object], gone: str
) -> None:
    commit(project)
    if gone == "never on this branch":
        git = ["git", "-C", str(project.root)]
        subprocess.run([*git, "checkout", "-q", "--orphan", "other"], check=True)
        subprocess.run([*git, "rm", "-qr", "--cached", "."], check=True)
    money.unlink()
    write(project, C, "in_cents", f"-- in cents, from now on\n{CENTS.replace(';', chr(10) + ';')}")
    before = standing()
    said = refused(project.run("apply"), "history_missing_file")
    assert f"{C}_in_cents.sql: same statements" in said
    assert standing() == before
    follow(project, said, f"trueup repair --move {B} --write")
    assert project.run("status").json["findings"] == []
    applied(project)
    assert cents(project) == [(1, 10000), (2, 5)]


def test_a_file_renamed_and_edited_is_refused_and_no_row_follows_it(
    project: Project, money: Path
) -> None:
    money.unlink()
    write(project, C, "cents", CENTS.replace("100", "1000"))
    said = refused(project.run("apply"), "history_missing_file")
    assert f"{C}_cents.sql has its name and other content" in said
    assert refused(project.run("repair", "--move", B, "--write"), "repair_refused")
    assert project.query("SELECT version FROM _migrations ORDER BY 1") == [(A,), (B,)]


def test_two_that_changed_places_keep_their_rows_apart(project: Project, money: Path) -> None:
    first = project.folder / f"{A}_acct.sql"
    rename(project, money, D)
    rename(project, first, C)
    refused(project.run("apply"), "history_missing_file", "history_missing_file")
    assert project.command("repair", "--move", A, B, "--write").status == 0
    applied(project)
    rows = project.query("SELECT version, name FROM _migrations ORDER BY 1")
    assert rows == [(C, "acct"), (D, "cents")]


def test_zeros_in_front_of_a_version_make_a_renamed_file(project: Project) -> None:
    file = write(project, "7", "t", "CREATE TABLE t (id int); INSERT INTO t VALUES (1);")
    applied(project)
    rename(project, file, "007")
    refused(project.run("apply"), "history_missing_file")
    assert project.command("repair", "--move", "7", "--write").status == 0
    applied(project)
    assert project.query("SELECT count(*) FROM t") == [(1,)]


def test_two_alike_that_are_both_there_are_fine(project: Project) -> None:
    write(project, A, "reload", "NOTIFY pgrst, 'reload schema';\n")
    applied(project)
    write(project, B, "reload", "NOTIFY pgrst, 'reload schema';\n")
    applied(project)
    write(project, C, "reload", "NOTIFY pgrst, 'reload schema';\n")
    write(project, D, "again", "NOTIFY pgrst, 'reload schema';\n")
    applied(project)
    assert project.query("SELECT count(*) FROM _migrations") == [(4,)]


def test_a_failed_attempt_does_not_follow_its_file(project: Project) -> None:
    write(project, A, "t", "CREATE TABLE t (id int);")
    applied(project)
    project.execute("INSERT INTO t VALUES (1), (1)")
    file = write(project, B, "key", "CREATE UNIQUE INDEX CONCURRENTLY one ON t (id);")
    assert project.run("apply").status == 3
    rename(project, file, C)
    said = refused(project.run("apply"), "history_missing_file", "migration_failed")
    assert "--move" not in said
    assert project.run("repair", "--move", B, "--write").status == 1


def test_what_supabase_s_ledger_ran_does_not_run_again(
    project: Project, standing: Callable[[], object]
) -> None:
    write(project, A, "acct", ACCOUNTS)
    applied(project)
    project.execute(LEDGER + CENTS)
    with project.connect() as conn:
        row = (B, [part.strip() for part in CENTS.split(";") if part.strip()], "cents")
        conn.execute("INSERT INTO supabase_migrations.schema_migrations VALUES (%s, %s, %s)", row)
    write(project, C, "in_cents", f"-- from now on\n{CENTS}")
    before = standing()
    refused(project.run("apply"), "foreign_row")
    assert standing() == before
    project.command("repair", "--restamp-ledger", "--write")
    assert project.command("mark-applied", "--from-supabase").status == 0
    applied(project)
    assert cents(project) == [(1, 10000), (2, 5)]


# apply: no error of the history is passed over


def test_apply_refuses_beside_an_edited_file_and_goes_on_when_it_is_put_back(
    project: Project, money: Path, standing: Callable[[], object]
) -> None:
    money.write_text(CENTS.replace("100", "1000"))
    write(project, C, "more", "CREATE TABLE more (id int);")
    before = standing()
    said = refused(project.run("apply"), "migration_edited")
    assert standing() == before
    refused(project.run("apply", "--dry-run"), "migration_edited")
    follow(project, said, f"trueup repair --restamp {B} --write")
    applied(project)


def test_an_edit_of_comments_is_a_warning(project: Project, money: Path) -> None:
    commit(project)
    money.write_text(f"-- in cents\n{CENTS}")
    write(project, C, "more", "CREATE TABLE more (id int);")
    answer = project.run("apply")
    assert (answer.status, answer.codes) == (0, ["migration_edited_cosmetic"])


def test_apply_refuses_beside_a_row_without_a_file_though_nothing_differs(
    project: Project, standing: Callable[[], object]
) -> None:
    write(project, A, "t", "CREATE TABLE t (id int);")
    gone = write(project, B, "note", "NOTIFY pgrst, 'reload schema';")
    applied(project)
    gone.unlink()
    write(project, C, "more", "CREATE TABLE more (id int);")
    before = standing()
    said = refused(project.run("apply"), "history_missing_file")
    assert standing() == before
    follow(project, said, f"trueup repair --forget {B} --write")
    applied(project)


@pytest.mark.parametrize("kept", [True, False])
def test_apply_refuses_beside_a_ledger_s_row_without_a_file(
    project: Project, standing: Callable[[], object], kept: bool
) -> None:
    write(project, A, "t", "CREATE TABLE t (id int);")
    applied(project)
    project.execute(f"{LEDGER} CREATE TABLE theirs (id int);")
    with project.connect() as conn:
        statements = ["CREATE TABLE theirs (id int)"] if kept else []
        row = (B, statements, "theirs")
        conn.execute("INSERT INTO supabase_migrations.schema_migrations VALUES (%s, %s, %s)", row)
    write(project, C, "more", "CREATE TABLE more (id int);")
    before = standing()
    said = refused(project.run("apply"), "foreign_row")
    for way in ("--adopt", "--revert"):
        refused(project.run("reconcile", way), "foreign_row")
    (item,) = [i for i in project.run("check").json["drift"] if i["object"]["name"] == "theirs"]
    assert f"{B}_theirs, which Supabase's ledger says ran here" in item["cause"]
    assert item["remedies"] == []
    assert standing() == before
    if kept:
        follow(project, said, "trueup repair --write-files --write")
        applied(project)
    else:
        assert f"`supabase migration repair --status reverted {B}`" in said
        project.execute("DELETE FROM supabase_migrations.schema_migrations")
        assert project.run("apply").status == 1  # the drift
        follow(project, said, "trueup reconcile --adopt --write")
    assert project.run("check").json["in_sync"] is True


# an older checkout


@pytest.fixture
def older(project: Project) -> Project:
    """A checkout from before the file that made paid."""
    write(project, A, "t", "CREATE TABLE t (id int);")
    newer = write(project, B, "b", "CREATE TABLE paid (id int); INSERT INTO paid VALUES (1);")
    applied(project)
    newer.unlink()
    project.run("dump")
    return project


def test_an_older_checkout_is_told_whose_work_it_is(
    older: Project, standing: Callable[[], object]
) -> None:
    before = standing()
    for way in (
        ("--revert",),
        ("--revert", "--apply", "--allow-data-loss"),
        ("--revert", "--only", "public.paid", "--apply", "--allow-data-loss"),
        ("--adopt",),
        ("--adopt", "--write"),
    ):
        assert f"{B}_b was applied" in refused(older.run("reconcile", *way), "history_missing_file")
    (item,) = older.run("check").json["drift"]
    assert item["cause"] == (
        f"created by hand in the database, or by {B}_b, which ran here and has no file in this"
        " checkout"
    )
    assert item["remedies"] == []
    for shape in ("text", "markdown", "github", "sarif", "junit"):
        said = html.unescape(older.command("check", "--format", shape).out)
        assert f"{B}_b" in said
        assert "--revert" not in said and "--adopt" not in said
    assert standing() == before


def test_an_older_release_goes_on_when_told_to_and_says_what_it_did_not_compare(
    older: Project,
) -> None:
    refused(older.run("apply"), "history_missing_file")
    assert "`trueup apply --allow-newer-database`" in older.command("status").out
    answer = older.run("apply", "--allow-newer-database")
    assert (answer.status, answer.codes) == (0, ["database_newer"])
    assert "table public.paid" in answer.json["findings"][0]["message"]
    assert older.query("SELECT id FROM paid") == [(1,)]


def test_a_database_is_not_newer_where_a_missing_row_is_older_than_a_file(
    older: Project, standing: Callable[[], object]
) -> None:
    write(older, C, "more", "CREATE TABLE more (id int);")
    before = standing()
    refused(older.run("apply", "--allow-newer-database"), "history_missing_file")
    assert standing() == before


def test_a_database_is_not_newer_where_the_row_s_file_was_renamed(
    project: Project, money: Path, standing: Callable[[], object]
) -> None:
    rename(project, money, "20260101120000")
    before = standing()
    refused(project.run("apply", "--allow-newer-database"), "history_missing_file")
    assert standing() == before


def test_nothing_is_newer_and_the_comparison_is_whole(project: Project, money: Path) -> None:
    project.execute("CREATE TABLE extra (id int)")
    answer = project.run("apply", "--allow-newer-database")
    assert (answer.status, answer.drift) == (1, [("TABLE", "public", "extra")])


# the history is lost

OBJECTS = (
    "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE VIEW one AS SELECT 1 AS x;"
    " CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2';"
)
LOSE = {"table": "DROP TABLE _migrations", "rows": "TRUNCATE _migrations"}


@pytest.mark.parametrize("lost", LOSE)
@pytest.mark.parametrize("sql", [OBJECTS, f"{OBJECTS} CREATE TABLE t (id int);"])
def test_a_lost_history_empties_no_database(
    project: Project, standing: Callable[[], object], lost: str, sql: str
) -> None:
    write(project, A, "all", sql)
    write(project, B, "more", "ALTER TYPE mood ADD VALUE 'so'; CREATE VIEW three AS SELECT 3 AS x;")
    applied(project)
    project.execute(LOSE[lost])
    before = standing()
    for way in (("--revert",), ("--revert", "--apply", "--allow-data-loss")):
        assert "mark-applied" in refused(project.run("reconcile", *way), "pending_first")
        only = ("--only", "public.three")
        refused(project.run("reconcile", *way, *only), "pending_first")
    for item in project.run("check").json["drift"]:
        assert item["remedies"] == ["mark-applied"]
    assert f"trueup mark-applied {A} {B}" in project.command("check").out
    said = refused(project.run("apply"), "history_lost")
    refused(project.run("apply", "--dry-run"), "history_lost")
    assert standing() == before
    follow(project, said, f"trueup mark-applied {A} {B}")
    applied(project)
    assert project.run("check").json["in_sync"] is True


def test_a_lost_history_does_not_run_files_that_would_run_again(
    project: Project, standing: Callable[[], object]
) -> None:
    write(project, A, "t", "CREATE TABLE IF NOT EXISTS t (id int); INSERT INTO t VALUES (1);")
    applied(project)
    project.execute("DROP TABLE _migrations")
    write(project, B, "new", "CREATE TABLE new (id int);")
    before = standing()
    said = refused(project.run("apply"), "history_lost")
    assert standing() == before
    follow(project, said, f"trueup mark-applied {A}")
    applied(project)
    assert project.query("SELECT id FROM t") == [(1,)]
    assert project.query("SELECT count(*) FROM new") == [(0,)]


def test_functions_alone_that_are_all_there_are_a_lost_history(project: Project) -> None:
    write(project, A, "f", "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    applied(project)
    project.execute("DROP TABLE _migrations")
    refused(project.run("apply"), "history_lost")


@pytest.mark.parametrize(
    "prepared",
    [
        "CREATE TABLE unrelated (id int); INSERT INTO unrelated VALUES (1);",
        "CREATE SCHEMA app; CREATE EXTENSION pg_trgm;",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
    ],
)
def test_a_prepared_database_takes_its_first_migrations(project: Project, prepared: str) -> None:
    project.settings('lint = "off"\nschemas = ["public", "app"]\n')
    project.execute(prepared)
    sql = (
        "CREATE SCHEMA IF NOT EXISTS app; CREATE EXTENSION IF NOT EXISTS pg_trgm;"
        " CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN NEW; END'; CREATE TABLE app.t (id int);"
    )
    write(project, A, "first", sql)
    answer = project.run("apply")
    assert len(answer.json["applied"]) == 1
    assert project.query("SELECT count(*) FROM app.t") == [(0,)]


def test_a_table_that_others_made_in_another_form_is_no_lost_history(project: Project) -> None:
    project.execute("CREATE TABLE users (id int PRIMARY KEY, mail text)")
    sql = "CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY); CREATE TABLE mine (id int);"
    write(project, A, "first", sql)
    assert [done["version"] for done in project.run("apply").json["applied"]] == [A]


def test_what_is_there_although_the_history_lacks_one_row_points_to_mark_applied(
    project: Project, standing: Callable[[], object]
) -> None:
    write(project, A, "a", "CREATE TABLE a (id int);")
    write(project, B, "b", "CREATE TABLE b (id int);")
    applied(project)
    project.execute(f"DELETE FROM _migrations WHERE version = '{B}'")
    before = standing()
    answer = project.run("apply")
    assert answer.status == 3
    (found,) = answer.json["findings"]
    assert standing() == before
    follow(project, found["hint"], f"trueup mark-applied {B}")
    applied(project)


def test_a_database_without_a_record_is_not_emptied_for_want_of_files(project: Project) -> None:
    project.execute("CREATE TABLE precious (id int)")
    answer = project.run("reconcile", "--revert", "--apply", "--allow-data-loss")
    assert (answer.status, answer.codes) == (1, ["pending_first"])
    assert project.query("SELECT count(*) FROM precious") == [(0,)]


# pending files explain a part


@pytest.fixture
def half(project: Project) -> Project:
    """The rows of the last two files are lost; the last drops again what the one before made."""
    write(project, A, "a", "CREATE TABLE a (id int); CREATE TABLE old (id int);")
    write(project, B, "b", "CREATE TABLE b (id int); ALTER TABLE a ADD note text;")
    applied(project)
    project.execute(f"DELETE FROM _migrations WHERE version = '{B}'")
    write(project, C, "c", "DROP TABLE b; DROP TABLE old;")
    project.run("dump")
    return project


def test_what_a_pending_file_made_is_not_reverted_though_a_later_one_drops_it(
    half: Project, standing: Callable[[], object]
) -> None:
    before = standing()
    for way in (("--revert",), ("--revert", "--apply", "--allow-data-loss")):
        said = refused(half.run("reconcile", *way), "pending_first", "pending_first")
        assert f"{B}_b.sql, which is pending, says what the database has of table public.b" in said
    drift = half.run("check").json["drift"]
    assert {item["object"]["name"]: item["remedies"] for item in drift if item["database"]} == {
        "a": ["mark-applied"],
        "b": ["mark-applied"],
    }
    assert standing() == before
    follow(half, said, f"trueup mark-applied {B}")
    applied(half)


def test_what_a_pending_file_drops_is_not_made_again(project: Project) -> None:
    write(project, A, "a", "CREATE TABLE a (id int); CREATE TABLE old (id int);")
    applied(project)
    project.execute("DROP TABLE old")
    write(project, B, "b", "DROP TABLE old;")
    refused(project.run("reconcile", "--revert", "--apply"), "pending_first")
    (item,) = [i for i in project.run("check").json["drift"] if i["object"]["name"] == "old"]
    assert item["remedies"][0] == "mark-applied"


def test_a_hand_change_of_what_a_pending_file_changes_waits_for_it(
    project: Project, standing: Callable[[], object]
) -> None:
    write(project, A, "a", "CREATE TABLE a (id int);")
    applied(project)
    project.execute("ALTER TABLE a ADD by_hand text")
    write(project, B, "b", "ALTER TABLE a ADD note text;")
    project.run("dump")
    before = standing()
    said = refused(project.run("reconcile", "--revert", "--apply"), "pending_first")
    assert f"{B}_b.sql, which is pending, changes table public.a" in said
    (item,) = project.run("check").json["drift"]
    assert item["remedies"] == []
    assert f"{B}_b.sql, which is pending, changes it too" in item["cause"]
    assert standing() == before
    assert project.run("apply").status == 1
    assert project.run("reconcile", "--revert", "--apply", "--allow-data-loss").status == 0
    assert project.run("check").json["in_sync"] is True


def test_a_hand_change_beside_an_unrelated_pending_file_is_reverted(project: Project) -> None:
    write(project, A, "a", "CREATE TABLE a (id int);")
    applied(project)
    project.execute("CREATE VIEW by_hand AS SELECT 1 AS x")
    write(project, B, "b", "CREATE TABLE b (id int);")
    project.run("dump")
    (item,) = project.run("check").json["drift"]
    assert item["remedies"] == ["adopt", "revert"]
    assert project.run("reconcile", "--revert", "--apply").status == 0
    assert project.query("SELECT to_regclass('by_hand')") == [(None,)]


def test_only_what_nothing_pending_explains_is_reverted(half: Project) -> None:
    half.execute("CREATE VIEW by_hand AS SELECT 1 AS x; CREATE VIEW on_b AS SELECT id FROM b")
    refused(half.run("reconcile", "--revert", "--only", "public.on_b"), "pending_first")
    done = half.run("reconcile", "--revert", "--only", "public.by_hand", "--apply")
    assert (done.status, [c["object"]["name"] for c in done.json["changes"]]) == (0, ["by_hand"])
    assert half.query("SELECT to_regclass('b')::text, to_regclass('on_b')::text") == [("b", "on_b")]


def test_an_edited_file_alone_does_not_forbid_to_reconcile(project: Project) -> None:
    file = write(project, A, "a", "CREATE TABLE a (id int);")
    applied(project)
    file.write_text("CREATE TABLE a (id int, note text);")
    assert project.run("reconcile", "--revert", "--apply").status == 0


# the order


def test_a_late_file_that_gives_another_schema_now_is_refused(
    project: Project, standing: Callable[[], object]
) -> None:
    write(project, A, "t", "CREATE TABLE t (id int PRIMARY KEY);")
    write(project, C, "z", "CREATE TABLE z (LIKE t); CREATE VIEW v AS SELECT * FROM t;")
    applied(project)
    late = write(project, B, "x", "ALTER TABLE t ADD x int;")
    before = standing()
    said = refused(project.run("apply"), "order_matters")
    refused(project.run("apply", "--to", B), "order_matters")
    assert f"{B}_x.sql would run after {C}_z.sql" in said
    assert "table public.z, view public.v" in said
    assert standing() == before
    rename(project, late, D)
    applied(project)
    assert project.run("check").json["in_sync"] is True


@pytest.mark.parametrize(
    "late",
    [
        "CREATE TABLE other (id int);",
        # The same but for the order of its columns.
        "ALTER TABLE t ADD x int;",
        "INSERT INTO t (id) VALUES (7);",
    ],
)
def test_a_late_file_that_gives_the_same_runs_with_a_warning(project: Project, late: str) -> None:
    write(project, A, "t", "CREATE TABLE t (id int PRIMARY KEY);")
    write(project, C, "z", "ALTER TABLE t ADD z int;")
    applied(project)
    write(project, B, "late", late)
    answer = project.run("apply")
    assert (answer.status, answer.codes) == (0, ["out_of_order"])


def test_an_order_that_gives_other_rights_is_refused(
    project: Project, standing: Callable[[], object]
) -> None:
    write(project, A, "t", "CREATE TABLE t (id int);")
    write(project, C, "z", "CREATE TABLE z (id int);")
    applied(project)
    grants = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;"
    write(project, B, "open", grants)
    project.settings('lint = "off"\nprivileges = true\n')
    before = standing()
    said = refused(project.run("apply"), "order_matters")
    assert "public.z" in said
    assert standing() == before


def test_only_the_files_up_to_a_version_count_for_the_order(project: Project) -> None:
    write(project, A, "t", "CREATE TABLE t (id int);")
    write(project, C, "z", "CREATE TABLE z (id int);")
    applied(project)
    write(project, B, "late", "CREATE TABLE late (id int);")
    write(project, D, "later", "DROP TABLE z;")
    assert project.run("apply", "--to", B).status == 0


# what was done is told first


def test_what_was_applied_is_told_although_nothing_can_be_compared(project: Project) -> None:
    project.execute(
        "CREATE SCHEMA theirs; CREATE TABLE theirs.t (id int);"
        " DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN PASSWORD 'clerk';"
        " GRANT CREATE, USAGE ON SCHEMA public TO clerk;"
    )
    owner, project.url = project.url, f"{project.url} user=clerk password=clerk"
    try:
        write(project, A, "mine", "CREATE TABLE mine (id int);")
        answer = project.run("apply")
        assert answer.status == 3
        assert [done["version"] for done in answer.json["applied"]] == [A]
        assert "dump_permission_denied" in answer.codes
        write(project, B, "second", "CREATE TABLE second (id int);")
        said = project.command("apply")
        assert said.status == 3
        assert said.out.index(f"applied {B}_second.sql") < said.out.index("dump_permission_denied")
        assert project.query("SELECT count(*) FROM _migrations") == [(2,)]
    finally:
        project.url = owner
        project.execute("DROP OWNED BY clerk CASCADE; DROP ROLE clerk")


def test_a_failure_tells_what_was_applied_before_it(project: Project) -> None:
    write(project, A, "t", "CREATE TABLE t (id int); INSERT INTO t VALUES (1);")
    applied(project)
    project.execute("INSERT INTO t VALUES (1)")
    write(project, B, "fine", "CREATE TABLE fine (id int);")
    write(project, C, "key", "ALTER TABLE t ADD PRIMARY KEY (id);")
    answer = project.run("apply")
    assert answer.status == 3
    (found,) = answer.json["findings"]
    assert f"applied and recorded before that: {B}_fine.sql" in found["hint"]
