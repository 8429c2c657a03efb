"""Names and strings as SQL text."""

from __future__ import annotations


def ident(name: str) -> str:
    """An identifier, always quoted. Raises ValueError for what no identifier can be."""
    if not name or "\0" in name:
        raise ValueError(f"not an SQL identifier: {name!r}")
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """`"schema"."name"`; only the name where the schema is empty."""
    return f"{ident(schema)}.{ident(name)}" if schema else ident(name)


def literal(text: str) -> str:
    """A string literal that reads the same whatever standard_conforming_strings is.

    Raises ValueError for text with a NUL character, which PostgreSQL can't hold.
    """
    if "\0" in text:
        raise ValueError("PostgreSQL strings cannot hold NUL")
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted
