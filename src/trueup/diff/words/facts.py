"""What an object's DDL says as an ordered mapping label -> fact, and the words for two of them
that differ. The files of the families only read; the phrasing is here, so it is the same for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trueup.diff.words.text import changed_line, short, short_pair


@dataclass(frozen=True, slots=True)
class Value:
    """Something to show: `label changed from a to b`, `label b added`, `label a dropped`."""

    text: str


@dataclass(frozen=True, slots=True)
class Long:
    """Something too long, or too secret, to show: `label changed`, `added`, `dropped`."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code: `label changed`, with the line where it is only one."""

    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that is or is not: `is now label`, `is no longer label`, or words of its own."""

    on: str = ""
    off: str = ""


@dataclass(frozen=True, slots=True)
class Members:
    """A set: `label x added`, `label y dropped`; `ordered` where the order has a meaning."""

    items: tuple[str, ...]
    ordered: bool = False


Fact = Value | Long | Code | Flag | Members
Facts = dict[str, Fact]


def phrases(before: Mapping[str, Fact], after: Mapping[str, Fact], subject: str = "") -> list[str]:
    """The words for every fact that differs, in the order in which the facts were read.

    `subject` (`column "x"`) stands before each phrase.
    """
    said = [
        p
        for label in _labels(before, after)
        for p in _phrase(label, before.get(label), after.get(label))
    ]
    return [f"{subject} {phrase}" for phrase in said] if subject else said


def _labels(before: Mapping[str, Fact], after: Mapping[str, Fact]) -> list[str]:
    """Every label of both, each new one behind the one that it follows on its own side."""
    if before.keys() >= after.keys():
        return list(before)
    labels, place = list(before), 0
    for label in after:
        if label in before:
            place = labels.index(label) + 1
        else:
            labels.insert(place, label)
            place += 1
    return labels


def _phrase(label: str, old: Fact | None, new: Fact | None) -> list[str]:
    if old == new:
        return []
    if isinstance(old, Flag) or isinstance(new, Flag):
        return [_flagged(label, old, new)]
    if isinstance(old, Members) or isinstance(new, Members):
        return _members(label, old, new)
    if old is None or new is None:
        return [_appeared(label, old, new)]
    if isinstance(old, Value) and isinstance(new, Value):
        return [f"{label} {changed(old.text, new.text)}"]
    if isinstance(old, Code) and isinstance(new, Code):
        return [f"{label} changed{changed_line(old.text, new.text)}"]
    return [f"{label} changed"]


def changed(old: str, new: str) -> str:
    """`changed from a to b`, both shortened around the place where they part."""
    return "changed from {} to {}".format(*short_pair(old, new))


def _flagged(label: str, old: Fact | None, new: Fact | None) -> str:
    if isinstance(new, Flag):
        return new.on or f"is now {label}"
    return (old.off if isinstance(old, Flag) else "") or f"is no longer {label}"


def _appeared(label: str, old: Fact | None, new: Fact | None) -> str:
    there = new or old
    shown = f" {short(there.text)}" if isinstance(there, Value) else ""
    return f"{label}{shown} {'added' if new else 'dropped'}"


def _members(label: str, old: Fact | None, new: Fact | None) -> list[str]:
    before = old.items if isinstance(old, Members) else ()
    after = new.items if isinstance(new, Members) else ()
    said = [f"{label} {short(item)} added" for item in after if item not in before]
    said += [f"{label} {short(item)} dropped" for item in before if item not in after]
    ordered = any(isinstance(side, Members) and side.ordered for side in (old, new))
    return said + (reordered(label, before, after) if ordered else [])


def reordered(label: str, before: Iterable[str], after: Iterable[str]) -> list[str]:
    """`label order changed: a, b -> b, a` where what both have stands in another order."""
    old, new = list(before), list(after)
    if [item for item in old if item in set(new)] == [item for item in new if item in set(old)]:
        return []
    first, second = short_pair(", ".join(old), ", ".join(new), 120)
    return [f"{label} order changed: {first} -> {second}"]


def values(**texts: str | None) -> Facts:
    """Values under their labels, `_` in a keyword read as a blank; None and "" are left out."""
    return {label.replace("_", " "): Value(text) for label, text in texts.items() if text}


def flags(**marks: bool | None) -> Facts:
    """The flags that hold, `_` in a keyword read as a blank."""
    return {label.replace("_", " "): Flag() for label, on in marks.items() if on}
