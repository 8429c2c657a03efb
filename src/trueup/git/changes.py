"""The staged changes: the one git call that ends most runs of the hook."""

from __future__ import annotations

import os

from trueup.git.process import git

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from collections.abc import Iterable


class Change:
    """One staged change: status (A, M, D, T, U), modes, and the new blob's id."""

    __slots__ = ("mode", "oid", "path", "status")

    def __init__(self, path: str, status: str, mode: str, oid: str) -> None:
        self.path = path
        self.status = status
        self.mode = mode
        self.oid = oid


def staged_changes() -> list[Change]:
    """Every staged change, in one git call; also before the first commit. Raises GitFailedError."""
    out = git(
        # Settings that would change what is listed are switched off.
        [
            *("-c", "diff.relative=false", "diff", "--cached", "--raw", "-z", "--no-abbrev"),
            *("--no-renames", "--no-ext-diff", "--ignore-submodules=none"),
        ]
    )
    fields = out.split(b"\0")
    return [_change(fields[at], fields[at + 1]) for at in range(0, len(fields) - 1, 2)]


def _change(head: bytes, path: bytes) -> Change:
    words = head.decode().split()
    return Change(os.fsdecode(path), words[4][:1], words[1], words[3])


def may_matter(changes: Iterable[Change]) -> bool:
    """Whether there can be anything to judge: no .sql file, no gate."""
    return any(change.path.lower().endswith(".sql") for change in changes)
