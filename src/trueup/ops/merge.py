"""`merge-driver`: schema.sql merged object by object, and held against a replay of both sides'
migrations: the merge of two true texts need not be true itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from trueup.errors import StatementFailed, TrueupError
from trueup.model.migration import Migration
from trueup.sql.schema_blocks import (
    Blocks,
    Conflict,
    Marks,
    Merge,
    Title,
    arranged,
    merge_blocks,
    merged_text,
    named,
    split_blocks,
)

TextOfBoth = Callable[[], str]
"""Gives the text of schema.sql that both sides' migrations give; raises TrueupError."""

_REPLAYED = "what the migrations of both sides give"
_MERGED = "the two files merged"


@dataclass(frozen=True, slots=True)
class BothSides:
    """The migrations of the merge, in the order they will run, and which of them each side
    brought; `disputed` are the paths of those that both sides changed."""

    migrations: tuple[Migration, ...]
    only_ours: frozenset[str] = frozenset()
    only_theirs: frozenset[str] = frozenset()
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedFile:
    """The merge. `conflicts` are objects that both sides changed, `strayed` objects that a replay
    gives otherwise than the two files say, `in_doubt` the paths of migrations to look at, `proven`
    whether the text is exactly what a replay gives, `notes` what else there is to say."""

    text: str
    conflicts: tuple[str, ...] = ()
    strayed: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    proven: bool = False
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nobody has to look at it."""
        return not (self.conflicts or self.strayed or self.in_doubt)


@dataclass(frozen=True, slots=True)
class Texts:
    """The three files: the common ancestor ("" where there is none), ours, theirs."""

    base: str
    ours: str
    theirs: str


def merge_schema_files(
    texts: Texts, replay: TextOfBoth | None, both: BothSides | None, marks: Marks | None = None
) -> MergedFile:
    """Merges two versions of schema.sql.

    `replay` runs the migrations of `both`; where they can't be had, objects stand in ours' order.
    Raises NotOursError for texts that trueup did not write.
    """
    ours, theirs = split_blocks(texts.ours), split_blocks(texts.theirs)
    base = split_blocks(texts.base) if texts.base.strip() else Blocks(ours.head, {}, ours.foot)
    merge = merge_blocks(base, ours, theirs)
    if both and both.disputed:
        return _finished(merge, marks, in_doubt=both.disputed)
    if replay is None or both is None:
        return _finished(merge, marks)
    try:
        goal = split_blocks(replay())
    except StatementFailed as problem:
        where = problem.location.file if problem.location else ""
        note = f"{problem.location}: {problem.message}" if problem.location else problem.message
        return _finished(merge, marks, in_doubt=(where,), notes=(note,))
    except TrueupError as problem:
        return _finished(merge, marks, notes=(f"not replayed: {problem.message}",))
    if _strange(goal, base, ours, theirs):
        return _finished(merge, marks, notes=(_STRANGE,))
    return _held_against(merge, goal, both, marks)


_STRANGE = (
    "not compared with a replay: here it gives another text even for objects that nobody changed"
    " (schema.sql was stale, or comes from another major version of PostgreSQL)"
)


def _strange(goal: Blocks, base: Blocks, ours: Blocks, theirs: Blocks) -> bool:
    """Whether the replay can't be believed: what both sides left alone must come out the same.

    One object may well differ (a view over a table that changed); all of them alike may not."""
    same = [
        title
        for title, text in base.blocks.items()
        if ours.blocks.get(title) == text == theirs.blocks.get(title)
    ]
    other = sum(goal.blocks.get(title) != base.blocks[title] for title in same)
    return goal.head != ours.head or (other > 0 and other * 2 > len(same))


def _finished(
    merge: Merge,
    marks: Marks | None,
    *,
    in_doubt: Iterable[str] = (),
    notes: tuple[str, ...] = (),
) -> MergedFile:
    conflicts = tuple(named(conflict.title) for conflict in merge.conflicts)
    return MergedFile(merged_text(merge, marks), conflicts, in_doubt=tuple(in_doubt), notes=notes)


def _held_against(merge: Merge, goal: Blocks, both: BothSides, marks: Marks | None) -> MergedFile:
    """The merge in the replay's order; where the replay gives something else, both stand there."""
    conflicts = {conflict.title for conflict in merge.conflicts}
    strayed = [
        title
        for title in dict.fromkeys([*goal.blocks, *merge.parts])
        if title not in conflicts and merge.parts.get(title) != goal.blocks.get(title)
    ]
    if not conflicts and not strayed:
        return MergedFile(goal.text, proven=True)
    parts = dict(merge.parts)
    for title in strayed:
        said = parts.get(title)
        text = None if isinstance(said, Conflict) else said
        parts[title] = Conflict(title, text, goal.blocks.get(title))
    ordered = arranged(Merge(merge.head, parts, merge.foot), list(goal.blocks))
    return MergedFile(
        _text(ordered, set(strayed), marks),
        tuple(named(title) for title in conflicts_in_order(ordered, conflicts)),
        tuple(named(title) for title in strayed),
        tuple(late_migrations(both)) if strayed else (),
    )


def conflicts_in_order(merge: Merge, wanted: set[Title]) -> list[Title]:
    """The wanted titles in the file's order."""
    return [title for title in merge.parts if title in wanted]


def _text(merge: Merge, strayed: set[Title], marks: Marks | None) -> str:
    """Conflicts between the sides carry the sides' names, those with the replay their own."""
    size = marks.size if marks else 7
    told = Marks(_MERGED, _REPLAYED, size)
    settled: dict[Title, str | Conflict] = {}
    for title, part in merge.parts.items():
        settled[title] = merged_text(
            Merge("", {title: part}, ""), told if title in strayed else marks
        )
    return merged_text(Merge(merge.head, settled, merge.foot))


def late_migrations(both: BothSides) -> list[str]:
    """The files that now run after one of the other side's, with which nobody has tried them."""
    paths = [migration.path for migration in both.migrations]
    late: list[str] = []
    for mine, others in ((both.only_ours, both.only_theirs), (both.only_theirs, both.only_ours)):
        first = next((at for at, path in enumerate(paths) if path in others), len(paths))
        late += [path for at, path in enumerate(paths) if path in mine and at > first]
    return sorted(late)


def merged_files(
    base: Sequence[Migration], ours: Sequence[Migration], theirs: Sequence[Migration]
) -> BothSides:
    """The migrations folder after the merge, file by file; names decide the order (bytewise)."""
    sides = [{file.path: file for file in side} for side in (base, ours, theirs)]
    kept, disputed = [], []
    for path in sorted({path for side in sides for path in side}, key=_bytes):
        was, mine, other = (side.get(path) for side in sides)
        if mine != other and was not in (mine, other):
            disputed.append(path)
        chosen = other if mine == was else mine
        if chosen is not None:
            kept.append(chosen)
    known, own, foreign = sides
    return BothSides(
        tuple(kept),
        frozenset(path for path in own if path not in known and path not in foreign),
        frozenset(path for path in foreign if path not in known and path not in own),
        tuple(disputed),
    )


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
