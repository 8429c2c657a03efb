"""Text that PostgreSQL deparsed, put so that parsing it gives the same tree again.

One construct does not survive the round trip: `varchar_column IN ('a', 'b')` is kept as a cast of
a whole array and shown as `ANY ((ARRAY['a'::varchar, …])::text[])`, but parsing that text casts
each element instead (transformArrayExpr in parse_expr.c), which is another tree and shown
differently. Without the cast PostgreSQL supplies it itself, as it did the first time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pglast import parser

_ANY = frozenset({"ANY", "ALL", "SOME"})
_OPEN, _CLOSE, _BRACKET, _BRACKET_END = "ASCII_40", "ASCII_41", "ASCII_91", "ASCII_93"


def as_written(sql: str) -> str:
    """The text with the casts left out that PostgreSQL would supply by itself."""
    if "ARRAY[" not in sql:
        return sql
    tokens = parser.scan(sql)
    cuts: list[tuple[int, int]] = []
    for index, token in enumerate(tokens):
        if token.name in _ANY:
            cuts += _cast_after(tokens, index + 1)
    for start, end in reversed(cuts):
        sql = sql[:start] + sql[end:]
    return sql


def _cast_after(tokens: Sequence[Any], index: int) -> list[tuple[int, int]]:
    """Where the cast of `ANY (ARRAY[…]::type[])` stands, the array possibly in brackets."""
    names = [token.name for token in tokens[index : index + 3]]
    inner = names[:2] == [_OPEN, _OPEN]
    array = index + (2 if inner else 1)
    if names[:1] != [_OPEN] or array + 2 >= len(tokens) or tokens[array].name != "ARRAY":
        return []
    end = _matching(tokens, array + 1)
    if end is None or end == array + 2:
        return []
    cast = end + (2 if inner else 1)
    if inner and (end + 1 >= len(tokens) or tokens[end + 1].name != _CLOSE):
        return []
    if cast >= len(tokens) or tokens[cast].name != "TYPECAST":
        return []
    last = cast + 1
    while last < len(tokens) and tokens[last].name not in (_CLOSE, _OPEN, "ASCII_44"):
        last += 1
    closed = last < len(tokens) and tokens[last].name == _CLOSE
    is_array = tokens[last - 1].name == _BRACKET_END
    return [(tokens[cast].start, tokens[last - 1].end + 1)] if closed and is_array else []


def _matching(tokens: Sequence[Any], opened: int) -> int | None:
    """The bracket that closes the one at `opened`."""
    depth = 0
    for index in range(opened, len(tokens)):
        depth += (tokens[index].name == _BRACKET) - (tokens[index].name == _BRACKET_END)
        if depth == 0:
            return index
    return None
