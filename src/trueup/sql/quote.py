"""Names and strings as SQL text, and back. Loads nothing heavy: names are shown on every path."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def quote(name: str) -> str:
    """An identifier, always quoted, as pg_dump --quote-all-identifiers writes it. Raises
    ValueError for what no identifier can be."""
    if not name or "\0" in name:
        raise ValueError(f"not an SQL identifier: {name!r}")
    return _doubled(name, '"')


def qualified(schema: str, name: str) -> str:
    """`"schema"."name"`; only the name where the schema is empty."""
    return f"{quote(schema)}.{quote(name)}" if schema else quote(name)


def plain_name(name: str, *, always: bool = False) -> str:
    """An identifier as people write it: quoted only where upper case, blanks and the like ask
    for it, or `always`. Keywords stay bare: this is to be read. Never raises."""
    return name if _PLAIN.fullmatch(name) and not always else _doubled(name, '"')


def unquoted(word: str) -> str:
    """The name that an identifier stands for, with or without its quotes."""
    return word[1:-1].replace('""', '"') if word[:1] == '"' else word


def literal(text: str) -> str:
    """A string literal that reads the same whatever standard_conforming_strings is: for sessions
    whose settings may not be ours. Raises ValueError for text with a NUL character, which
    PostgreSQL can't hold."""
    if "\0" in text:
        raise ValueError("PostgreSQL strings cannot hold NUL")
    quoted = standard_literal(text)
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def standard_literal(text: str) -> str:
    """A string literal as pg_dump writes one, under standard_conforming_strings: for what is
    compared with its texts, or shown."""
    return _doubled(text, "'")


def string_of(word: str) -> str:
    """The text of a string literal, its doubled quotes taken as one; what is none as it is."""
    return word[word.index("'") + 1 : -1].replace("''", "'") if "'" in word else word


def _doubled(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark + mark) + mark
