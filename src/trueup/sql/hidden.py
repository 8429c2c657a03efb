"""Where SQL hides in a file: statements, the statements of DO blocks, and texts they EXECUTE.

Each is a `Source`: SQL as the parser shall see it, and the place in the file of each character.
What EXECUTE runs is often put together: constants joined with ||, or a format() template. There the
parts that are not known stand in the SQL as placeholders, which have no place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trueup.sql.names import listed
from trueup.sql.tree import expression, kind_of, plpgsql_nodes, text_of

_NOWHERE = -1
# An identifier to PostgreSQL's lexer, which takes any character beyond ASCII for a letter.
PLACEHOLDER = "…"
# https://www.postgresql.org/docs/current/functions-string.html#FUNCTIONS-STRING-FORMAT
_SPECIFIER = re.compile(r"%(?:\d+\$)?-?\d*[sIL]")


@dataclass(frozen=True, slots=True)
class Source:
    """`places[n]` is where character n of `sql` is in the file, -1 for none. `verb` is what calls
    a function here: SELECT, or PERFORM in PL/pgSQL."""

    sql: str
    places: Sequence[int]
    verb: str = "SELECT"

    @classmethod
    def at(cls, sql: str, start: int, verb: str = "SELECT") -> Source:
        """SQL that stands in the file as it is."""
        return cls(sql, range(start, start + len(sql)), verb)

    def part(self, start: int, stop: int) -> slice | None:
        """Where a stretch of the SQL is in the file; None where it is not there in one piece."""
        places = self.places[start:stop]
        first = places[0] if places else _NOWHERE
        whole = first != _NOWHERE and all(p == first + n for n, p in enumerate(places))
        return slice(first, first + len(places)) if whole else None

    def tokens(self) -> Sequence[Any]:
        """The tokens of the SQL, without comments."""
        from pglast import parser

        return [token for token in parser.scan(self.sql) if "COMMENT" not in token.name]


def within_do(do: Source, body: str) -> Iterator[Source]:
    """The SQL inside a DO block, each occurrence once. `body` is the block's own text; nothing is
    found in one that is written with escapes."""
    begin = do.sql.find(body)
    if begin < 0:
        return
    for kind, text in dict.fromkeys(_texts(do.sql)):
        at = do.sql.find(text, begin)
        while at >= 0:
            start = do.places[at]
            source = Source.at(text, start, "PERFORM") if kind == _STATEMENT else None
            yield source or put_together(text, start)
            at = do.sql.find(text, at + len(text))


_STATEMENT, _EXPRESSION = "PLpgSQL_stmt_execsql", "PLpgSQL_expr"


def _texts(do: str) -> Iterator[tuple[str, str]]:
    """Each statement and each expression of the block; an assignment's is what follows :=."""
    from pglast import parser

    try:
        found = list(plpgsql_nodes(do, whole=(_STATEMENT, _EXPRESSION)))
    except (parser.ParseError, ValueError):
        return
    for kind, node in found:
        if kind == _STATEMENT:
            yield kind, node["sqlstmt"]["PLpgSQL_expr"]["query"]
        elif kind == _EXPRESSION:
            yield kind, node["query"].partition(":=")[2] or node["query"]


def put_together(written: str, start: int) -> Source:
    """The SQL that a string expression, which stands at `start` in the file, would give."""
    tree = expression(written)
    if tree is None:
        return Source("", ())
    sql, places = "", list[int]()
    constants = iter(_constants(written))
    for text in _pieces(tree):
        at = _NOWHERE if text is None else _place(text, constants)
        shown = PLACEHOLDER if text is None else _SPECIFIER.sub(_same_length, text)
        sql += shown
        places += range(start + at, start + at + len(shown)) if at >= 0 else [at] * len(shown)
    return Source(sql, places)


def _same_length(specifier: re.Match[str]) -> str:
    return PLACEHOLDER * len(specifier[0])


def _pieces(node: Any) -> Iterator[str | None]:
    """The constants that are joined, in order; None for what is not a constant."""
    kind = kind_of(node)
    if kind == "A_Expr" and listed(node.name) == ("||",):
        yield from _pieces(node.lexpr)
        yield from _pieces(node.rexpr)
    elif kind == "FuncCall" and listed(node.funcname)[-1] == "format" and node.args:
        yield from _pieces(node.args[0])
    else:
        yield text_of(node)


def _constants(written: str) -> Iterator[tuple[int, str]]:
    """Where each string constant of an expression begins, and how it is written."""
    from pglast import parser

    for token in parser.scan(written):
        if token.name == "SCONST":
            yield token.start, written[token.start : token.end + 1]


def _place(text: str, constants: Iterator[tuple[int, str]]) -> int:
    """Where a constant's text stands; nowhere if it is written with escapes."""
    for start, written in constants:
        inside = written.find(text, 1)
        if inside > 0 and written[:inside].rstrip("'") == written[inside + len(text) :].lstrip("'"):
            return start + inside
    return _NOWHERE
