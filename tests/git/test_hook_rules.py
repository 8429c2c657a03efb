"""`hook run`: each rule, on what is staged."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from gitrepos import Repo, make, run, started
from trueup.model.schema_marks import HEADER

NEXT = "20250102000000_next.sql"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return started(tmp_path)


def mended(repo: Repo, command: str) -> None:
    """Runs the command that the hook named."""
    for part in command.split(" && "):
        assert run(shlex.split(part), repo.root, **repo.environ).status == 0, part


def test_a_good_migration_with_its_schema_file_passes(repo: Repo) -> None:
    repo.migration(NEXT)
    repo.schema()
    ran = repo.hook()
    assert (ran.status, ran.codes) == (0, [])
    assert "1 staged migration is in order" in ran.err


def test_a_commit_without_migrations_is_passed_in_silence(repo: Repo) -> None:
    repo.write("README.md", "hello")
    assert repo.hook() == run(["true"], repo.root)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("2025_add_x.sql", "migration_name_bad"),
        ("20250102000000_Add-X.sql", "migration_name_bad"),
        ("20250102000000_.sql", "migration_name_bad"),
        ("20250230000000_x.sql", "migration_date_impossible"),
        ("20250102250000_x.sql", "migration_date_impossible"),
        ("add_x.sql", "migration_ignored"),
        ("202501020000001234567_x.sql", "migration_version_too_long"),
    ],
)
def test_a_bad_name_is_refused_and_the_command_given_mends_it(
    repo: Repo, name: str, code: str
) -> None:
    repo.migration(name)
    repo.schema()
    ran = repo.hook()
    assert ran.status == 1
    assert code in ran.errors
    mended(repo, ran.mend(code))
    assert repo.hook().errors == []


def test_a_version_from_the_future_is_only_warned_about(repo: Repo) -> None:
    repo.migration("21000101000000_x.sql")
    repo.schema()
    ran = repo.hook()
    assert (ran.status, ran.codes) == (0, ["migration_in_future"])


def test_two_new_files_of_one_version_are_refused_and_mended(repo: Repo) -> None:
    repo.migration("20250102000000_a.sql")
    repo.migration("20250102000000_b.sql")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["migration_duplicate_version"]
    mended(repo, ran.mend("migration_duplicate_version"))
    assert repo.hook().errors == []


def test_a_version_that_upstream_took_meanwhile_is_refused_with_rebase(repo: Repo) -> None:
    ahead(repo, "20250102000000_theirs.sql")
    repo.migration("20250102000000_mine.sql")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["migration_duplicate_version"]
    assert "origin/main has 20250102000000_theirs.sql" in ran.err
    assert ran.mend("migration_duplicate_version") == "trueup rebase"


def test_a_file_older_than_upstreams_latest_is_refused_with_rebase(repo: Repo) -> None:
    ahead(repo, "20250105000000_theirs.sql")
    repo.migration("20250103000000_mine.sql")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["migration_older_than_upstream"]
    assert ran.mend("migration_older_than_upstream") == "trueup rebase"


def test_an_earlier_commits_late_file_is_only_warned_about(repo: Repo) -> None:
    repo.migration("20250103000000_mine.sql")
    repo.schema()
    repo.commit("mine")
    ahead(repo, "20250105000000_theirs.sql")
    repo.migration("20250106000000_more.sql")
    repo.schema()
    ran = repo.hook()
    assert (ran.status, ran.codes) == (0, ["migration_older_than_upstream"])


def ahead(repo: Repo, name: str) -> None:
    """Upstream gets a migration that this branch does not have."""
    repo.git("stash", "-q", expect=None)
    repo.git("switch", "-q", "main")
    repo.migration(name, "create table theirs (id int);\n")
    repo.schema()
    repo.commit("theirs", "--no-verify")
    repo.push()
    repo.git("switch", "-q", "feature")


def test_a_migration_that_upstream_has_is_not_edited(repo: Repo) -> None:
    repo.migration("20250101000000_first.sql", "create table other (id int);\n")
    repo.schema("-- other")
    ran = repo.hook()
    assert ran.errors == ["migration_upstream_edited"]
    mended(repo, ran.mend("migration_upstream_edited"))
    assert repo.hook().errors == []


def test_other_line_ends_are_no_edit(repo: Repo) -> None:
    text = (repo.root / repo.folder / "20250101000000_first.sql").read_bytes()
    repo.migration("20250101000000_first.sql", text.replace(b"\n", b"\r\n"))
    repo.schema("-- other")
    assert repo.hook().errors == []


def test_a_migration_that_upstream_has_is_not_deleted(repo: Repo) -> None:
    repo.git("rm", "-q", f"{repo.folder}/20250101000000_first.sql")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["migration_upstream_deleted"]
    mended(repo, ran.mend("migration_upstream_deleted"))
    assert repo.hook().errors == []


def test_a_rename_of_what_upstream_has_counts_as_deleting(repo: Repo) -> None:
    repo.git("mv", f"{repo.folder}/20250101000000_first.sql", f"{repo.folder}/{NEXT}")
    repo.schema("-- renamed")
    assert repo.hook().errors == ["migration_upstream_deleted"]


def test_an_own_migration_may_be_edited_renamed_and_deleted_until_it_is_upstream(
    repo: Repo,
) -> None:
    repo.migration(NEXT)
    repo.schema()
    repo.commit("mine")
    repo.migration(NEXT, "create table better (id int);\n")
    repo.schema("-- better")
    assert repo.hook().errors == []
    repo.git("mv", f"{repo.folder}/{NEXT}", f"{repo.folder}/20250103000000_next.sql")
    assert repo.hook().errors == []
    repo.git("rm", "-qf", f"{repo.folder}/20250103000000_next.sql")
    assert repo.hook().errors == []


def test_many_deletions_are_one_complaint(repo: Repo) -> None:
    repo.git("switch", "-q", "main")
    for day in range(10, 20):
        repo.migration(f"202501{day}000000_x.sql")
    repo.schema()
    repo.commit("many")
    repo.push()
    repo.git("rm", "-q", "-r", repo.folder)
    repo.migration("20250120000000_baseline_schema.sql")
    repo.schema("-- squashed")
    ran = repo.hook()
    assert ran.errors == ["migration_upstream_deleted"]
    assert "and 6 more" in ran.err
    passed = repo.hook(TRUEUP_SKIP="migration_upstream_deleted")
    assert passed.status == 0
    assert "skipped because TRUEUP_SKIP says so: migration_upstream_deleted" in passed.err


def test_the_schema_file_goes_with_the_migrations(repo: Repo) -> None:
    repo.migration(NEXT)
    ran = repo.hook()
    assert ran.errors == ["schema_file_not_staged"]
    assert ran.mend("schema_file_not_staged") == "trueup dump && git add schema.sql"


def test_a_deleted_schema_file_is_refused(repo: Repo) -> None:
    repo.migration(NEXT)
    repo.git("rm", "-qf", "schema.sql")
    assert repo.hook().errors == ["schema_file_deleted"]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (f"{HEADER}\na\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n", "schema_file_conflict", 3),
        (f"{HEADER}\ncreate table t ();\n", "schema_file_truncated", 2),
        (b"\x89PNG\r\n\x1a\n\0\0", "schema_file_not_utf8", 1),
        (f"{HEADER}\nab\0c\n", "schema_file_nul", 2),
        ("", "schema_file_empty", None),
    ],
)
def test_a_schema_file_that_is_none_is_refused(
    repo: Repo, content: str | bytes, code: str, line: int | None
) -> None:
    repo.migration(NEXT)
    repo.write("schema.sql", content)
    ran = repo.hook()
    assert ran.errors == [code]
    assert f"schema.sql:{line}" in ran.err or line is None


def test_markers_are_found_when_the_schema_file_is_staged_alone(repo: Repo) -> None:
    repo.write("schema.sql", "<<<<<<< a\n=======\n>>>>>>> b\n")
    assert repo.hook().errors == ["schema_file_conflict"]


def test_a_syntax_error_is_shown_with_its_place(repo: Repo) -> None:
    repo.migration(NEXT, "-- é\nselect 1;\nselect é from from t;\n")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["migration_syntax"]
    assert f"{repo.folder}/{NEXT}:3:15: syntax error at or near" in ran.err


def test_psql_files_are_read_as_psql_does(repo: Repo) -> None:
    dump = (
        "\\restrict x\n\\set ON_ERROR_STOP on\nCOPY t (a) FROM stdin;\n1 ' ( $$\n\\.\nselect 1;\n"
    )
    repo.migration(NEXT, dump)
    repo.schema()
    assert repo.hook().errors == []


def test_a_meta_command_that_changes_what_runs_is_refused(repo: Repo) -> None:
    repo.migration(NEXT, "select 1;\n\\i other.sql\n")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["psql_command_unsupported"]
    assert f"{NEXT}:2:1" in ran.err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a\n<<<<<<< x\n=======\n>>>>>>> y\n", "migration_conflict"),
        (b"select '\xff';", "migration_not_utf8"),
        (b"select 1;\0", "migration_nul"),
    ],
)
def test_bytes_that_are_no_sql_are_refused(repo: Repo, content: str | bytes, code: str) -> None:
    repo.migration(NEXT, content)
    repo.schema()
    assert repo.hook().errors == [code]


def test_skip_is_said_aloud_and_unknown_codes_too(repo: Repo) -> None:
    repo.migration("2025_x.sql", "selec")
    ran = repo.hook(TRUEUP_SKIP="migration_name_bad, schema_file_not_staged,typo")
    assert ran.errors == ["migration_syntax"]
    assert "skipped because TRUEUP_SKIP says so: migration_name_bad" in ran.err
    assert "TRUEUP_SKIP names typo, which the hook does not know" in ran.err


def test_a_name_that_wants_to_write_on_the_terminal_is_escaped(repo: Repo) -> None:
    repo.migration("20250102000000_a\x1b[31m.sql")
    repo.schema()
    ran = repo.hook()
    assert "migration_name_bad" in ran.errors
    assert "\x1b" not in ran.err


def test_json_has_the_same_findings(repo: Repo) -> None:
    import json

    repo.migration("2025_x.sql")
    ran = repo.hook("--format", "json")
    told = json.loads(ran.out)
    assert ran.status == 1
    codes = {finding["code"] for finding in told["findings"]}
    assert codes == {"migration_name_bad", "schema_file_not_staged"}
    assert told["in_order"] is False


def test_settings_are_those_of_the_index(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.write("trueup.toml", 'migrations_dir = "db/steps"\nschema_file = "db/schema.sql"\n')
    repo.write("db/steps/bad.sql", "select 1;")
    (repo.root / "trueup.toml").write_text('migrations_dir = "elsewhere"\n')
    ran = repo.hook()
    assert ran.errors == ["migration_ignored"]


@pytest.mark.parametrize(
    "toml",
    [
        "migrations_dir = 'db/steps'\n",
        'migrations_dir = "db/\\u0073teps" # here\n',
        '[allow]\nx = """\nmigrations_dir = "nowhere"\n"""\n',
    ],
)
def test_any_toml_gives_the_same_settings(tmp_path: Path, toml: str) -> None:
    from trueup.git.config_light import hook_settings

    folder = hook_settings(toml.encode(), None).folder
    assert folder == (None if "allow" in toml else "db/steps")
