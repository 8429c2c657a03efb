"""`rebase`: files, history rows and schema.sql, in real repositories with real databases."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

import servers
from gitrepos import FOLDER, Ran, Repo, make

TABLE = "create table {} (id int);\n"


@pytest.fixture
def repo(tmp_path: Path, database: str) -> Repo:
    """A branch with two migrations that its database ran; upstream has one that is later."""
    repo = make(tmp_path, upstream=True)
    repo.environ["TRUEUP_CACHE_DIR"] = str(servers.CACHE)
    repo.environ["TRUEUP_DATABASE_URL"] = database
    repo.migration("20250101000000_first.sql", TABLE.format("first"))
    apply_and_commit(repo)
    repo.push()
    repo.git("switch", "-qc", "feature")
    repo.migration("20250102000000_a.sql", TABLE.format("a"))
    repo.migration("20250103000000_b.sql", TABLE.format("b"))
    apply_and_commit(repo)
    upstream_gets(repo, "20250105000000_theirs.sql", TABLE.format("theirs"))
    return repo


def apply_and_commit(repo: Repo) -> None:
    ran = repo.trueup("apply")
    assert ran.status == 0, ran
    repo.git("add", "--all")
    repo.commit()


def upstream_gets(repo: Repo, name: str, sql: str) -> None:
    """A commit on upstream's main that this branch does not have."""
    repo.git("stash", "-q", expect=None)
    repo.git("switch", "-q", "main")
    repo.migration(name, sql)
    repo.commit()
    repo.push()
    repo.git("switch", "-q", "feature")
    repo.git("stash", "pop", "-q", "--index", expect=None)


def files(repo: Repo) -> list[str]:
    return sorted(path.name for path in (repo.root / FOLDER).glob("*.sql"))


def rows(repo: Repo) -> list[tuple[str, str]]:
    with psycopg.connect(repo.environ["TRUEUP_DATABASE_URL"]) as connection:
        found = connection.execute("select version, name from _migrations order by 1").fetchall()
    return [(version, name) for version, name in found]


def in_order(ran: Ran) -> bool:
    return ran.status == 0 and "in order" in ran.out


def test_unmerged_files_come_after_upstreams_latest_in_their_order(repo: Repo) -> None:
    ran = repo.trueup("rebase")
    assert ran.status == 0, ran
    first, a, b = files(repo)
    assert first == "20250101000000_first.sql"
    assert [re.sub(r"^\d{14}", "", name) for name in (a, b)] == ["_a.sql", "_b.sql"]
    assert "20250105000000" < a[:14] < b[:14]
    assert rows(repo) == [("20250101000000", "first"), (a[:14], "a"), (b[:14], "b")]
    assert repo.trueup("check").status == 0
    repo.migration("29990101000000_x.sql")
    assert repo.hook().errors == ["schema_file_not_staged"]


def test_the_renames_are_staged_and_run_again_nothing_is_to_do(repo: Repo) -> None:
    repo.trueup("rebase")
    names = repo.git("diff", "--cached", "--name-status", "-M").out.splitlines()
    assert [line.split("\t")[0] for line in names] == ["R100", "R100"]
    before = files(repo), rows(repo)
    assert in_order(repo.trueup("rebase"))
    assert (files(repo), rows(repo)) == before


def test_a_dry_run_shows_and_changes_nothing(repo: Repo) -> None:
    before = files(repo), rows(repo), (repo.root / "schema.sql").read_bytes()
    ran = repo.trueup("rebase", "--dry-run")
    assert "would be renamed supabase/migrations/20250102000000_a.sql" in ran.out
    assert "would be recorded 20250102000000 as " in ran.out
    assert (files(repo), rows(repo), (repo.root / "schema.sql").read_bytes()) == before
    assert repo.git("status", "--porcelain").out == ""


def test_a_second_database_that_ran_them_learns_the_versions_by_content(
    repo: Repo, pg: object, fresh_database: object
) -> None:
    second = fresh_database(pg)  # type: ignore[operator]
    repo.trueup("apply", TRUEUP_DATABASE_URL=second)
    repo.trueup("rebase", "--no-database")
    assert rows(repo)[1][0] == "20250102000000"
    assert in_order(repo.trueup("rebase"))
    assert in_order(repo.trueup("rebase", "--database-url", second))
    assert repo.trueup("status").status == 0
    for database in (repo.environ["TRUEUP_DATABASE_URL"], second):
        repo.environ["TRUEUP_DATABASE_URL"] = database
        assert [version for version, _ in rows(repo)] == [name[:14] for name in files(repo)]


def test_a_version_that_upstream_took_is_given_up(repo: Repo) -> None:
    upstream_gets(repo, "20250103000000_same.sql", TABLE.format("same"))
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "main")
    repo.git("checkout", "-q", "main", "--", FOLDER)
    repo.trueup("rebase")
    names = files(repo)
    assert names[:3] == [
        "20250101000000_first.sql",
        "20250103000000_same.sql",
        "20250105000000_theirs.sql",
    ]
    assert [version for version, _ in rows(repo)] == [
        "20250101000000",
        *(n[:14] for n in names[3:]),
    ]
    assert repo.trueup("apply").status == 0
    assert repo.trueup("check").status == 0


def test_staged_halves_of_a_file_stay_as_they_were(repo: Repo) -> None:
    file = repo.root / FOLDER / "20250103000000_b.sql"
    file.write_text(file.read_text() + "-- staged\n")
    repo.git("add", ".")
    file.write_text(file.read_text() + "-- not staged\n")
    repo.trueup("rebase", "--no-database")
    new = next(name for name in files(repo) if name.endswith("_b.sql"))
    staged = repo.git("show", f":{FOLDER}/{new}").out
    assert staged.endswith("-- staged\n")
    assert (repo.root / FOLDER / new).read_text().endswith("-- not staged\n")


def test_untracked_files_are_renamed_too(repo: Repo) -> None:
    (repo.root / FOLDER / "20250104000000_c.sql").write_text(TABLE.format("c"))
    repo.trueup("rebase")
    assert [re.sub(r"^\d{14}", "", name) for name in files(repo)[1:]] == [
        "_a.sql",
        "_b.sql",
        "_c.sql",
    ]


def test_a_row_with_another_content_is_left_and_told(repo: Repo) -> None:
    file = repo.root / FOLDER / "20250102000000_a.sql"
    file.write_text(TABLE.format("a") + "-- edited\n")
    ran = repo.trueup("rebase")
    assert "[history_row_not_moved]" in ran.out
    assert ("20250102000000", "a") in rows(repo)


def test_an_order_that_does_not_run_changes_nothing(repo: Repo) -> None:
    # b's version is late enough; a, which b needs, would come after it.
    repo.git("mv", f"{FOLDER}/20250103000000_b.sql", f"{FOLDER}/20250106000000_b.sql")
    (repo.root / FOLDER / "20250102000000_a.sql").write_text("create table a (id nothing);")
    before = files(repo), rows(repo)
    ran = repo.trueup("rebase")
    assert ran.status == 3
    assert "[statement_failed" in ran.err
    assert (files(repo), rows(repo)) == before


def test_what_upstream_has_under_another_name_is_left_alone_and_told(repo: Repo) -> None:
    upstream_gets(repo, "20250107000000_a.sql", TABLE.format("a"))
    ran = repo.trueup("rebase")
    assert "[migration_already_upstream]" in ran.out
    assert "20250102000000_a.sql" in files(repo)


def test_an_unreachable_database_is_told_and_the_files_are_renamed(repo: Repo) -> None:
    ran = repo.trueup("rebase", TRUEUP_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert ran.status == 0
    assert "[rebase_database_unreached]" in ran.out
    assert "20250102000000_a.sql" not in files(repo)


def test_without_upstream_it_says_how_to_name_one(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.migration("20250101000000_a.sql")
    repo.commit()
    ran = repo.trueup("rebase", "--no-database")
    assert ran.status == 2
    assert "[upstream_unknown]" in ran.err
