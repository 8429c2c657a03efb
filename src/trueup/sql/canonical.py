"""One text for what PostgreSQL prints in two ways.

`status IN ('a', 'b')` on a varchar column is stored with a cast around the whole array and printed
as `(ARRAY['a'::character varying, ...])::text[]`. Read again, PostgreSQL pushes such a cast into
the elements (transformTypeCast in src/backend/parser/parse_expr.c) and from then on prints
`ARRAY[('a'::character varying)::text, ...]`. Both are the same expression, and a database that was
loaded from a dump must not differ from the one that was dumped: so DDL is kept in the second form,
the one that stays. Nothing but this cast is touched. PostgreSQL's scanner says what is a string, a
quoted name or a comment, so nothing inside of them is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_OPEN, _CLOSE, _BRACKET, _BRACKET_END = "ASCII_40", "ASCII_41", "ASCII_91", "ASCII_93"
_COMMA, _DOT = "ASCII_44", "ASCII_46"
_COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})


class _Part(NamedTuple):
    """A stretch of tokens, both ends included."""

    first: int
    last: int


class _Cast(NamedTuple):
    """A cast that goes into the elements: where it stands in the text, and what takes its place."""

    start: int
    end: int
    text: str


def canonical(ddl: str) -> str:
    """The DDL with every cast of an array constructor pushed into its elements. A text that
    PostgreSQL's scanner can't read stays as it is."""
    while _may_hold(ddl):
        pushed = _pushed(ddl)
        if pushed == ddl:
            break
        ddl = pushed  # once more for arrays within arrays
    return ddl


def _may_hold(ddl: str) -> bool:
    """Cheap, and never false where there is such a cast: PostgreSQL prints no blanks in it. This
    runs over every object of every dump, and few of them are worth scanning."""
    return "ARRAY[" in ddl and ("])::" in ddl or "]::" in ddl)


def _pushed(ddl: str) -> str:
    from pglast import parser  # heavy, and most schemas do without

    try:
        words = _Words(ddl, parser.scan(ddl))
    except parser.ParseError:
        return ddl
    parts: list[str] = []
    done = 0
    for index, token in enumerate(words.tokens):
        cast = words.cast(index) if token.name == "ARRAY" and token.start >= done else None
        if cast:
            parts += [ddl[done : cast.start], cast.text]
            done = cast.end
    return "".join([*parts, ddl[done:]])


@dataclass(frozen=True, slots=True)
class _Words:
    """A text and its tokens; beyond its ends there are tokens without a name."""

    text: str
    tokens: Sequence[Any]

    def cast(self, array: int) -> _Cast | None:
        """The cast of the array constructor that begins with this token, as it can be pushed."""
        elements = self._elements(array + 1)
        if not elements:
            return None
        closing = elements[-1].last + 1
        bracketed = self._is_bracketed(array, closing)
        type_ = self._array_type(closing + bracketed + 1)
        if type_ is None or not self._may_push(elements, bracketed):
            return None
        name = self._of(_Part(type_.first, type_.last - 2))
        inner = ", ".join(_with_cast(self._of(one), name, bracketed) for one in elements)
        end = self.tokens[type_.last].end + 1
        return _Cast(self.tokens[array - bracketed].start, end, f"ARRAY[{inner}]")

    def _of(self, part: _Part) -> str:
        return self.text[self.tokens[part.first].start : self.tokens[part.last].end + 1]

    def _name(self, index: int) -> str:
        return self.tokens[index].name if 0 <= index < len(self.tokens) else ""

    def _elements(self, opened: int) -> list[_Part]:
        """What stands between the bracket `opened` and its end; nothing where it has no end, is
        empty or holds a comment, which PostgreSQL never prints there."""
        found: list[_Part] = []
        depth, since = 0, opened + 1
        for index in range(opened, len(self.tokens)) if self._name(opened) == _BRACKET else ():
            name = self._name(index)
            depth += (name in (_OPEN, _BRACKET)) - (name in (_CLOSE, _BRACKET_END))
            if depth == 0 or (depth == 1 and name == _COMMA):
                found.append(_Part(since, index - 1))
                since = index + 1
            if name in _COMMENTS:
                return []
            if depth == 0:
                whole = name == _BRACKET_END and all(one.first <= one.last for one in found)
                return found if whole else []
        return []

    def _is_bracketed(self, array: int, closing: int) -> bool:
        """Whether brackets stand around it that are not those of a function's arguments."""
        if (self._name(array - 1), self._name(closing + 1)) != (_OPEN, _CLOSE):
            return False
        if array < 2:
            return True
        before, bracket = self.tokens[array - 2 : array]
        touches = before.end + 1 == bracket.start
        return not (touches and (_is_word(before) or before.name in (_CLOSE, _BRACKET_END)))

    def _may_push(self, elements: Sequence[_Part], bracketed: bool) -> bool:
        """An array of arrays is cast as a whole; and what is printed without brackets must not
        need any."""
        if any(map(self._is_array, elements)):
            return False
        return bracketed or all(map(self._is_simple, elements))

    def _is_array(self, part: _Part) -> bool:
        """An array constructor, or what ends in a cast to an array."""
        if (self._name(part.last - 1), self._name(part.last)) == (_BRACKET, _BRACKET_END):
            return True
        inner = self._elements(part.first + 1) if self._name(part.first) == "ARRAY" else []
        return bool(inner) and inner[-1].last + 1 == part.last

    def _is_simple(self, part: _Part) -> bool:
        """A constant or a name, and casts of it: what needs no brackets around it before a cast,
        where PostgreSQL leaves out all it can."""
        at = part.first + 1 if self._name(part.first) == "SCONST" else self._dotted(part.first)
        while at is not None and at <= part.last:
            at = self._type(at + 1) if self._name(at) == "TYPECAST" else None
        return at == part.last + 1

    def _array_type(self, at: int) -> _Part | None:
        """The type of the cast that begins here, of one dimension, with its brackets."""
        end = self._type(at + 1) if self._name(at) == "TYPECAST" else None
        if end is None or (self._name(end), self._name(end + 1)) != (_BRACKET, _BRACKET_END):
            return None
        return None if self._name(end + 2) == _BRACKET else _Part(at + 1, end + 1)

    def _type(self, at: int) -> int | None:
        """The token after the type that begins here: a name, or the words of one that is built in
        (`character varying`), with its modifier."""
        end = self._dotted(at)
        if end is None:
            end = self._last_word(at)
        if end is not None and self._name(end) == _OPEN:
            while self._name(end) not in (_CLOSE, ""):
                end += 1
            end = self._last_word(end + 1) or end + 1  # timestamp(0) without time zone
        return end

    def _last_word(self, at: int) -> int | None:
        end = at
        while end < len(self.tokens) and _is_word(self.tokens[end]):
            end += 1
        return end if end > at else None

    def _dotted(self, at: int) -> int | None:
        """The token after the quoted name that begins here; None without one."""
        end = at
        while self._is_quoted(end):
            if self._name(end + 1) != _DOT:
                return end + 1
            end += 2
        return None

    def _is_quoted(self, index: int) -> bool:
        return self._name(index) == "IDENT" and self.text[self.tokens[index].start] == '"'


def _is_word(token: Any) -> bool:
    return bool(token.name == "IDENT" or token.kind != "NO_KEYWORD")


def _with_cast(element: str, type_: str, bracketed: bool) -> str:
    return f"({element})::{type_}" if bracketed else f"{element}::{type_}"
