"""Cutting one statement at its keywords, and a list at its commas, as PostgreSQL's scanner sees
them. For what pg_dump writes: every identifier is quoted there, so a bare word is a keyword."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import parser


def clauses(statement: str, *words: str) -> dict[str, str]:
    """What stands after each of these keywords up to the next of them, outside brackets.

    pg_dump quotes every identifier, so a bare word is a keyword. Where a word comes twice, the
    first place counts, and what follows the second is left out.
    """
    found: dict[str, str] = {}
    open_word, since = "", 0
    for word, start, end in (*_outer_words(statement), ("", len(statement), len(statement))):
        if word in words or not word:
            if open_word:
                found.setdefault(open_word, statement[since:start].strip())
            open_word, since = word, end
    return found


def after(statement: str, word: str) -> str:
    """Everything after the first place of a keyword outside brackets; "" where it isn't."""
    for found, _, end in _outer_words(statement):
        if found == word:
            return statement[end:].strip()
    return ""


def until(statement: str, word: str) -> str:
    """Everything before the first place of a keyword outside brackets; all where it isn't."""
    for found, start, _ in _outer_words(statement):
        if found == word:
            return statement[:start].strip()
    return statement


def _outer_words(statement: str) -> Iterator[tuple[str, int, int]]:
    depth = 0
    for token in parser.scan(statement):
        word = statement[token.start : token.end + 1]
        depth += (word in "([") - (word in ")]")
        if depth == 0 and token.kind != "NO_KEYWORD":
            yield word.upper(), token.start, token.end + 1


def elements(bracketed: str) -> list[str]:
    """The elements of a bracketed, or bare, list with commas, each as written."""
    inner = bracketed.strip()
    offset = 1 if inner.startswith("(") and inner.endswith(")") else 0
    body = inner[offset : len(inner) - offset]
    found, depth, since = [], 0, 0
    for token in parser.scan(body):
        word = body[token.start : token.end + 1]
        depth += (word in "([") - (word in ")]")
        if depth == 0 and word == ",":
            found.append(body[since : token.start].strip())
            since = token.end + 1
    last = body[since:].strip()
    return [*found, last] if last else found
