"""States of a database that pg_dump is silent on: indexes that are there but invalid, and keys
whose checks are switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from trueup.model.schema import ObjectKey


@dataclass(frozen=True, slots=True)
class InvalidIndex:
    """An index that no query uses. `table` is the one it is on (for a TOAST table's, its owner);
    `constraint` says that it stands behind one, `part` that it is a part of a partitioned index,
    `partitioned` that it is one itself, which some partition lacks; `building` that a session is
    at work on it."""

    schema: str
    name: str
    table_schema: str
    table: str
    constraint: bool = False
    part: bool = False
    partitioned: bool = False
    building: bool = False

    @property
    def keys(self) -> tuple[ObjectKey, ObjectKey]:
        """What the index is in a schema: itself, or the constraint that it stands behind."""
        return (
            ObjectKey("INDEX", self.schema, self.name),
            ObjectKey("CONSTRAINT", self.schema, f"{self.table} {self.name}"),
        )

    @property
    def key(self) -> ObjectKey:
        """The one of `keys` that it is in the database."""
        return self.keys[self.constraint]


@dataclass(frozen=True, slots=True)
class SwitchedKey:
    """A constraint whose triggers in one table don't act as they were made to.

    `kind` in words ("foreign key"), `table` the one that the constraint is on, `at` the one whose
    `events` go unchecked; `state` is pg_trigger.tgenabled. `triggers` are their names there, and
    `breaking` a query for rows that break the constraint ("" where none is known)."""

    kind: str
    schema: str
    table: str
    name: str
    at_schema: str
    at: str
    state: str
    events: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    breaking: str = ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What is the same in two databases: names of triggers are not."""
        return (self.kind, *self.place, self.state, self.events)

    @property
    def place(self) -> tuple[str, ...]:
        """Which constraint it is, and where."""
        return (self.schema, self.table, self.name, self.at_schema, self.at)


@dataclass(frozen=True, slots=True)
class States:
    """What there is of both in one database."""

    indexes: tuple[InvalidIndex, ...] = ()
    keys: tuple[SwitchedKey, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.indexes or self.keys)

    def beyond(self, other: Self) -> States:
        """What is so here and not there."""
        invalid = {(index.schema, index.name) for index in other.indexes}
        switched = {key.identity for key in other.keys}
        return States(
            tuple(i for i in self.indexes if (i.schema, i.name) not in invalid),
            tuple(key for key in self.keys if key.identity not in switched),
        )

    def on(self, counts: Callable[[str, str], bool]) -> States:
        """What is on tables (schema, name) that count."""
        return States(
            tuple(index for index in self.indexes if counts(index.table_schema, index.table)),
            tuple(key for key in self.keys if counts(key.schema, key.table)),
        )

    def plain(self) -> list[list[list[Any]]]:
        """As JSON values, for the cache."""
        return [
            [[getattr(item, name) for name in type(item).__dataclass_fields__] for item in items]
            for items in (self.indexes, self.keys)
        ]

    @classmethod
    def of_plain(cls, value: list[list[list[Any]]]) -> States:
        """What `plain` gave. Raises TypeError, ValueError."""
        indexes, keys = value
        return States(
            tuple(InvalidIndex(*row) for row in indexes),
            tuple(SwitchedKey(*map(_hashable, row)) for row in keys),
        )


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


NONE = States()
