"""The merge driver as git calls it: three files in, one out, and a word about it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from trueup.errors import CannotTell, TrueupError
from trueup.git.merging import Place, Unknown, both_sides
from trueup.git.process import GitFailedError, git
from trueup.ops.merge import BothSides, MergedFile, TextOfBoth, Texts, merge_schema_files
from trueup.recovery.regenerate import seal_replay
from trueup.sql.schema_blocks import Marks, NotOursError
from trueup.sql.schema_text import render
from trueup.workbench.replays import replay

if TYPE_CHECKING:
    from trueup.workbench.project import Project

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Driven:
    """The files of git's placeholders %O, %A and %B, and the path they are versions of."""

    base: str
    ours: str
    theirs: str
    path: str


def merge_driver(
    files: Driven, project: Callable[[], Project], say: Say, *, size: int, seconds: float
) -> int:
    """Writes the merge into `files.ours`; 0 where it is clean, else 1.

    `project` gives the project that the path belongs to; without one the texts alone are merged.
    The replay may take `seconds`.
    """
    texts = Texts(*(_read(path) for path in (files.base, files.ours, files.theirs)))
    marks = Marks(size=size)
    try:
        both, replay, note = _replay(texts, files, project, seconds)
        merged = merge_schema_files(texts, replay, both, marks)
    except NotOursError as problem:
        say(f"trueup: {files.path}: merged line by line: {problem}")
        return _by_lines(files, marks)
    Path(files.ours).write_text(merged.text, encoding="utf-8", errors="surrogateescape", newline="")
    for line in _told(merged, files.path, note):
        say(line)
    return 0 if merged.clean else 1


def _read(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", "surrogateescape")
    except OSError as problem:
        raise CannotTell(
            f"{path} can't be read: {problem.strerror}",
            code="merge_input_unreadable",
            hint="git calls the driver with three files that it made: `trueup init --git`",
        ) from problem


def _replay(
    texts: Texts, files: Driven, project: Callable[[], Project], seconds: float
) -> tuple[BothSides | None, TextOfBoth | None, str]:
    """How to replay both sides' migrations; else why that can't be done."""
    try:
        found = project()
        top = Path(git(["rev-parse", "--show-toplevel"]).decode().strip())
        folder = found.settings.migrations_dir.resolve().relative_to(top.resolve())
        both = both_sides(texts, Place(files.path, str(folder)))
    except Unknown as why:
        return None, None, str(why)
    except (TrueupError, GitFailedError, ValueError) as problem:
        return None, None, str(problem)
    return both, lambda: _text(found, both, seconds), ""


def _text(project: Project, both: BothSides, seconds: float) -> str:
    # Loaded before the clock runs: an import that is cut short leaves half a module behind.
    import trueup.postgres.read.dump
    import trueup.postgres.session.connection  # noqa: F401

    with _at_most(seconds):
        schema = replay(project, both.migrations, project.settings.postgres).schema
    seal_replay(project, both.migrations, schema)
    return render(schema)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Gives up after a while: nobody expects a merge to take minutes."""
    late = CannotTell(
        f"the replay took longer than {seconds:g} s",
        code="merge_timeout",
        hint="run `trueup dump` when the merge is done",
    )
    rung: list[int] = []

    def stop(signum: int, frame: FrameType | None) -> None:
        rung.append(signum)
        raise late

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except Exception:
        if rung:  # it rang wherever the program was; what comes out may be another error
            raise late from None
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _by_lines(files: Driven, marks: Marks) -> int:
    """git's own three-way merge of lines, for files that are not ours."""
    command = ["merge-file", f"--marker-size={marks.size}", "-L", marks.ours, "-L", "base"]
    try:
        git([*command, "-L", marks.theirs, files.ours, files.base, files.theirs])
    except GitFailedError as problem:
        return 1 if 0 < problem.status < 128 else 2
    return 0


def _told(merged: MergedFile, path: str, note: str) -> Iterator[str]:
    for name in merged.conflicts:
        yield f"trueup: {path}: both sides changed {name}"
    for name in merged.strayed:
        yield f"trueup: {path}: a replay of both sides' migrations gives another {name}"
    for where in merged.in_doubt:
        yield f"trueup: in doubt: {where}"
    for each in (*merged.notes, *([f"not compared with a replay: {note}"] if note else [])):
        yield f"trueup: {path}: {each}"
    if not merged.proven:
        yield f"trueup: when the migrations are merged: trueup dump && git add {path}"
