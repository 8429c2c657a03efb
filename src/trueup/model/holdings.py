"""What roles hold in one database at one moment: of each object its owner and its rights, and
which object it is, so that one that was dropped and made anew is told from one that stayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from trueup.model.kinds import kind_named
from trueup.model.rights import Rights, Slot
from trueup.model.schema import ObjectKey

Grant = tuple[str, Slot, bool]  # to whom, what, and whether it may be passed on


class Spot(NamedTuple):
    """A name in one of PostgreSQL's name spaces: a view may take the place of a table."""

    space: str
    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Holding:
    """One object: `oid` is its identity, `columns` the numbers of columns by their names (read
    where columns have rights of their own), `name` its name as SQL spells it."""

    key: ObjectKey
    oid: int
    name: str
    rights: Rights
    columns: Mapping[str, int] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """The role that owns it."""
        return self.rights.owner


@dataclass(frozen=True)
class Holdings:
    """All objects of a database. `role` is who looked; `defaults` are the rights that its new
    objects get: by kind of object, for all schemas ("") and in addition for one."""

    role: str
    objects: Mapping[Spot, Holding]
    defaults: Mapping[tuple[str, str], tuple[Grant, ...]] = field(default_factory=dict)

    def fresh(self, key: ObjectKey) -> set[Grant]:
        """What a new object gives to others than who makes it."""
        kind = _CLASSES.get(kind_named(key.kind).defaults, "")
        given = (*self.defaults.get((kind, ""), ()), *self.defaults.get((kind, key.schema), ()))
        return {grant for grant in given if grant[0] != self.role}


# pg_default_acl.defaclobjtype: https://www.postgresql.org/docs/current/catalog-pg-default-acl.html
_CLASSES = {"TABLES": "r", "SEQUENCES": "S", "FUNCTIONS": "f", "TYPES": "T", "SCHEMAS": "n"}
