"""The names of objects in parse trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pglast import ast

# https://www.postgresql.org/docs/current/sql-drop-trigger.html and its kin: the object's own name
# comes last, after that of its table.
_ON_TABLES = frozenset({"OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_TABCONSTRAINT"})
_WITHOUT_SCHEMA = frozenset({"OBJECT_SCHEMA", "OBJECT_EXTENSION", "OBJECT_ROLE", "OBJECT_DATABASE"})


def relation(node: Any) -> tuple[str, str]:
    """Schema ("" where none is written) and name of a RangeVar."""
    return node.schemaname or "", node.relname or ""


def shown(schema: str, name: str) -> str:
    """For messages."""
    return f"{schema}.{name}" if schema else name


def listed(value: Any) -> tuple[str, ...]:
    """The parts of a name that is written as a list of strings, in whichever node it is."""
    if isinstance(value, ast.String):
        return (value.sval or "",)
    if isinstance(value, ast.TypeName):
        return listed(value.names)
    if isinstance(value, ast.ObjectWithArgs):
        return listed(value.objname)
    if isinstance(value, ast.RangeVar):
        schema, name = relation(value)
        return (schema, name) if schema else (name,)
    if isinstance(value, tuple | list):
        return tuple(part for item in value for part in listed(item))
    return ()


def owner_of(kind: str, value: Any) -> tuple[str, str]:
    """Schema and name of what a DROP, COMMENT or ALTER names: the table for what is on a table,
    the schema itself for a schema."""
    parts = listed(value)
    if kind == "OBJECT_SCHEMA":
        return (parts[-1] if parts else "", "")
    if kind in _WITHOUT_SCHEMA or not parts:
        return "", parts[-1] if parts else ""
    if kind in _ON_TABLES or kind == "OBJECT_COLUMN":
        parts = parts[:-1]
    if len(parts) >= 2:
        return parts[-2], parts[-1]
    return "", parts[0] if parts else ""


def dropped(tree: Any) -> Iterator[tuple[str, str]]:
    """Schema and name of each object that a DROP statement names."""
    for item in tree.objects or ():
        yield owner_of(tree.removeType.name, item)


def function_name(call: Any) -> tuple[str, str]:
    """Schema and name of the function that is called."""
    parts = listed(call.funcname)
    return ("".join(parts[:-1]), parts[-1]) if parts else ("", "")


def granted_on(grant: Any) -> str:
    """What GRANT calls the kind of what it is on (ObjectType in src/include/nodes/parsenodes.h)."""
    word = str(grant.objtype.name).removeprefix("OBJECT_").replace("_", " ")
    return {"FDW": "FOREIGN DATA WRAPPER", "LARGEOBJECT": "LARGE OBJECT"}.get(word, word)
