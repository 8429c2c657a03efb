"""The types that a schema defines, as far as a change of type has to know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pglast.parser import ParseError

from trueup.diff.types.spelled import Type, name_of, read_type
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.sql.table import parse_table
from trueup.sql.type_body import (
    Composite,
    Domain,
    Enum,
    OtherType,
    Range,
    parse_domain,
    parse_type,
)

Body = Domain | Enum | Composite | Range | OtherType


class Definitions(Protocol):
    """What has definitions under keys: a schema, or one side of a plan."""

    def ddl(self, key: ObjectKey, /) -> str | None:
        """The DDL of an object, None without one."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A type with its domains taken off: what they are over, and whether one of them has a check
    or forbids NULL."""

    type: Type
    constrained: bool = False
    is_domain: bool = False


@dataclass(frozen=True)
class Types:
    """The types of one schema."""

    definitions: Definitions

    def body(self, base: str) -> Body | None:
        """What a type is; None where this schema does not define it (or it can't be read)."""
        name = name_of(base)
        if name is None:
            return None
        try:
            return self._body(*name)
        except (ParseError, ValueError):
            return OtherType()

    def _body(self, schema: str, name: str) -> Body | None:
        domain = self.definitions.ddl(ObjectKey("DOMAIN", schema, name))
        if domain is not None:
            return parse_domain(domain)
        type_ = self.definitions.ddl(ObjectKey("TYPE", schema, name))
        if type_ is not None:
            return parse_type(type_)
        for kind in TABLES:
            table = self.definitions.ddl(ObjectKey(kind, schema, name))
            if table is not None:
                return Composite(_columns(table))
        return None

    def resolved(self, type_: Type) -> Resolved:
        """A type with its domains taken off; those of an array's elements stay."""
        found = Resolved(type_)
        while not found.type.dimensions:
            body = self.body(found.type.base)
            if not isinstance(body, Domain):
                break
            constrained = found.constrained or body.not_null or bool(body.constraints)
            found = Resolved(read_type(body.base), constrained, True)
        return found

    def has_cast(self, old: str, new: str) -> bool:
        """Whether somebody made a cast from one type to the other."""
        name = f"CAST ({old} AS {new})".replace('"', "")
        return self.definitions.ddl(ObjectKey("CAST", "", name)) is not None


def _columns(ddl: str) -> Mapping[str, str]:
    """A table's columns as its row type has them."""
    columns = parse_table(ddl).columns.values()
    return {c.name: f"{c.type} COLLATE {c.collation}" if c.collation else c.type for c in columns}
