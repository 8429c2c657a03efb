"""Taking SQL apart into what will be executed: its statements, and those inside its DO blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pglast
from pglast import ast, parser

from trueup.sql.lexer import skip_blank

# PL/pgSQL statements whose text is SQL that runs as it stands.
_RUNS_SQL: Final = {
    "PLpgSQL_stmt_execsql": "sqlstmt",
    "PLpgSQL_stmt_perform": "expr",
    "PLpgSQL_stmt_call": "expr",
    "PLpgSQL_stmt_fors": "query",
    "PLpgSQL_stmt_return_query": "query",
    "PLpgSQL_stmt_open": "query",
}
# Those whose SQL is put together when they run.
_RUNS_TEXT: Final = {
    "PLpgSQL_stmt_dynexecute": "query",
    "PLpgSQL_stmt_dynfors": "query",
    "PLpgSQL_stmt_dynquery": "dynquery",
}
_ENDS: Final = {"PLpgSQL_stmt_commit": "COMMIT", "PLpgSQL_stmt_rollback": "ROLLBACK"}
_DEEPEST: Final = 5


@dataclass(frozen=True)
class Piece:
    """One statement that will run: its parse tree, None for code that can't be read, where the
    outermost statement starts (an offset in characters), and whether it is inside a DO block.
    `unread` says what can't be read, `ends` the word that ends the transaction there."""

    tree: Any
    offset: int
    inside: bool = False
    unread: str = ""
    ends: str = ""

    @property
    def kind(self) -> str:
        """The name of the parse tree's node, such as "DropStmt"; "" where there is none."""
        return type(self.tree).__name__ if self.tree is not None else ""


def pieces(sql: str) -> list[Piece]:
    """Everything that the text executes, in order. Raises pglast.parser.ParseError."""
    found: list[Piece] = []
    for raw in _parsed(sql):
        text = sql[raw.stmt_location : raw.stmt_location + raw.stmt_len if raw.stmt_len else None]
        offset = skip_blank(sql, raw.stmt_location)
        found.append(Piece(raw.stmt, offset))
        if isinstance(raw.stmt, ast.DoStmt):
            found += _in_block(raw.stmt, text, offset)
    return found


def _parsed(sql: str) -> Any:
    return pglast.parse_sql(sql)


def _in_block(tree: ast.DoStmt, text: str, offset: int, depth: int = 0) -> Iterator[Piece]:
    options = {option.defname: option.arg for option in tree.args or ()}
    language = getattr(options.get("language"), "sval", "plpgsql")
    if language != "plpgsql":
        yield Piece(None, offset, inside=True, unread=f"a block in {language}")
        return
    try:
        block = pglast.parse_plpgsql(text)
    except (parser.ParseError, ValueError):
        yield Piece(None, offset, inside=True, unread="a DO block that can't be read")
        return
    for name, node in _nodes(block):
        yield from _of_node(name, node, offset, depth)


def _of_node(name: str, node: Mapping[str, Any], offset: int, depth: int) -> Iterator[Piece]:
    if name in _ENDS:
        yield Piece(None, offset, inside=True, ends=_ENDS[name])
    elif name in _RUNS_SQL:
        query = _query(node.get(_RUNS_SQL[name]))
        if query:
            yield from _of_sql(query, offset, depth)
    elif name in _RUNS_TEXT:
        yield from _of_text(_query(node.get(_RUNS_TEXT[name])), offset, depth)


def _of_sql(query: str, offset: int, depth: int) -> Iterator[Piece]:
    try:
        statements = _parsed(query)
    except parser.ParseError:
        yield Piece(None, offset, inside=True, unread="a statement that can't be read")
        return
    for raw in statements:
        yield Piece(raw.stmt, offset, inside=True)
        if isinstance(raw.stmt, ast.DoStmt) and depth < _DEEPEST:
            yield from _in_block(raw.stmt, query, offset, depth + 1)


def _of_text(expression: str, offset: int, depth: int) -> Iterator[Piece]:
    """EXECUTE of a constant is read like any statement; of anything else nothing is known."""
    text = _constant(expression)
    if text is None or depth >= _DEEPEST:
        yield Piece(None, offset, inside=True, unread="SQL that is put together when it runs")
        return
    yield from _of_sql(text, offset, depth + 1)


def _constant(expression: str) -> str | None:
    try:
        (raw,) = _parsed(f"SELECT {expression}")
    except (parser.ParseError, ValueError):
        return None
    values: list[Any] = [target.val for target in raw.stmt.targetList or ()]
    value = values[0] if len(values) == 1 else None
    if isinstance(value, ast.A_Const) and isinstance(value.val, ast.String):
        return str(value.val.sval)
    return None


def _query(expression: Any) -> str:
    return str(expression.get("PLpgSQL_expr", {}).get("query", "")) if expression else ""


def _nodes(tree: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every named node of a PL/pgSQL tree, outer before inner."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            if isinstance(value, Mapping):
                yield name, value
            yield from _nodes(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from _nodes(item)


def inner(tree: Any) -> Iterator[Any]:
    """A parse tree's nodes, itself first, however deep."""
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, ast.Node):
            yield value
            waiting += reversed([getattr(value, name) for name in value])
        elif isinstance(value, tuple | list):
            waiting += reversed(value)
