"""Taking SQL apart into what will be executed: its statements, and those inside its DO blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pglast import ast, parser

from trueup.sql.lexer import skip_blank
from trueup.sql.statements import located
from trueup.sql.tree import expression, plpgsql_nodes, text_of, trees

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
    for tree, part in located(sql):
        offset = skip_blank(sql, part.start)
        found.append(Piece(tree, offset))
        if isinstance(tree, ast.DoStmt):
            found += _in_block(tree, sql[part], offset)
    return found


def _in_block(tree: ast.DoStmt, text: str, offset: int, depth: int = 0) -> Iterator[Piece]:
    options = {option.defname: option.arg for option in tree.args or ()}
    language = getattr(options.get("language"), "sval", "plpgsql")
    if language != "plpgsql":
        yield Piece(None, offset, inside=True, unread=f"a block in {language}")
        return
    try:
        block = list(plpgsql_nodes(text))
    except (parser.ParseError, ValueError):
        yield Piece(None, offset, inside=True, unread="a DO block that can't be read")
        return
    for name, node in block:
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
        statements = trees(query)
    except parser.ParseError:
        yield Piece(None, offset, inside=True, unread="a statement that can't be read")
        return
    for tree in statements:
        yield Piece(tree, offset, inside=True)
        if isinstance(tree, ast.DoStmt) and depth < _DEEPEST:
            yield from _in_block(tree, query, offset, depth + 1)


def _of_text(query: str, offset: int, depth: int) -> Iterator[Piece]:
    """EXECUTE of a constant is read like any statement; of anything else nothing is known."""
    text = text_of(expression(query))
    if text is None or depth >= _DEEPEST:
        yield Piece(None, offset, inside=True, unread="SQL that is put together when it runs")
        return
    yield from _of_sql(text, offset, depth + 1)


def _query(expression: Any) -> str:
    return str(expression.get("PLpgSQL_expr", {}).get("query", "")) if expression else ""
