"""What a database holds, who may do what in it, and what the open transaction counted: read once
before SQL runs and once after, so that its effect can be judged whatever its form.

Lists (columns, rights, options) are kept as the JSON text that the server made of them: most are
the same before and after, and are compared without being read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Grants = Mapping[str, frozenset[str]]


class Relation(NamedTuple):
    """A row of pg_class: `file` is its file node, `rows` the planner's estimate (-1: none)."""

    oid: int
    schema: str
    title: str
    kind: str
    file: int
    persistence: str
    owner: str
    secured: bool
    forced: bool
    options: str
    acl: str
    rows: float

    @property
    def name(self) -> str:
        """With its schema."""
        return f"{self.schema}.{self.title}"

    def says(self, option: str) -> bool:
        """Whether a boolean option is on."""
        values = dict(item.partition("=")[::2] for item in json.loads(self.options))
        return values.get(option, "false").lower() in ("true", "on", "1", "yes", "t", "y")


class Routine(NamedTuple):
    """A row of pg_proc; `arguments` are the types' numbers, which tell overloads apart."""

    oid: int
    schema: str
    title: str
    arguments: str
    owner: str
    definer: bool
    acl: str

    @property
    def name(self) -> str:
        """With its schema."""
        return f"{self.schema}.{self.title}"


class Thing(NamedTuple):
    """Anything else that has rights: a schema, type, database, language, foreign server, …"""

    kind: str
    oid: int
    name: str
    owner: str
    acl: str


class Policy(NamedTuple):
    """A row of pg_policy: `roles` as JSON, `body` a digest of both expressions."""

    table: int
    title: str
    permissive: bool
    command: str
    roles: str
    body: str


class Counted(NamedTuple):
    """Rows of one relation that the transaction touched."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0


class Position(NamedTuple):
    """Where a sequence is: the last value it gave (None: none yet) and its step."""

    last: int | None
    step: int


@dataclass(frozen=True)
class State:
    """All of it. `columns`: numbers and names, by table; `column_acls`: by table and number;
    `parents`: what a partition, a child or a column's own sequence belongs to; `defaults`: default
    rights, by role, schema and kind, each with what holds without an entry; `touched`: foreign
    tables whose rows a statement of this transaction may have changed, with its lock; `path`: the
    schemas in which a bare name is looked for; `counting`: whether track_counts is on; `blind`:
    routines that set it."""

    relations: Mapping[int, Relation]
    columns: Mapping[int, str]
    column_acls: Mapping[tuple[int, int], str]
    routines: Mapping[int, Routine]
    things: Mapping[tuple[str, int], Thing]
    defaults: Mapping[tuple[str, str, str], tuple[str, str]]
    policies: Mapping[tuple[int, str], Policy]
    roles: Mapping[str, str]
    members: frozenset[tuple[str, str, str]]
    settings: Mapping[tuple[str, str], str]
    counted: Mapping[int, Counted]
    parents: Mapping[int, tuple[int, ...]]
    touched: frozenset[tuple[int, str]]
    path: tuple[str, ...]
    counting: bool
    blind: tuple[str, ...]
    _by_name: dict[tuple[str, str], Relation] = field(default_factory=dict, repr=False)

    def relation(self, schema: str, title: str) -> Relation | None:
        """The relation of that name."""
        if not self._by_name:
            self._by_name.update({(it.schema, it.title): it for it in self.relations.values()})
        return self._by_name.get((schema, title))

    def ancestors(self, oid: int) -> list[int]:
        """The relation itself and all it belongs to, from near to far."""
        found = [oid]
        for one in found:
            found += [parent for parent in self.parents.get(one, ()) if parent not in found]
        return found
