"""Reading parse trees: names, types, and the statements that pg_dump appends to an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trueup.sql.quote import plain_name
from trueup.sql.slices import Sliced
from trueup.sql.statements import statements


@dataclass(frozen=True)
class Entry:
    """The DDL of one object: its statements as parse tree and text, and the whole text, lexed.

    Offsets in the trees count from the start of the whole.
    """

    trees: Sequence[tuple[Any, str]]
    sliced: Sliced

    @classmethod
    def of(cls, ddl: str) -> Entry:
        """The entry, parsed. Raises pglast.parser.ParseError."""
        return cls(tuple(statements(ddl)), Sliced.of(ddl))

    def first(self, *kinds: type) -> tuple[Any, str]:
        """The first statement of one of these kinds. Raises LookupError without one."""
        for tree, text in self.trees:
            if isinstance(tree, kinds):
                return tree, text
        raise LookupError(f"none of {kinds}")

    def all(self, kind: type) -> list[tuple[Any, str]]:
        """Every statement of a kind."""
        return [(tree, text) for tree, text in self.trees if isinstance(tree, kind)]


def dotted(names: Any) -> str:
    """A name from the String nodes of a qualified one."""
    return ".".join(plain_name(part.sval) for part in names or ())


def relation(node: Any) -> str:
    """The name of a RangeVar."""
    if node is None:
        return ""
    schema = f"{plain_name(node.schemaname)}." if node.schemaname else ""
    return schema + plain_name(node.relname)


def roles(nodes: Any) -> list[str]:
    """Role names; PUBLIC, CURRENT_USER and the like by their keyword."""
    return [_role(node) for node in nodes or ()]


def _role(node: Any) -> str:
    if node.rolename:
        return plain_name(node.rolename)
    return str(node.roletype.name).removeprefix("ROLESPEC_")
