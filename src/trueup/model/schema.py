"""A schema: every object of a database with the DDL that PostgreSQL's own pg_dump gives it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Self


class ObjectKey(NamedTuple):
    """What names an object: pg_dump's kind ("TABLE", "FK CONSTRAINT"), its schema ("" for objects
    that have none) and its tag: the name, for functions with argument types, for things that
    belong to a table "table name" (`users users_pkey`), for comments and ACLs "KIND name"."""

    kind: str
    schema: str
    name: str

    def __str__(self) -> str:
        qualified = f"{self.schema}.{self.name}" if self.schema else self.name
        return f"{self.kind} {qualified}"


@dataclass(frozen=True, slots=True)
class SchemaObject:
    """One entry of a pg_dump archive.

    `ddl` makes it and `drop` removes it (both as pg_dump writes them, every identifier quoted);
    `depends_on` are the keys it needs. Owner is kept for rights, never compared unless asked.
    `verbatim` is pg_dump's own text where `ddl` is another spelling of it (sql/canonical.py).
    """

    key: ObjectKey
    ddl: str
    drop: str = ""
    owner: str = ""
    depends_on: tuple[ObjectKey, ...] = ()
    verbatim: str = field(default="", compare=False)

    @property
    def printed(self) -> str:
        """What pg_dump printed: only from this text can the same be made to print again."""
        return self.verbatim or self.ddl


@dataclass(frozen=True)
class Schema(Mapping[ObjectKey, SchemaObject]):
    """All objects, in the order in which pg_dump would create them."""

    objects: Mapping[ObjectKey, SchemaObject] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Iterable[SchemaObject]) -> Schema:
        """A schema from objects in creation order. Raises ValueError when two share a key:
        comparing by key would then overlook one of them."""
        mapping: dict[ObjectKey, SchemaObject] = {}
        for item in objects:
            if item.key in mapping:
                raise ValueError(f"two objects share the key {item.key}")
            mapping[item.key] = item
        return cls(mapping)

    def __getitem__(self, key: ObjectKey) -> SchemaObject:
        return self.objects[key]

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def ddl(self, key: ObjectKey) -> str | None:
        """The DDL of an object, None where the schema lacks it."""
        found = self.objects.get(key)
        return found.ddl if found else None

    def as_printed(self) -> Self:
        """The same with every DDL as pg_dump printed it."""
        objects = {
            key: replace(item, ddl=item.printed, verbatim="") if item.verbatim else item
            for key, item in self.objects.items()
        }
        return replace(self, objects=objects)

    def counts(self) -> dict[str, int]:
        """How many objects of each kind, kinds in alphabetical order."""
        counted: dict[str, int] = {}
        for key in sorted(self.objects):
            counted[key.kind] = counted.get(key.kind, 0) + 1
        return counted

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every key and DDL: equal exactly when the schemas are equal by object."""
        digest = hashlib.sha256()
        for key in sorted(self.objects):
            for part in (*key, self.objects[key].ddl):
                digest.update(part.encode())
                digest.update(b"\0")
        return digest.hexdigest()
