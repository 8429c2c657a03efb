"""schema.sql taken apart by object, and three of them merged. Pure text: a block is whatever
stands from the line that names an object to the next such line, and put together again the blocks
are the file, byte for byte.

A line inside a function's body may look like such a line; PostgreSQL's lexer tells a comment from
a string, so only comments count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from trueup.model.kinds import Tag, kind_named
from trueup.model.schema_marks import FOOTER, HEADER

_TITLE: Final = re.compile(r"^-- Name: (.*); Type: (.*); Schema: (.*)$", re.MULTILINE)

Title = tuple[str, int]  # the line, and which of those that read the same


class NotOursError(ValueError):
    """The text is not a schema.sql that trueup wrote, whole."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """`head` and `foot` are what stands around the objects; `blocks` their texts by title, in
    order, each with the blank line after it."""

    head: str
    blocks: Mapping[Title, str]
    foot: str

    @property
    def text(self) -> str:
        """The file."""
        return "".join((self.head, *self.blocks.values(), self.foot))


@dataclass(frozen=True, slots=True)
class Conflict:
    """One object that has another text on each side; None where a side lacks it."""

    title: Title
    ours: str | None
    theirs: str | None


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged file in order: a text, or a conflict, for each object."""

    head: str
    parts: Mapping[Title, str | Conflict]
    foot: str

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What could not be merged."""
        return tuple(part for part in self.parts.values() if isinstance(part, Conflict))


@dataclass(frozen=True, slots=True)
class Marks:
    """How conflicts are written: the names of the two sides and the length of the marks."""

    ours: str = "ours"
    theirs: str = "theirs"
    size: int = 7


def split_blocks(text: str) -> Blocks:
    """A schema.sql by object. Raises NotOursError for any other text, also for one that is cut
    off or has conflict marks."""
    if not text.startswith(HEADER) or not text.rstrip().endswith(FOOTER):
        raise NotOursError("the file is not a whole schema.sql that trueup wrote")
    foot = text.rindex(FOOTER)
    starts = [*_title_places(text), foot]
    blocks: dict[Title, str] = {}
    seen: dict[str, int] = {}
    for start, end in pairwise(starts):
        line = text[start : text.index("\n", start)]
        seen[line] = seen.get(line, 0) + 1
        blocks[line, seen[line]] = text[start:end]
    return Blocks(text[: starts[0]], blocks, text[foot:])


def _title_places(text: str) -> list[int]:
    """Where the lines that name objects start."""
    from pglast import parser

    try:
        tokens = parser.scan(text)
    except parser.ParseError as problem:
        raise NotOursError(f"PostgreSQL can't read the file: {problem}") from None
    comments = {token.start for token in tokens if token.name == "SQL_COMMENT"}
    return [match.start() for match in _TITLE.finditer(text) if match.start() in comments]


def named(title: Title) -> str:
    """An object as people name it: `table public.users`."""
    match = _TITLE.match(title[0])
    if match is None:
        return title[0]
    name, kind, schema = match.groups()
    return f"{kind.lower()} {name}" if schema == "-" else f"{kind.lower()} {schema}.{name}"


def object_lines(text: str) -> dict[str, int]:
    """The line number (from 1) of each object's title line; empty for a text that is not ours."""
    try:
        places = _title_places(text) if text.startswith(HEADER) else []
    except NotOursError:
        return {}
    return {
        text[place : text.index("\n", place)]: text.count("\n", 0, place) + 1 for place in places
    }


def merge_blocks(base: Blocks, ours: Blocks, theirs: Blocks) -> Merge:
    """Three-way, object by object: what one side alone changed is taken, what both changed alike
    too; anything else is a conflict of that object alone.

    Objects stand in ours' order; what only theirs has stands by its neighbours there.
    """
    parts: dict[Title, str | Conflict] = {}
    for title in _titles(ours, theirs, base):
        was, mine, other = (side.blocks.get(title) for side in (base, ours, theirs))
        part = _merged(title, was, mine, other)
        if part is not None:
            parts[title] = part
    head = _side(base.head, ours.head, theirs.head)
    return Merge(head, {title: parts[title] for title in _order(parts, ours, theirs)}, ours.foot)


def _titles(*sides: Blocks) -> list[Title]:
    return list(dict.fromkeys(title for side in sides for title in side.blocks))


def _merged(
    title: Title, was: str | None, mine: str | None, other: str | None
) -> str | Conflict | None:
    if mine == other or was == other:
        return mine
    return other if was == mine else Conflict(title, mine, other)


def _side(was: str, mine: str, other: str) -> str:
    return other if mine == was else mine


def _order(wanted: Iterable[Title], ours: Blocks, theirs: Blocks) -> list[Title]:
    """Ours' order, with theirs' additions behind the object they follow there."""
    left = set(wanted)
    order = [title for title in ours.blocks if title in left]
    rank = _ranks(ours, theirs)
    before: Title | None = None
    for title in theirs.blocks:
        if title in left and title not in ours.blocks:
            at = order.index(before) + 1 if before is not None else 0
            while at < len(order) and _comes_first(order[at], title, theirs, rank):
                at += 1
            order.insert(at, title)
        if title in left:
            before = title
    return [*order, *(title for title in wanted if title not in set(order))]


def _comes_first(there: Title, new: Title, theirs: Blocks, rank: Mapping[str, int]) -> bool:
    """Whether an object that theirs does not have stands before theirs' new one."""
    return there not in theirs.blocks and _sort_key(there, rank) < _sort_key(new, rank)


def _ranks(*sides: Blocks) -> dict[str, int]:
    """The kinds in the order in which they first occur."""
    kinds = dict.fromkeys(_parts(title)[1] for title in _titles(*sides))
    return {kind: number for number, kind in enumerate(kinds)}


def _sort_key(title: Title, rank: Mapping[str, int]) -> tuple[int, str, str, str]:
    name, kind, schema = _parts(title)
    # pg_dump sorts what is on a table by its own name, then by the table that its tag begins with
    # (pg_dump_sort.c, DOTypeNameCompare).
    own = name.rsplit(" ", 1)[-1] if kind_named(kind).tag is Tag.ON_TABLE else name
    return rank.get(kind, 0), schema, own, name


def _parts(title: Title) -> tuple[str, str, str]:
    match = _TITLE.match(title[0])
    return (match[1], match[2], match[3]) if match else (title[0], "", "")


def arranged(merge: Merge, order: Sequence[Title]) -> Merge:
    """The same parts in another order; what that order lacks stays behind what it followed."""
    known = set(order)
    titles = [title for title in order if title in merge.parts]
    before: Title | None = None
    for title in merge.parts:
        if title not in known:
            titles.insert(titles.index(before) + 1 if before is not None else 0, title)
        before = title
    return Merge(merge.head, {title: merge.parts[title] for title in titles}, merge.foot)


def merged_text(merge: Merge, marks: Marks | None = None) -> str:
    """The file, with each conflict between marks."""
    used = marks or Marks()
    parts = (
        _conflict_text(part, used) if isinstance(part, Conflict) else part
        for part in merge.parts.values()
    )
    return "".join((merge.head, *parts, merge.foot))


def _conflict_text(conflict: Conflict, marks: Marks) -> str:
    """The lines that both sides share stand outside of the marks, as git does it."""
    mine, other = ((side or "").splitlines(True) for side in (conflict.ours, conflict.theirs))
    start = _common(mine, other)
    end = _common(mine[start:][::-1], other[start:][::-1])
    shared = mine[len(mine) - end :] if end else []
    return "".join(
        (
            *mine[:start],
            f"{'<' * marks.size} {marks.ours}\n",
            *mine[start : len(mine) - end],
            f"{'=' * marks.size}\n",
            *other[start : len(other) - end],
            f"{'>' * marks.size} {marks.theirs}\n",
            *shared,
        )
    )


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
