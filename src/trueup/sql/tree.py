"""PostgreSQL's parse trees: making them, walking them, reading what stands in them.

pglast is imported when first needed: most files never need it, and it takes longer to load than
to run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

_SELECT = "SELECT "


def trees(sql: str) -> tuple[Any, ...]:
    """The parse tree of each statement. Raises pglast.parser.ParseError."""
    from pglast import parser

    return tuple(raw.stmt for raw in parser.parse_sql(sql))


def first(sql: str) -> Any:
    """The parse tree of the first statement, which in an archive entry is what makes the object.
    Raises LookupError without one, pglast.parser.ParseError."""
    return trees(sql)[0]


def parse_one(sql: str) -> Any:
    """The parse tree of a single statement, None where this parser does not understand it."""
    from pglast import parser

    try:
        found = trees(sql)
    except (parser.ParseError, ValueError):
        return None
    return found[0] if len(found) == 1 else None


def expression(sql: str) -> Any:
    """The parse tree of one expression, None where the text is none. Its offsets count from a
    SELECT before it."""
    tree = parse_one(_SELECT + sql)
    targets: Any = tree.targetList or () if kind_of(tree) == "SelectStmt" else ()
    return targets[0].val if len(targets) == 1 else None


def kind_of(tree: Any) -> str:
    """The name of a parse tree's node, such as "CopyStmt"."""
    return type(tree).__name__


def is_a(node: Any, kind: type) -> bool:
    """isinstance without narrowing: pglast types every field of a node as optional."""
    return isinstance(node, kind)


def nodes(tree: Any) -> Iterator[Any]:
    """A parse tree's nodes, itself first, however deep, parents before children."""
    from pglast import ast

    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, ast.Node):
            yield value
            waiting += reversed([getattr(value, name) for name in value])
        elif isinstance(value, tuple | list):
            waiting += reversed(value)


def constant(node: Any) -> str:
    """The value of a constant, bare: text without its quotes, numbers, true and false."""
    value = getattr(node, "val", node)
    for field in ("sval", "ival", "fval", "boolval", "bsval"):
        found = getattr(value, field, None)
        if found is not None:
            return str(found).lower() if field == "boolval" else str(found)
    return ""


def text_of(node: Any) -> str | None:
    """The text of a string constant, None for any other node."""
    value: Any = node.val if kind_of(node) == "A_Const" else None
    return str(value.sval) if kind_of(value) == "String" else None


def plpgsql_nodes(
    block: str, whole: Collection[str] = ()
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every named node of the PL/pgSQL in a DO or CREATE FUNCTION statement, outer before inner;
    those named in `whole` are not entered. Raises ValueError, or pglast.parser.ParseError, for
    code that can't be read."""
    from pglast import parser

    yield from _named(json.loads(parser.parse_plpgsql_json(block)), whole)


def _named(tree: Any, whole: Collection[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(tree, list):
        for item in tree:
            yield from _named(item, whole)
    elif isinstance(tree, Mapping):
        for name, value in tree.items():
            if isinstance(value, Mapping):
                yield name, value
            if name not in whole:
                yield from _named(value, whole)
