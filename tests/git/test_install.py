"""`hook install` and `uninstall`: git's own hooks, husky's and pre-commit's, run by git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitrepos import FOLDER, Repo, make, run, started

GOOD, BAD = "20250102000000_next.sql", "bad name.sql"
HOOKS = ("pre-commit", "pre-merge-commit")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = started(tmp_path)
    # Where the tests' own interpreter lies, for hooks that look for trueup on PATH.
    repo.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return repo


def listing(folder: Path) -> dict[str, tuple[int, bytes | str]]:
    """Every file below a folder, with mode and content (a link's target)."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            str(path.readlink()) if path.is_symlink() else path.read_bytes(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def refuses_bad_and_takes_good(repo: Repo) -> None:
    """What every installed hook must do when git runs it."""
    repo.migration(BAD)
    ran = repo.commit("bad", expect=1)
    assert "[migration_ignored]" in ran.err + ran.out
    repo.git("rm", "-qf", f"{FOLDER}/{BAD}")
    repo.migration(GOOD)
    repo.schema()
    repo.commit("good")


def test_git_runs_the_installed_hook(repo: Repo) -> None:
    assert repo.trueup("hook", "install").status == 0
    refuses_bad_and_takes_good(repo)


def test_installing_twice_is_installing_once(repo: Repo) -> None:
    repo.trueup("hook", "install")
    before = listing(repo.root / ".git" / "hooks")
    ran = repo.trueup("hook", "install")
    assert listing(repo.root / ".git" / "hooks") == before
    assert ran.out.splitlines() == [f"unchanged .git/hooks/{hook}" for hook in HOOKS]


def test_no_path_is_needed_where_trueup_is_in_a_virtual_environment(repo: Repo) -> None:
    repo.trueup("hook", "install")
    repo.environ["PATH"] = "/usr/bin:/bin"
    refuses_bad_and_takes_good(repo)


def test_a_python_that_is_gone_is_made_good_for_by_path(repo: Repo) -> None:
    repo.trueup("hook", "install")
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    hook.write_text(hook.read_text().replace(sys.executable, "/nowhere/python"))
    refuses_bad_and_takes_good(repo)


def test_a_python_without_trueup_is_made_good_for_by_path(repo: Repo) -> None:
    repo.trueup("hook", "install")
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    source = str(Path(__file__).resolve().parents[2] / "src")
    hook.write_text(hook.read_text().replace(source, "/nowhere"))
    refuses_bad_and_takes_good(repo)


def test_without_any_trueup_only_sql_is_stopped_and_the_way_out_named(repo: Repo) -> None:
    repo.trueup("hook", "install")
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    hook.write_text(hook.read_text().replace(sys.executable, "/nowhere/python"))
    repo.environ["PATH"] = "/usr/bin:/bin"
    repo.write("README.md", "x")
    repo.commit("no sql")
    repo.migration(GOOD)
    ran = repo.commit("sql", expect=1)
    assert "pip install trueup" in ran.err
    assert "git commit --no-verify" in ran.err


@pytest.mark.parametrize("kind", ["script", "link", "not executable"])
def test_a_hook_that_was_there_still_runs_first_and_comes_back(repo: Repo, kind: str) -> None:
    hooks = repo.root / ".git" / "hooks"
    shutil.rmtree(hooks, ignore_errors=True)
    hooks.mkdir()
    theirs = hooks / "pre-commit"
    text = f"#!/bin/sh\necho theirs >> {repo.root}/../ran\ntest ! -e {repo.root}/../refuse\n"
    if kind == "link":
        (repo.root / "hook.sh").write_text(text)
        (repo.root / "hook.sh").chmod(0o755)
        theirs.symlink_to("../../hook.sh")
    else:
        theirs.write_text(text)
        theirs.chmod(0o644 if kind == "not executable" else 0o751)
    before = listing(hooks)

    repo.trueup("hook", "install")
    repo.trueup("hook", "install")
    refuses_bad_and_takes_good(repo)
    ran = repo.root.parent / "ran"
    assert ran.exists() == (kind != "not executable")
    if kind != "not executable":
        (repo.root.parent / "refuse").touch()
        repo.write("README.md", "x")
        repo.commit("refused by theirs", expect=1)

    repo.trueup("hook", "uninstall")
    assert listing(hooks) == before


def test_uninstall_leaves_no_folder_that_was_not_there(repo: Repo) -> None:
    hooks = repo.root / ".git" / "hooks"
    shutil.rmtree(hooks, ignore_errors=True)
    repo.trueup("hook", "install")
    repo.trueup("hook", "uninstall")
    assert not hooks.exists()
    assert "absent" in repo.trueup("hook", "uninstall").out


def test_two_foreign_hooks_in_one_place_are_not_lost(repo: Repo) -> None:
    hooks = repo.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-commit").write_text("#!/bin/sh\n")
    (hooks / "pre-commit.before-trueup").write_text("#!/bin/sh\n")
    before = listing(hooks)
    ran = repo.trueup("hook", "install")
    assert ran.status == 2
    assert "[hook_in_the_way]" in ran.err
    assert listing(hooks) == before


def test_core_hookspath_is_where_it_goes(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", ".githooks")
    repo.trueup("hook", "install")
    text = (repo.root / ".githooks" / "pre-commit").read_text()
    assert sys.executable not in text, "a committed hook names no path of this machine"
    refuses_bad_and_takes_good(repo)
    repo.trueup("hook", "uninstall")
    assert not (repo.root / ".githooks").exists()


def test_hooks_that_all_repositories_share_are_left_alone_unless_forced(
    repo: Repo, tmp_path: Path
) -> None:
    (tmp_path / "gitconfig").write_text(f"[core]\n\thooksPath = {tmp_path}/shared\n")
    repo.environ["GIT_CONFIG_GLOBAL"] = str(tmp_path / "gitconfig")
    ran = repo.trueup("hook", "install")
    assert ran.status == 2
    assert "[hooks_path_shared]" in ran.err
    assert not (tmp_path / "shared").exists()
    assert repo.trueup("hook", "install", "--force").status == 0
    refuses_bad_and_takes_good(repo)


def test_a_linked_worktree_shares_the_hook(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    linked = Repo(tmp_path / "linked", repo.environ)
    assert linked.trueup("hook", "install").status == 0
    refuses_bad_and_takes_good(linked)


def test_a_partial_commit_is_judged_by_its_own_index(repo: Repo) -> None:
    repo.trueup("hook", "install")
    repo.migration(BAD)
    repo.write("README.md", "x")
    repo.commit("only the readme", "--", "README.md")
    repo.write("other.txt", "x")
    repo.commit("all of it", "-a", expect=1)


def test_a_clean_merge_is_judged_too(repo: Repo) -> None:
    repo.migration("20250103000000_a.sql")
    repo.schema("-- same")
    repo.commit("a")
    repo.git("switch", "-q", "main")
    repo.migration("20250103000000_b.sql")
    repo.schema("-- same")
    repo.commit("b")
    repo.trueup("hook", "install")
    ran = repo.git("merge", "-q", "feature", expect=1)
    assert "[migration_duplicate_version]" in ran.err


def test_projects_of_one_repository_share_the_hook(tmp_path: Path) -> None:
    repo = make(tmp_path)
    for project in ("apps/a", "apps/b"):
        repo.write(f"{project}/trueup.toml", "")
        assert repo.trueup("hook", "install", "-C", project).status == 0
        repo.write(f"{project}/{FOLDER}/bad.sql", "select 1;")
    ran = repo.commit(expect=1)
    assert ran.errors == ["migration_ignored"]
    repo.trueup("hook", "uninstall", "-C", "apps/a")
    assert "apps/b/supabase" in repo.commit(expect=1).err
    repo.trueup("hook", "uninstall", "-C", "apps/b")
    assert not (repo.root / ".git" / "hooks" / "pre-commit").exists()


def test_a_read_only_hooks_folder_is_explained(repo: Repo) -> None:
    hooks = repo.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        subprocess.run(["chattr", "+i", str(hooks)], check=False, capture_output=True)
        if (
            "i"
            not in subprocess.run(
                ["lsattr", "-d", str(hooks)], check=False, capture_output=True, text=True
            ).stdout.split(" ")[0]
        ):
            hooks.rmdir()
            hooks.write_text("not a folder")
    else:
        hooks.chmod(0o555)
    ran = repo.trueup("hook", "install")
    subprocess.run(["chattr", "-i", str(hooks)], check=False, capture_output=True)
    hooks.chmod(0o755)
    assert ran.status == 3
    assert "[hook_not_written]" in ran.err


def test_outside_of_a_repository_nothing_is_installed(tmp_path: Path) -> None:
    ran = run([sys.executable, "-m", "trueup", "hook", "install"], tmp_path)
    assert (ran.status, "[not_a_repository]" in ran.err) == (2, True)


NPM = shutil.which("npm")


@pytest.fixture(scope="module")
def husky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with husky installed from npm."""
    place = tmp_path_factory.mktemp("npm")
    if NPM is None:
        pytest.skip("npm is not installed")
    done = run([NPM, "install", "--no-audit", "--no-fund", "husky@9"], place)
    if done.status:
        pytest.skip(f"husky can't be had: {done.err[-200:]}")
    return place / "node_modules"


@pytest.mark.parametrize("existing", [None, "echo theirs", "echo theirs\n"])
def test_husky_runs_it_after_what_was_there(repo: Repo, husky: Path, existing: str | None) -> None:
    (repo.root / ".gitignore").write_text("node_modules\n")
    (repo.root / "node_modules").symlink_to(husky)
    repo.write("package.json", '{"name": "x", "scripts": {"prepare": "husky"}}')
    assert run(["node", "node_modules/husky/bin.js"], repo.root, **repo.environ).status == 0
    assert repo.git("config", "core.hooksPath").out.strip() == ".husky/_"
    before = None
    if existing is not None:
        repo.write(".husky/pre-commit", existing)
        before = (repo.root / ".husky" / "pre-commit").read_bytes()
    ran = repo.trueup("hook", "install")
    assert ran.out.splitlines()[0] == "installed .husky/pre-commit"
    assert sys.executable not in (repo.root / ".husky" / "pre-commit").read_text()
    assert "unchanged" in repo.trueup("hook", "install").out
    refuses_bad_and_takes_good(repo)
    repo.trueup("hook", "uninstall")
    after = repo.root / ".husky" / "pre-commit"
    assert (after.read_bytes() if after.exists() else None) == before


def test_husky_without_node_is_installed_and_said_not_to_run(repo: Repo) -> None:
    repo.environ["PATH"] = "/usr/bin:/bin"
    ran = repo.trueup("hook", "install", "--kind", "husky")
    assert ran.status == 0
    assert "[husky_not_active]" in ran.out


def test_a_husky_hook_that_ends_before_ours_is_warned_about(repo: Repo) -> None:
    repo.write(".husky/pre-commit", "npm test\nexit 0\n")
    ran = repo.trueup("hook", "install", "--kind", "husky")
    assert "[hook_never_reached]" in ran.out


FRAMEWORK = """\
# ours
repos:
  - repo: local   # the first
    hooks:
      - id: nothing
        name: nothing
        entry: "true"
        language: system
default_stages: [pre-commit]
"""


@pytest.mark.parametrize("existing", [None, FRAMEWORK, "repos:\n- repo: meta\n  hooks: []"])
def test_the_pre_commit_framework_runs_it(repo: Repo, tmp_path: Path, existing: str | None) -> None:
    pytest.importorskip("pre_commit")
    repo.environ["PRE_COMMIT_HOME"] = str(tmp_path / "pre-commit-home")
    config = repo.root / ".pre-commit-config.yaml"
    if existing is not None:
        repo.write(config.name, existing)
    before = config.read_bytes() if config.exists() else None
    assert repo.trueup("hook", "install", "--kind", "pre-commit").status == 0
    assert "unchanged" in repo.trueup("hook", "install", "--kind", "pre-commit").out
    repo.git("add", config.name)
    command = [sys.executable, "-m", "pre_commit"]
    assert run([*command, "validate-config"], repo.root, **repo.environ).status == 0
    assert run([*command, "install"], repo.root, **repo.environ).status == 0
    refuses_bad_and_takes_good(repo)
    assert repo.trueup("hook", "install").out == "unchanged .pre-commit-config.yaml\n"
    repo.trueup("hook", "uninstall")
    left = config.read_bytes() if config.exists() else None
    assert left == before or (left or b"").rstrip(b"\n") == before


def test_our_own_hook_definition_is_valid_and_runs(repo: Repo, tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    definition = Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml"
    manifest = [sys.executable, "-m", "pre_commit", "validate-manifest", str(definition)]
    assert run(manifest, repo.root).status == 0


def test_an_unreadable_framework_file_is_left_with_the_entry_to_paste(repo: Repo) -> None:
    repo.write(".pre-commit-config.yaml", "repos: [{repo: meta, hooks: []}]\n")
    ran = repo.trueup("hook", "install", "--kind", "pre-commit")
    assert ran.status == 2
    assert "[framework_config_strange]" in ran.err
    assert "entry: trueup hook run" in ran.err
