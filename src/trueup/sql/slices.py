"""Cutting SQL text along the places PostgreSQL's own parser and lexer report.

pglast gives the offset at which each part of a statement starts, never where it ends; the lexer's
tokens supply the ends. Offsets count characters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pglast import parser

_OPENING = frozenset({"ASCII_40", "ASCII_91"})
_CLOSING = frozenset({"ASCII_41", "ASCII_93"})
_COMMA, _SEMICOLON = "ASCII_44", "ASCII_59"


@dataclass(frozen=True)
class Sliced:
    """SQL text with its tokens.

    Raises pglast.parser.ParseError when PostgreSQL's lexer can't read the text.
    """

    text: str
    tokens: Sequence[Any] = field(default=(), repr=False)

    @classmethod
    def of(cls, text: str) -> Sliced:
        """The text, lexed."""
        return cls(text, tuple(parser.scan(text)))

    def element_end(self, start: int) -> int:
        """Where the list element, clause or statement that starts at `start` ends: before the
        next comma, closing bracket or semicolon on its own level."""
        index = bisect_left(self.tokens, start, key=lambda token: token.start)
        depth, end = 0, start
        for token in self.tokens[index:]:
            if depth == 0 and token.name in {_COMMA, _SEMICOLON, *_CLOSING}:
                return end
            depth += (token.name in _OPENING) - (token.name in _CLOSING)
            end = token.end + 1
        return end

    def element(self, start: int) -> str:
        """The text of the list element that starts at `start`."""
        return self.text[start : self.element_end(start)]

    def parts(self, starts: Sequence[int]) -> dict[int, str]:
        """The text of each part of one list element, given where every part starts."""
        ordered = sorted(starts)
        ends = [*ordered[1:], self.element_end(ordered[-1])]
        return {a: self.text[a:b].rstrip() for a, b in zip(ordered, ends, strict=True)}

    def parenthesised(self, start: int) -> str:
        """The first bracketed text at or after `start`, brackets included; "" without one."""
        index = bisect_left(self.tokens, start, key=lambda token: token.start)
        depth, opened = 0, -1
        for token in self.tokens[index:]:
            if token.name in _OPENING:
                opened = token.start if opened < 0 else opened
                depth += 1
            elif token.name in _CLOSING:
                depth -= 1
                if depth == 0:
                    return self.text[opened : token.end + 1]
            elif depth == 0 and token.name == _SEMICOLON:
                break
        return ""
