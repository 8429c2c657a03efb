"""The differ: which objects two schemas have in common, which differ, which one lacks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trueup.model.schema import ObjectKey, Schema


class ChangeKind(StrEnum):
    """What happened to an object on the way from one schema to another."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is not the same on both sides; an absent side is None."""

    key: ObjectKey
    before: str | None
    after: str | None

    @property
    def kind(self) -> ChangeKind:
        """Added, removed or changed."""
        if self.before is None:
            return ChangeKind.ADDED
        return ChangeKind.REMOVED if self.after is None else ChangeKind.CHANGED


def compare(before: Schema, after: Schema) -> tuple[Change, ...]:
    """Every object whose DDL is not equal, ordered by key."""
    keys = sorted(before.objects.keys() | after.objects.keys())
    pairs = ((key, before.ddl(key), after.ddl(key)) for key in keys)
    return tuple(Change(key, old, new) for key, old, new in pairs if old != new)
