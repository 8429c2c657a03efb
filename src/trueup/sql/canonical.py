"""One text for what PostgreSQL prints in two ways.

`status IN ('a', 'b')` on a varchar column is stored with a cast around the whole array and printed
as `(ARRAY['a'::character varying, ...])::text[]`. Read again, PostgreSQL pushes such a cast into
the elements (transformTypeCast in src/backend/parser/parse_expr.c) and from then on prints
`ARRAY[('a'::character varying)::text, ...]`. Both are the same expression, and a database that was
loaded from a dump must not differ from the one that was dumped: so DDL is kept in the second form,
the one that stays. Nothing but this cast is touched, and nothing in strings or quoted names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Whatever may hold brackets without meaning them, then the brackets. pg_dump doubles quotes in
# strings and never escapes them with a backslash.
_PIECE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$).*?\1|--[^\n]*|ARRAY\[|[\[\](),]""", re.DOTALL
)
_NAME = r'"(?:[^"]|"")*"'
_TYPE = rf"(?:(?:{_NAME}\.)?{_NAME}|[a-z]+(?: [a-z]+)*)(?:\([\d,]+\))?(?: with(?:out)? time zone)?"
_CAST = re.compile(rf"::({_TYPE})\[\](?!\[)")
# What needs no brackets around it before a cast where PostgreSQL leaves out all it can.
_SIMPLE = re.compile(rf"(?:'(?:[^']|'')*'|{_NAME}(?:\.{_NAME})*)(?:::{_TYPE})*")


@dataclass(frozen=True, slots=True)
class _Array:
    """An ARRAY[...] in a text: from `start` to after its bracket, and its elements."""

    start: int
    end: int
    elements: tuple[str, ...]


def canonical(ddl: str) -> str:
    """The DDL with every cast of an array constructor pushed into its elements."""
    if "ARRAY[" not in ddl:
        return ddl
    while (pushed := _pushed(ddl)) != ddl:  # once more for arrays within arrays
        ddl = pushed
    return ddl


def _pushed(ddl: str) -> str:
    parts: list[str] = []
    done = 0
    for array in _arrays(ddl):
        if array.start < done:
            continue
        bracketed = _is_bracketed(ddl, array)
        cast = _CAST.match(ddl, array.end + bracketed)
        if cast and _may_push(array, bracketed):
            inner = ", ".join(_with_cast(one, cast[1], bracketed) for one in array.elements)
            parts += [ddl[done : array.start - bracketed], f"ARRAY[{inner}]"]
            done = cast.end()
    return "".join([*parts, ddl[done:]])


def _is_bracketed(ddl: str, array: _Array) -> bool:
    """Whether brackets stand around it that are not those of a function's arguments."""
    around = ddl[array.start - 1 : array.start] + ddl[array.end : array.end + 1]
    before = ddl[array.start - 2 : array.start - 1]
    return around == "()" and not (before.isalnum() or before in ('"', "_", ")", "]"))


def _may_push(array: _Array, bracketed: bool) -> bool:
    """An array of arrays is cast as a whole; and what is printed without brackets must not need
    any."""
    if not array.elements or any(one.startswith("ARRAY[") for one in array.elements):
        return False
    return bracketed or all(_SIMPLE.fullmatch(one) for one in array.elements)


def _with_cast(element: str, type_: str, bracketed: bool) -> str:
    return f"({element})::{type_}" if bracketed else f"{element}::{type_}"


def _arrays(ddl: str) -> Iterator[_Array]:
    """Every array constructor outside of strings and quoted names."""
    pieces = [(m.start(), m.group()) for m in _PIECE.finditer(ddl) if m.group() in _SIGNS]
    for number, (start, sign) in enumerate(pieces):
        if sign == "ARRAY[":
            array = _read(ddl, start, pieces, number + 1)
            if array:
                yield array


_SIGNS = frozenset(("ARRAY[", "[", "]", "(", ")", ","))


def _read(ddl: str, start: int, pieces: list[tuple[int, str]], first: int) -> _Array | None:
    depth, since = 0, start + len("ARRAY[")
    elements: list[str] = []
    for number in range(first, len(pieces)):
        at, sign = pieces[number]
        if sign in ("ARRAY[", "[", "("):
            depth += 1
        elif depth == 0 and sign in ("]", ","):
            elements.append(ddl[since:at].strip())
            since = at + 1
            if sign == "]":
                return _Array(start, at + 1, tuple(one for one in elements if one))
        elif sign in ("]", ")"):
            depth -= 1
    return None
