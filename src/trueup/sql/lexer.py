"""The few tokens of a psql script that say where statements and meta-commands begin and end.

The rules are those of psql's scanner (PostgreSQL: src/fe_utils/psqlscan.l, and psqlscanslash.l for
what follows a backslash) with standard_conforming_strings on. It knows no SQL: pglast does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class TokenKind(StrEnum):
    """What a token is. Strings, quoted names, comments, numbers and operators are not tokens."""

    WORD = "word"
    SEMICOLON = "semicolon"
    OPEN = "open"
    CLOSE = "close"
    BACKSLASH = "backslash"
    VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; the name of a variable is its text without colon and quotes."""

    kind: TokenKind
    start: int
    end: int
    text: str


# Character sets by what they leave out: psqlscan.l counts everything beyond ASCII as a letter, and
# Python compiles a range that large slowly.
_LETTER = r"[^\x00-@\[-^`{-\x7f]"
_LETTER_DIGIT = r"[^\x00-/:-@\[-^`{-\x7f]"
_LETTER_DIGIT_DOLLAR = r"[^\x00-\#%-/:-@\[-^`{-\x7f]"
_TOKEN = re.compile(
    rf"""
      --[^\n\r]*
    | (?P<comment> /\* )
    | [eE] (?P<escaped> ' )
    | ' [^']* (?:'|\Z)
    | " [^"]* (?:"|\Z)
    | (?P<word> {_LETTER} {_LETTER_DIGIT_DOLLAR}* )
    | (?P<dollar> \$ (?: {_LETTER} {_LETTER_DIGIT}* )? \$ )
    | \$ [0-9]+
    | [0-9] [0-9A-Za-z_.]*
    | (?P<open> \( )
    | (?P<close> \) )
    | (?P<semicolon> ; )
    | \\ [;:]
    | (?P<backslash> \\ )
    | :: | :=
    | : (?P<quote> ['"] ) (?P<quoted> {_LETTER_DIGIT}+ ) (?P=quote)
    | : \{{\? (?P<tested> {_LETTER_DIGIT}+ ) \}}
    | : (?P<variable> {_LETTER_DIGIT}+ )
    """,
    re.VERBOSE,
)
# Groups that begin what is no token.
_OPENING = frozenset(("comment", "escaped", "dollar"))
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_ESCAPED_REST = re.compile(r"(?:[^'\\]++|\\.|'')*+'", re.DOTALL)
# An escape string goes on in the next line's quotes, `--` comments in between (quotecontinue).
_CONTINUED = re.compile(r"(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]++|--[^\n\r]*[\n\r])*'")
_BLANK = re.compile(r"(?:[ \t\n\r\f\v;]++|--[^\n\r]*)*")


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The tokens from offset `start` on, which must not lie inside a string or a comment."""
    at = start
    while match := _TOKEN.search(text, at):
        end = _end_of(text, match)
        at = len(text) if end is None else end
        group = match.lastgroup
        if group in ("quoted", "tested", "quote"):
            name = match["quoted"] or match["tested"]
            yield Token(TokenKind.VARIABLE, match.start(), at, name)
        elif group is not None and group not in _OPENING:
            yield Token(TokenKind(group), match.start(), at, match[group])


def skip_blank(text: str, offset: int) -> int:
    """The first offset from `offset` on that is not white space, a semicolon or a comment. A
    comment that nothing closes is none: PostgreSQL refuses it."""
    while True:
        offset = _BLANK.match(text, offset).end()  # type: ignore[union-attr] # matches ""
        end = _comment_end(text, offset + 2) if text.startswith("/*", offset) else None
        if end is None:
            return offset
        offset = end


def line_comments(text: str) -> Iterator[slice]:
    """Where the comments are that go from two dashes to the end of the line."""
    at: int | None = 0
    while at is not None and (match := _TOKEN.search(text, at)):
        if match[0].startswith("--"):
            yield slice(*match.span())
        at = _end_of(text, match)


def never_closed(text: str) -> int | None:
    """The offset of the string, quoted name or comment that is still open at the end."""
    at = 0
    while match := _TOKEN.search(text, at):
        end = _end_of(text, match)
        if end is None:
            return match.start()
        at = end
    return None


def _end_of(text: str, match: re.Match[str]) -> int | None:
    """The offset after what a match begins, None where it is never closed."""
    end, group = match.end(), match.lastgroup
    if group == "comment":
        return _comment_end(text, end)
    if group == "escaped":
        return _escaped_end(text, end)
    if group == "dollar":
        return _after(text, match[group], end)
    if match[0][0] in "'\"":
        return end if len(match[0]) > 1 and match[0][-1] == match[0][0] else None
    return end


def _after(text: str, needle: str, start: int) -> int | None:
    found = text.find(needle, start)
    return None if found < 0 else found + len(needle)


def _comment_end(text: str, start: int) -> int | None:
    depth, at = 1, start
    while depth:
        edge = _COMMENT_EDGE.search(text, at)
        if edge is None:
            return None
        depth += 1 if edge[0] == "/*" else -1
        at = edge.end()
    return at


def _escaped_end(text: str, start: int) -> int | None:
    at: int | None = start
    while at is not None:
        rest = _ESCAPED_REST.match(text, at)
        if rest is None:
            return None
        start = rest.end()
        more = _CONTINUED.match(text, start)
        at = more.end() if more else None
    return start


@dataclass(slots=True)
class StatementEnd:
    """Which semicolon ends a statement: one outside of parentheses and of BEGIN ATOMIC bodies."""

    _parens: int = 0
    _begins: int = 0
    _words: list[str] = field(default_factory=list)

    def reached(self, token: Token) -> bool:
        """Whether this token ends the statement; tokens must come in order."""
        if token.kind is TokenKind.OPEN:
            self._parens += 1
        elif token.kind is TokenKind.CLOSE:
            self._parens = max(0, self._parens - 1)
        elif token.kind is TokenKind.WORD:
            self._word(token.text.lower())
        elif token.kind is TokenKind.SEMICOLON and not self._parens and not self._begins:
            self._words.clear()
            return True
        return False

    def _word(self, word: str) -> None:
        if len(self._words) < 4:
            self._words.append(word)
        if self._parens or not self._makes_routine():
            return
        if word == "begin" or (word == "case" and self._begins):
            self._begins += 1
        elif word == "end" and self._begins:
            self._begins -= 1

    def _makes_routine(self) -> bool:
        words = self._words
        if words[:1] != ["create"]:
            return False
        kind = words[3:4] if words[1:3] == ["or", "replace"] else words[1:2]
        return kind in (["function"], ["procedure"])


def split_statements(sql: str) -> list[slice]:
    """Where psql would see statements, each from its first word to before its semicolon."""
    found = []
    start = skip_blank(sql, 0)
    end = StatementEnd()
    for token in tokens(sql):
        if end.reached(token) and token.start >= start:
            found.append(slice(start, token.start))
            start = skip_blank(sql, token.end)
    return [*found, slice(start, len(sql))] if start < len(sql) else found
