"""A repository as the slower commands see it: its places, and plain answers from git."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import CannotTell, UsageError
from trueup.git.process import GitFailedError, git

NO_GIT = 127


@dataclass(frozen=True, slots=True)
class Repository:
    """`top` is the top of the work tree, `common` the git directory that all worktrees share,
    `hooks` where git looks for hooks, and `hooks_scope` which configuration says so: "" for none,
    else git's word for it (local, worktree, global, system, command)."""

    top: Path
    common: Path
    hooks: Path
    hooks_scope: str

    @property
    def hooks_in_tree(self) -> bool:
        """Whether the hooks lie in the work tree, where they are committed and shared."""
        return self.hooks.is_relative_to(self.top) and not self.hooks.is_relative_to(self.common)

    def run(self, *arguments: str) -> bytes:
        """What a git command prints at the top. Raises GitFailedError."""
        return git(list(arguments), directory=str(self.top))

    def relative(self, path: Path) -> str:
        """A path from the top, as git spells it; "" for the top itself."""
        relative = os.path.relpath(os.path.realpath(path), self.top)
        return "" if relative == "." else relative


def find_repository(start: Path) -> Repository:
    """The repository that `start` lies in.

    Raises UsageError (`not_a_repository`, `bare_repository`) and CannotTell (`git_missing`).
    """
    place = str(start)
    try:
        lines = git(["rev-parse", "--is-bare-repository", "--git-common-dir"], directory=place)
        bare, common = os.fsdecode(lines).split("\n")[:2]
        if bare == "true":
            raise _bare(start)
        top = os.fsdecode(git(["rev-parse", "--show-toplevel"], directory=place)).rstrip("\n")
        hooks = os.fsdecode(git(["rev-parse", "--git-path", "hooks"], directory=top)).rstrip("\n")
    except GitFailedError as problem:
        raise explained(problem, start) from None
    return Repository(
        Path(os.path.realpath(top)),
        Path(os.path.realpath(start / common)),
        Path(os.path.realpath(os.path.join(top, os.path.expanduser(hooks)))),  # noqa: PTH111, PTH118
        _scope(top),
    )


def _scope(top: str) -> str:
    try:
        told = git(["config", "--show-scope", "--get", "core.hooksPath"], directory=top)
    except GitFailedError:
        return ""
    return told.split(b"\t")[0].decode()


def explained(problem: GitFailedError, place: Path) -> UsageError | CannotTell:
    """git's refusal in our words."""
    if problem.status == NO_GIT:
        return CannotTell(
            "git can't be run", code="git_missing", hint="install git, or put it on PATH"
        )
    if "not a git repository" in problem.said:
        return UsageError(
            f"{place} is not in a git repository",
            code="not_a_repository",
            hint="run it inside of one, or make one: git init",
            subject=str(place),
        )
    if "must be run in a work tree" in problem.said:
        return _bare(place)
    return CannotTell(
        str(problem),
        code="git_failed",
        hint="run that git command by hand to see what is wrong",
    )


def _bare(place: Path) -> UsageError:
    return UsageError(
        f"{place} is a bare repository, which has nothing staged",
        code="bare_repository",
        hint="run it in a clone that has a work tree",
        subject=str(place),
    )
