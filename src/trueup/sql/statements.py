"""A text as its statements: where each is, its parse tree and its own text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trueup.sql.lexer import skip_blank, split_statements


def located(sql: str) -> Iterator[tuple[Any, slice]]:
    """Each statement's parse tree and where it is, comments before it included, without the
    semicolon. Offsets in the tree count from the start of `sql`, not of the statement. Raises
    pglast.parser.ParseError."""
    from pglast import parser

    raw: Any
    for raw in parser.parse_sql(sql):
        end = raw.stmt_location + raw.stmt_len if raw.stmt_len else len(sql)
        yield raw.stmt, slice(raw.stmt_location, end)


def statements(sql: str) -> Iterator[tuple[Any, str]]:
    """Each statement's parse tree and text, offsets as in `located`. Raises
    pglast.parser.ParseError."""
    return ((tree, sql[part].strip()) for tree, part in located(sql))


def split(sql: str) -> tuple[str, ...]:
    """The text of each statement, without semicolons. Raises pglast.parser.ParseError."""
    if not sql.strip():
        return ()
    from pglast import parser

    return tuple(sql[part].strip() for part in parser.split(sql, only_slices=True))


def statement_slices(sql: str) -> tuple[slice, ...]:
    """Where each statement is in the text, comments around it and semicolons left out. The parser's
    grammar is that of one PostgreSQL version; what only another understands is split by the rules
    of psql."""
    from pglast import parser

    try:
        found: Sequence[slice] = parser.split(sql, only_slices=True)
    except parser.ParseError:
        found = split_statements(sql)
    return tuple(slice(skip_blank(sql, part.start), part.stop) for part in found)
