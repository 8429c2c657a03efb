"""What is inside a CREATE TYPE or CREATE DOMAIN that pg_dump wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pglast import ast
from pglast.enums import ConstrType

from trueup.sql.slices import Sliced
from trueup.sql.tree import first


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum's labels in order."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite type: attribute names to their type with collation, in order."""

    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Range:
    """A range type: the name of the multirange it brings along, and what it is over."""

    multirange: str
    subtype: str = ""


@dataclass(frozen=True, slots=True)
class OtherType:
    """A base type or a shell."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain. `base` is its type with collation, `constraints` the checks (and, from
    PostgreSQL 18 on, the NOT NULL) that it names."""

    base: str
    default: str | None = None
    not_null: bool = False
    not_null_name: str | None = None
    constraints: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1 << 16)
def parse_type(ddl: str) -> Enum | Composite | Range | OtherType:
    """The type in an archive entry of kind TYPE."""
    stmt: Any = first(ddl)
    if isinstance(stmt, ast.CreateEnumStmt):
        values: Any = stmt.vals or ()
        return Enum(tuple(value.sval for value in values))
    if isinstance(stmt, ast.CompositeTypeStmt):
        return Composite(_attributes(stmt.coldeflist, Sliced.of(ddl)))
    if isinstance(stmt, ast.CreateRangeStmt):
        params: Any = stmt.params or ()
        names = [p.arg.names[-1].sval for p in params if p.defname == "multirange_type_name"]
        return Range(names[0] if names else "", _subtype(params, Sliced.of(ddl)))
    return OtherType()


def _subtype(params: Any, sliced: Sliced) -> str:
    for param in params:
        if param.defname == "subtype":
            return sliced.element(param.arg.location).strip()
    return ""


def _attributes(definitions: Any, sliced: Sliced) -> dict[str, str]:
    return {
        definition.colname: sliced.element(definition.typeName.location)
        for definition in definitions or ()
    }


@lru_cache(maxsize=1 << 16)
def parse_domain(ddl: str) -> Domain:
    """The domain in an archive entry of kind DOMAIN."""
    stmt: Any = first(ddl)
    sliced = Sliced.of(ddl)
    starts = [stmt.typeName.location]
    starts += [c.location for c in stmt.constraints or ()]
    if stmt.collClause:
        starts.append(stmt.collClause.location)
    parts = sliced.parts(starts)
    base = parts[stmt.typeName.location].strip()
    if stmt.collClause:
        base += " " + parts[stmt.collClause.location].strip()
    found: dict[str, Any] = {"constraints": {}}
    for constraint in stmt.constraints or ():
        _constrain(found, constraint, parts[constraint.location])
    return Domain(base, **found)


def _constrain(found: dict[str, Any], constraint: Any, text: str) -> None:
    if constraint.contype == ConstrType.CONSTR_DEFAULT:
        found["default"] = text.strip().removeprefix("DEFAULT").strip()
    elif constraint.contype == ConstrType.CONSTR_NOTNULL:
        found["not_null"] = True
        found["not_null_name"] = constraint.conname
    elif constraint.contype == ConstrType.CONSTR_CHECK:
        definition = text[text.index("CHECK") :]
        found["constraints"][constraint.conname] = definition.strip()
