"""What `rebase` asks of git."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trueup.git.process import GitFailedError, Objects, git, has
from trueup.git.repository import Repository, explained
from trueup.git.staged import Staged, take_upstream


class GitWorkTree:
    """The project at `root` in its repository; paths are relative to `root`."""

    def __init__(self, repository: Repository, root: Path, folder: Path) -> None:
        self._repository = repository
        self._root = root
        self._folder = repository.relative(folder)

    def upstream(self, named: str | None) -> tuple[str, Mapping[str, str]] | None:
        """The upstream branch as people write it, and its migrations: file name to blob id."""
        objects = Objects(str(self._repository.top))
        try:
            facts = Staged("", objects)
            facts.folder = self._folder
            take_upstream(facts, named)
        finally:
            objects.close()
        return (facts.upstream.shown, facts.upstream.files) if facts.upstream else None

    def move(self, moves: Sequence[tuple[str, str]]) -> None:
        """Renames files, the last first, so that no name is taken; undone where one fails.

        Raises CannotTell `git_failed`."""
        done: list[tuple[str, str]] = []
        try:
            for old, new in sorted(moves, key=lambda move: move[1], reverse=True):
                self._move(old, new)
                done.append((old, new))
        except (GitFailedError, OSError) as problem:
            for old, new in reversed(done):
                self._move(new, old)
            if isinstance(problem, GitFailedError):
                raise explained(problem, self._root) from None
            raise

    def _move(self, old: str, new: str) -> None:
        if self._known(old):
            git(["mv", "--", old, new], directory=str(self._root))
        else:
            (self._root / old).rename(self._root / new)

    def stage(self, path: str) -> None:
        """Stages a file that git has already."""
        if self._known(path):
            git(["add", "--", path], directory=str(self._root))

    def _known(self, path: str) -> bool:
        listed = ["ls-files", "--error-unmatch", "--", path]
        return has(listed, directory=str(self._root)) is not None
