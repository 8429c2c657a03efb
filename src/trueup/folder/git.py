"""What git remembers of a file. Read-only, and silent where there is no git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

_LOOK_BACK = 20


def earlier_texts(root: Path, path: str) -> Iterator[bytes]:
    """The contents that a file (`path` relative to `root`) had in the commits that touched it,
    newest first, at most 20 of them."""
    log = _git(root, "log", f"--max-count={_LOOK_BACK}", "--format=%H", "--", path)
    for commit in (log or b"").decode().split():
        content = _git(root, "show", f"{commit}:./{path}")
        if content is not None:
            yield content


def texts_of_version(root: Path, folder: str, version: str) -> Iterator[bytes]:
    """The contents of a version's file, whatever it was named, in the commits of any branch that
    touched it, newest first. `folder` is relative to `root`."""
    log = _git(
        root, "log", "--all", "--no-renames", "--relative", "--name-only", "-z",
        f"--max-count={_LOOK_BACK}", "--format=%x00%H", "--", f":(glob){folder}/{version}_*.sql",
    )  # fmt: skip
    for commit, paths in _touched(log or b""):
        for path in paths:
            content = _git(root, "show", f"{commit}:./{path}")
            if content is not None:
                yield content


def _touched(log: bytes) -> Iterator[tuple[str, list[str]]]:
    """Commits with the paths that they touched: a commit stands after an empty field."""
    fields = os.fsdecode(log).split("\0")
    starts = [at for at, field in enumerate(fields[:-1]) if not field and fields[at + 1]]
    for start, end in pairwise([*starts, len(fields)]):
        names = (field.removeprefix("\n") for field in fields[start + 2 : end])
        yield fields[start + 1], [name for name in names if name]


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git answers, None when it refuses or isn't there. GIT_* of a hook that runs us would
    point elsewhere."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            env=env,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def last_change(root: Path, path: str) -> str | None:
    """Who committed a file last, and when: `name, 2026-01-31`; None where git doesn't know it."""
    log = _git(root, "log", "--max-count=1", "--format=%an, %as", "--", path)
    return (log or b"").decode("utf-8", "replace").strip() or None
