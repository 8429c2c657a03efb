"""`hook run`: every state that a repository can be in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitrepos import FOLDER, SOURCE, Repo, environment, make, run, started
from trueup import __version__
from trueup.folder.seals import CONFIG_FILES, blob_id, seal, seal_key

NEXT = "20250102000000_next.sql"


def test_what_is_judged_is_staged_not_the_work_tree(tmp_path: Path) -> None:
    repo = started(tmp_path)
    good = repo.migration(NEXT, "create table good (id int);\n")
    repo.schema()
    good.write_text("this is no sql")
    (repo.root / "schema.sql").unlink()
    (repo.root / FOLDER / "nonsense.sql").write_text("unstaged")
    assert repo.hook().codes == []


def test_what_is_staged_is_judged_though_the_work_tree_is_mended(tmp_path: Path) -> None:
    repo = started(tmp_path)
    file = repo.migration(NEXT, "selec 1;\n")
    repo.schema()
    file.write_text("select 1;\n")
    assert repo.hook().errors == ["migration_syntax"]


def test_half_of_a_file_can_be_staged(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration(NEXT, "create table a (id int);\n")
    repo.schema()
    with (repo.root / FOLDER / NEXT).open("a") as file:
        file.write("broken (")
    assert repo.hook().codes == []


def test_the_first_commit_is_judged_too(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.migration("20250230000000_a.sql")
    repo.schema()
    ran = repo.hook()
    assert (ran.status, ran.codes) == (1, ["migration_date_impossible", "upstream_unknown"])


def test_without_upstream_it_says_what_was_not_checked(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.migration("20250101000000_a.sql")
    repo.schema()
    ran = repo.hook()
    assert (ran.status, ran.codes) == (0, ["upstream_unknown"])
    assert "there is no origin/HEAD, origin/main, origin/master, main here" in ran.err


def test_a_named_upstream_that_is_missing_is_warned_about(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.write("trueup.toml", 'upstream = "origin/release"\n')
    repo.migration(NEXT)
    repo.schema()
    assert "warning: not compared with upstream: there is no origin/release" in repo.hook().err


def test_a_shallow_clone_without_upstream_says_so(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration(NEXT)
    repo.schema()
    repo.commit("next")
    repo.push("topic")
    run(
        ["git", "clone", "-q", "--depth=1", "--branch=topic", f"file://{tmp_path}/origin", "thin"],
        tmp_path,
    )
    thin = Repo(tmp_path / "thin", repo.environ)
    thin.migration("20250103000000_more.sql")
    thin.schema()
    ran = thin.hook()
    assert (ran.status, ran.codes) == (0, ["upstream_unknown"])


def test_the_local_main_stands_in_where_there_is_no_remote(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.migration("20250101000000_a.sql")
    repo.schema()
    repo.commit("a")
    repo.git("switch", "-qc", "feature")
    repo.migration("20250101000000_a.sql", "create table edited (id int);\n")
    repo.schema("-- edited")
    assert repo.hook().errors == ["migration_upstream_edited"]


def test_on_main_itself_without_a_remote_the_own_branch_is_no_upstream(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.migration("20250101000000_a.sql")
    repo.schema()
    repo.commit("a")
    repo.migration("20250101000000_a.sql", "create table edited (id int);\n")
    repo.schema("-- edited")
    assert repo.hook().errors == []


def two_sides(place: Path) -> Repo:
    """On feature, with a migration of its own; upstream's main has a later one."""
    repo = started(place)
    repo.migration("20250103000000_mine.sql", "create table mine (id int);\n")
    repo.schema("-- mine")
    repo.commit("mine")
    repo.git("switch", "-q", "main")
    repo.migration("20250104000000_theirs.sql", "create table theirs (id int);\n")
    repo.schema("-- theirs")
    repo.commit("theirs")
    repo.push()
    repo.git("switch", "-q", "feature")
    return repo


def test_a_merge_of_upstream_with_conflicts_left_in_the_schema_file(tmp_path: Path) -> None:
    repo = two_sides(tmp_path)
    repo.git("merge", "-q", "main", expect=1)
    assert "index_unmerged" in repo.hook().errors
    repo.git("add", "schema.sql")
    ran = repo.hook()
    assert ran.errors == ["schema_file_conflict"]
    repo.schema("-- both")
    ran = repo.hook()
    assert (ran.status, ran.codes) == (0, ["migration_older_than_upstream"])
    assert "an earlier commit's 20250103000000_mine.sql" in ran.err


def test_a_merge_into_main_is_refused_when_the_branch_is_late(tmp_path: Path) -> None:
    repo = two_sides(tmp_path)
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "feature", expect=1)
    repo.schema("-- both")
    ran = repo.hook()
    assert ran.errors == ["migration_older_than_upstream"]
    assert ran.mend("migration_older_than_upstream").startswith("git merge --abort")


def test_a_rebase_in_progress_is_not_stopped_by_the_order(tmp_path: Path) -> None:
    repo = two_sides(tmp_path)
    repo.git("rebase", "-q", "main", expect=1)
    repo.schema("-- both")
    ran = repo.hook()
    assert (ran.status, ran.codes) == (0, ["migration_older_than_upstream"])
    assert (
        ran.mend("migration_older_than_upstream") == "finish what git is doing, then: trueup rebase"
    )


def test_a_cherry_pick_in_progress_too(tmp_path: Path) -> None:
    repo = two_sides(tmp_path)
    repo.git("switch", "-q", "main")
    repo.git("cherry-pick", "feature", expect=1)
    repo.schema("-- both")
    assert repo.hook().errors == []


def test_a_linked_worktree_has_an_index_of_its_own(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration("bad.sql")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    linked = Repo(tmp_path / "linked", repo.environ)
    linked.migration(NEXT)
    linked.schema()
    assert linked.hook().codes == []
    assert "migration_ignored" in repo.hook().errors


def test_a_submodules_commit_is_judged_and_its_pointer_is_not(tmp_path: Path) -> None:
    inner = started(tmp_path / "inner")
    outer = make(tmp_path / "outer")
    outer.git(
        *("-c", "protocol.file.allow=always", "submodule", "add", "-q"), str(inner.root), "db.sql"
    )
    assert outer.hook().status == 0
    checkout = Repo(outer.root / "db.sql", outer.environ)
    checkout.migration("bad.sql")
    assert "migration_ignored" in checkout.hook().errors


def test_a_submodule_named_like_a_migration_is_refused(tmp_path: Path) -> None:
    repo = started(tmp_path)
    inner = make(tmp_path / "inner")
    inner.write("x")
    inner.commit()
    place = f"{FOLDER}/20250102000000_sub.sql"
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), place)
    repo.schema()
    assert repo.hook().errors == ["migration_is_directory"]


def test_a_symbolic_link_is_warned_about(tmp_path: Path) -> None:
    repo = started(tmp_path)
    (repo.root / FOLDER / NEXT).symlink_to("20250101000000_first.sql")
    repo.git("add", ".")
    repo.schema()
    assert repo.hook().codes == ["migration_symlink"]


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    repo = started(tmp_path)
    name = os.fsdecode(b"20250102000000_\xff.sql")
    (repo.root / FOLDER / name).write_text("select 1;")
    repo.git("add", ".")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["migration_name_not_utf8"]
    assert "20250102000000_\\udcff.sql" in ran.err


def test_a_huge_file_is_not_parsed_and_a_larger_one_refused(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration(NEXT, b"select 1;\n" * (33 * 1024 * 1024 // 10))
    repo.schema()
    assert repo.hook().codes == ["migration_not_parsed"]
    repo.migration(NEXT, b"-- 45678\n" * (257 * 1024 * 1024 // 9))
    assert repo.hook().errors == ["migration_too_large"]


def test_from_a_subdirectory_the_same_is_judged(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration("bad.sql")
    below = Repo(repo.root / "supabase", repo.environ)
    assert below.hook().errors == repo.hook().errors == ["migration_ignored"]
    elsewhere = run(
        [sys.executable, "-m", "trueup", "hook", "run", "-C", str(repo.root)],
        tmp_path,
        **repo.environ,
    )
    assert elsewhere.errors == ["migration_ignored"]


def test_settings_of_git_do_not_change_what_is_listed(tmp_path: Path) -> None:
    repo = started(tmp_path)
    for key, value in (
        ("diff.renames", "copies"),
        ("diff.external", "false"),
        ("diff.relative", "true"),
        ("diff.noprefix", "true"),
        ("core.quotePath", "true"),
        ("color.ui", "always"),
    ):
        repo.git("config", key, value)
    repo.git("mv", f"{FOLDER}/20250101000000_first.sql", f"{FOLDER}/{NEXT}")
    repo.schema("-- renamed")
    assert repo.hook().errors == ["migration_upstream_deleted"]


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    ran = Repo(tmp_path, {"TRUEUP_CACHE_DIR": str(tmp_path / "cache")}).hook()
    assert ran.status == 2
    assert "[not_a_repository]" in ran.err


def test_in_a_bare_repository_it_says_so(tmp_path: Path) -> None:
    repo = started(tmp_path)
    ran = Repo(tmp_path / "origin", repo.environ).hook()
    assert ran.status == 2
    assert "[bare_repository]" in ran.err


def test_without_git_it_cannot_tell(tmp_path: Path) -> None:
    repo = started(tmp_path)
    ran = repo.hook(PATH="/nonexistent")
    assert ran.status == 3
    assert "[git_missing]" in ran.err


def test_a_staged_configuration_that_is_no_toml_is_shown(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.write("trueup.toml", "migrations_dir = [\n")
    (repo.root / "trueup.toml").unlink()
    repo.migration(NEXT)
    ran = repo.hook()
    assert ran.status == 2
    assert "config_syntax" in ran.err


def sealed(repo: Repo, schema: bytes) -> None:
    """Leaves the seal of a replay that gave `schema` from the migrations as they lie there."""
    files = sorted((repo.root / FOLDER).glob("*.sql"))
    key = seal_key(
        [(file.name, blob_id(file.read_bytes())) for file in files],
        ["" for _ in CONFIG_FILES],
        __version__,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUEUP_CACHE_DIR", repo.environ["TRUEUP_CACHE_DIR"])
        seal(key, blob_id(schema))


def test_a_known_replay_lets_the_true_schema_file_pass(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration(NEXT)
    schema = repo.schema().read_bytes()
    sealed(repo, schema)
    assert "schema.sql is what the migrations give" in repo.hook().err


def test_a_known_replay_refuses_another_schema_file(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration(NEXT)
    sealed(repo, b"something else")
    repo.schema()
    ran = repo.hook()
    assert ran.errors == ["schema_file_stale"]
    assert ran.mend("schema_file_stale") == "trueup dump && git add schema.sql"


def test_a_migration_that_changes_no_object_needs_no_new_schema_file(tmp_path: Path) -> None:
    repo = started(tmp_path)
    repo.migration(NEXT, "update t set x = 1;\n")
    assert repo.hook().errors == ["schema_file_not_staged"]
    sealed(repo, (repo.root / "schema.sql").read_bytes())
    assert repo.hook().errors == []


def test_apply_and_dump_leave_what_the_hook_needs_to_know(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.migration("20250101000000_a.sql", "create table a (id int);\n")
    assert repo.trueup("dump").status == 0
    repo.git("add", ".")
    assert "schema.sql is what the migrations give" in repo.hook().err
    (repo.root / "schema.sql").write_text(
        (repo.root / "schema.sql").read_text().replace("integer", "bigint")
    )
    repo.git("add", ".")
    assert repo.hook().errors == ["schema_file_stale"]


def test_a_replay_that_is_asked_for_names_the_objects(tmp_path: Path) -> None:
    repo = make(tmp_path)
    repo.migration("20250101000000_a.sql", "create table a (id int);\ncreate table b ();\n")
    repo.trueup("dump")
    schema = (repo.root / "schema.sql").read_text()
    repo.write("schema.sql", schema.replace("integer", "bigint"))
    shutil.rmtree(Path(repo.environ["TRUEUP_CACHE_DIR"]) / "seals")
    assert repo.hook().errors == []
    ran = repo.hook("--replay")
    assert ran.errors == ["schema_file_stale"]
    assert "give: table" in ran.err
    repo.migration("20250102000000_b.sql", "create table a ();\n")
    shutil.rmtree(Path(repo.environ["TRUEUP_CACHE_DIR"]) / "seals")
    assert repo.hook("--replay").errors == ["statement_failed"]


HEAVY = ("psycopg", "mcp", "rich", "argparse", "subprocess", "dataclasses", "json", "pathlib")


def imported(repo: Repo) -> set[str]:
    """The modules that `trueup hook run` loads in the repository."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.argv = ['trueup', 'hook', 'run']\n"
        "from trueup.cli.main import console\n"
        "try: console()\n"
        "except SystemExit as end: print(end.code, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", code, str(SOURCE)],
        cwd=repo.root,
        env=environment(**repo.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    status, *modules = done.stdout.split()
    assert status == "0"
    return set(modules)


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    repo = started(tmp_path)
    assert imported(repo).isdisjoint({*HEAVY, "pglast", "typing", "re"})
    repo.migration(NEXT)
    schema = repo.schema().read_bytes()
    assert imported(repo).isdisjoint({"psycopg", "mcp", "rich", "argparse", "subprocess"})
    sealed(repo, schema)
    assert imported(repo).isdisjoint({*HEAVY, "pglast", "typing", "re"})


@pytest.mark.parametrize(("staged", "calls"), [(False, 1), (True, 3)])
def test_git_is_called_as_rarely_as_can_be(tmp_path: Path, staged: bool, calls: int) -> None:
    repo = started(tmp_path)
    if staged:
        repo.migration(NEXT)
        repo.schema()
    repo.write("README.md", "x")
    log = tmp_path / "calls"
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    real = shutil.which("git")
    wrapper.write_text(f'#!/bin/sh\necho x >> {log}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    assert repo.hook(PATH=f"{wrapper.parent}:{os.environ['PATH']}").status == 0
    assert len(log.read_text().split()) == calls
