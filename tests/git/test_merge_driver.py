"""The merge driver as git calls it: merge, rebase, cherry-pick, in real repositories."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import servers
from gitrepos import FOLDER, Repo, make

TABLES = "create table a (id int);\ncreate table b (id int);\ncreate table c (id int);\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """On main with three tables; git merges schema.sql with trueup."""
    repo = make(tmp_path)
    # The cache of all tests: its clusters are made once.
    repo.environ["TRUEUP_CACHE_DIR"] = str(servers.CACHE)
    assert repo.trueup("init", "--git").status == 0
    step(repo, "20250101000000_base.sql", TABLES)
    return repo


def step(repo: Repo, name: str, sql: str) -> None:
    """A migration, the schema.sql that a replay gives, and a commit of both."""
    repo.migration(name, sql)
    ran = repo.trueup("dump")
    assert ran.status == 0, ran
    repo.git("add", "--all")
    repo.commit(name)


def sides(repo: Repo, ours: str, theirs: str, theirs_version: str = "20250103000000") -> None:
    """Branch theirs and branch main, each with a migration of its own; main is checked out."""
    repo.git("switch", "-qc", "theirs")
    step(repo, f"{theirs_version}_theirs.sql", theirs)
    repo.git("switch", "-q", "main")
    step(repo, "20250102000000_ours.sql", ours)


def schema(repo: Repo) -> str:
    return (repo.root / "schema.sql").read_text()


def is_the_replay(repo: Repo) -> bool:
    return repo.trueup("dump", "--check").status == 0


def test_disjoint_changes_merge_into_what_a_replay_gives(repo: Repo) -> None:
    sides(repo, "alter table a add column x int;", "create table aa (id int);")
    repo.git("merge", "-q", "--no-edit", "theirs")
    assert is_the_replay(repo)
    assert '"x" integer' in schema(repo)
    assert '"aa"' in schema(repo)


def test_the_merged_schema_file_is_known_to_the_hook(repo: Repo) -> None:
    sides(repo, "alter table a add column x int;", "create table aa (id int);")
    repo.git("merge", "-q", "--no-commit", "theirs")
    assert "schema.sql is what the migrations give" in repo.hook().err


def test_the_same_table_on_both_sides_is_one_conflict(repo: Repo) -> None:
    sides(
        repo,
        "alter table a add column x int; create table own (id int);",
        "alter table a add column y int; create table theirs (id int);",
    )
    ran = repo.git("merge", "-q", "--no-edit", "theirs", expect=1)
    assert "both sides changed table public.a" in ran.err
    text = schema(repo)
    assert text.count("<<<<<<<") == 1
    assert '"own"' in text
    assert '"theirs"' in text
    repo.trueup("dump")
    repo.git("add", "schema.sql")
    repo.commit("merged")
    assert is_the_replay(repo)
    assert '"x" integer,\n    "y" integer' in schema(repo)


def test_a_rebase_merges_the_same_way(repo: Repo) -> None:
    sides(repo, "alter table a add column x int;", "create table aa (id int);")
    repo.git("switch", "-q", "theirs")
    ran = repo.git("rebase", "-q", "main")
    assert "not compared" not in ran.err
    assert is_the_replay(repo)


def test_a_cherry_pick_merges_the_same_way(repo: Repo) -> None:
    sides(repo, "alter table a add column x int;", "create table aa (id int);")
    ran = repo.git("cherry-pick", "theirs")
    assert "not compared" not in ran.err
    assert is_the_replay(repo)


def test_what_only_a_replay_shows_is_told_with_the_migration(repo: Repo) -> None:
    sides(repo, "alter table a add column x int;", "create table like_a (like a);")
    ran = repo.git("merge", "-q", "--no-edit", "theirs", expect=1)
    assert "gives another table public.like_a" in ran.err
    assert f"in doubt: {FOLDER}/20250103000000_theirs.sql" in ran.err
    assert "what the migrations of both sides give" in schema(repo)


def test_a_migration_that_no_longer_runs_is_named(repo: Repo) -> None:
    sides(repo, "drop table a;", "create index on a (id);")
    ran = repo.git("merge", "-q", "--no-edit", "theirs", expect=1)
    assert f"in doubt: {FOLDER}/20250103000000_theirs.sql" in ran.err
    assert "does not exist" in ran.err
    assert repo.git("status", "--porcelain").out.startswith("UU schema.sql") or (
        "UU schema.sql" in repo.git("status", "--porcelain").out
    )


def test_a_migration_changed_on_both_sides_is_in_doubt(repo: Repo) -> None:
    repo.git("switch", "-qc", "theirs")
    step(repo, "20250101000000_base.sql", TABLES + "create table aa (id int);\n")
    repo.git("switch", "-q", "main")
    step(repo, "20250101000000_base.sql", TABLES + "create table zz (id int);\n")
    ran = repo.git("merge", "-q", "theirs", expect=1)
    assert f"in doubt: {FOLDER}/20250101000000_base.sql" in ran.err


def test_without_the_commits_the_texts_alone_are_merged_and_that_is_said(repo: Repo) -> None:
    sides(repo, "create table own (id int);", "create table theirs (id int);")
    texts = {name: repo.git("show", f"{name}:schema.sql").out for name in ("main", "theirs")}
    base = repo.git("show", "main~:schema.sql").out
    for name, text in (("o", base), ("a", texts["main"]), ("b", texts["theirs"] + "\n")):
        (repo.root / name).write_text(text)
    ran = repo.trueup("merge-driver", "o", "a", "b", "schema.sql")
    assert ran.status == 0
    assert "not compared with a replay: the other side's commit is not known" in ran.err
    assert "trueup dump && git add schema.sql" in ran.err
    assert (repo.root / "a").read_text().count("CREATE TABLE") == 5


def test_a_replay_that_takes_too_long_is_given_up(repo: Repo) -> None:
    sides(repo, "create table own (id int);", "select pg_sleep(2.5); create table t (id int);")
    driver = repo.git("config", "merge.trueup.driver").out.strip()
    repo.git("config", "merge.trueup.driver", f"{driver} --timeout 2")
    ran = repo.git("merge", "-q", "--no-edit", "theirs")
    assert "the replay took longer than 2 s" in ran.err
    assert '"own"' in schema(repo)


def test_a_foreign_schema_file_is_merged_by_lines(tmp_path: Path) -> None:
    for name, text in (("o", "a\nb\nc\n"), ("a", "A\nb\nc\n"), ("b", "a\nb\nC\n")):
        (tmp_path / name).write_text(text)
    repo = Repo(tmp_path)
    ran = repo.trueup("merge-driver", "o", "a", "b", "schema.sql")
    assert (ran.status, (tmp_path / "a").read_text()) == (0, "A\nb\nC\n")
    (tmp_path / "b").write_text("X\nb\nc\n")
    assert repo.trueup("merge-driver", "o", "a", "b", "schema.sql").status == 1
    assert "<<<<<<< ours" in (tmp_path / "a").read_text()


def test_init_git_twice_changes_nothing(repo: Repo) -> None:
    before = (repo.root / ".gitattributes").read_bytes()
    assert before == b"/schema.sql merge=trueup text eol=lf\n"
    again = repo.trueup("init", "--git")
    assert "kept .gitattributes" in again.out
    assert (repo.root / ".gitattributes").read_bytes() == before


def test_in_a_clone_without_the_driver_git_merges_lines_and_nothing_breaks(
    repo: Repo, tmp_path: Path
) -> None:
    sides(repo, "create table own (id int);", "create table zz (id int);")
    repo.git("clone", "-q", ".", str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone", repo.environ)
    clone.git("merge", "-q", "--no-edit", "origin/theirs", expect=None)
    assert shutil.which("git")
    assert clone.git("config", "--get", "merge.trueup.driver", expect=1).out == ""


def test_files_that_are_not_there_are_told(repo: Repo) -> None:
    answer = repo.trueup("merge-driver", "a", "b", "c")
    assert answer.status == 3
    assert "[merge_input_unreadable]" in answer.err
