"""SQL as people read it: short, on one line, without the quotes it can do without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pglast import parser
from pglast.keywords import COL_NAME_KEYWORDS, RESERVED_KEYWORDS

from trueup.sql.quote import plain_name, unquoted

LIMIT = 80
_KEPT = 24  # characters shown before the place where two long values part


def plain(sql: str) -> str:
    """SQL on one line: quotes only around names that need them, no doubled brackets.

    For reading only: what it returns is never run or compared.
    Raises pglast.parser.ParseError when PostgreSQL's lexer can't read it.
    """
    tokens = tuple(parser.scan(sql))
    doubled = _doubled_brackets(sql, tokens)
    shown, end = "", 0
    for index, token in enumerate(tokens):
        gap = " " if shown and token.start > end else ""
        end = token.end + 1
        if index not in doubled:
            shown += gap + _bare(sql[token.start : end])
    return _bare_names(shown)


def _bare_names(sql: str) -> str:
    """`'"public"."t_id_seq"'::regclass` without the inner quotes, where they are not needed."""
    tokens = tuple(parser.scan(sql)) if "'::regclass" in sql else ()
    for at in range(len(tokens) - 3, -1, -1):
        string, cast, kind = tokens[at : at + 3]
        is_name = sql[kind.start : kind.end + 1] == "regclass" and cast.name == "TYPECAST"
        if is_name and string.name == "SCONST":
            inner = sql[string.start + 1 : string.end]
            sql = f"{sql[: string.start]}'{plain(inner)}'{sql[string.end + 1 :]}"
    return sql


def _bare(word: str) -> str:
    if not (word.startswith('"') and word.endswith('"')):
        return word
    name = unquoted(word)
    keyword = name in RESERVED_KEYWORDS or name in COL_NAME_KEYWORDS
    return word if keyword else plain_name(name)


def _doubled_brackets(sql: str, tokens: Sequence[Any]) -> set[int]:
    """The inner brackets of `((…))`. Those with a comma on their own level make a row and stay."""
    pairs, commas = {}, set()
    opened: list[int] = []
    for index, token in enumerate(tokens):
        sign = sql[token.start]
        if sign == "(":
            opened.append(index)
        elif sign == ")" and opened:
            pairs[opened.pop()] = index
        elif sign == "," and opened:
            commas.add(opened[-1])
    inner = {a: b for a, b in pairs.items() if pairs.get(a - 1) == b + 1 and a not in commas}
    return {*inner, *inner.values()}


def short(text: str, limit: int = LIMIT) -> str:
    """Text on one line and cut to a readable length."""
    line = text.replace("\\", "\\\\") if "\n" in text else text
    line = line.replace("\n", "\\n").replace("\r", "\\r").replace("\t", " ")
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def short_pair(old: str, new: str, limit: int = LIMIT) -> tuple[str, str]:
    """Two different texts, shortened so that the first difference is still to be seen."""
    if max(len(old), len(new)) <= limit:
        return short(old, limit), short(new, limit)
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
    start = (min(len(old), len(new)) if same is None else same) - _KEPT
    if start <= 1:
        return short(old, limit), short(new, limit)
    return f"…{short(old[start:], limit - 1)}", f"…{short(new[start:], limit - 1)}"


def changed_line(old: str, new: str) -> str:
    """`: old line -> new line` where two texts differ in one line only, else nothing."""
    before = [line.strip() for line in old.strip().split("\n")]
    after_ = [line.strip() for line in new.strip().split("\n")]
    if before == after_:
        return " in white space only"
    head = _common(before, after_)
    tail = _common(before[head:][::-1], after_[head:][::-1])
    before, after_ = before[head : len(before) - tail], after_[head : len(after_) - tail]
    if len(before) > 1 or len(after_) > 1:
        return ""
    if before and after_:
        return ": {} -> {}".format(*short_pair(_bare_line(before[0]), _bare_line(after_[0])))
    line = _bare_line((before or after_)[0])
    return f": {short(line)} {'added' if after_ else 'dropped'}" if line else ""


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same from the start."""
    pairs = zip(old, new, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))


def _bare_line(line: str) -> str:
    """A line may end inside a string or a comment, which the lexer refuses."""
    try:
        return plain(line)
    except parser.ParseError:
        return line
