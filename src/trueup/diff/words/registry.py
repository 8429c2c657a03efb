"""Which family has the words for which kind of object."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from pglast.parser import ParseError

from trueup.diff.words.family import Words
from trueup.model.schema import ObjectKey

CHANGED = "definition changed"


def words_for(key: ObjectKey, before: str | None, after: str | None) -> list[str]:
    """The single changes, or the fallback where there are no words for them."""
    words = _table().get(key.kind)
    try:
        said = words(key, before, after) if words else []
    except (ParseError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        # A newer PostgreSQL may write what this parser can't read, or in another shape.
        said = []
    return said or [_fallback(before, after)]


@cache
def _table() -> dict[str, Words]:
    """Found by walking `families`: a new family is one new file. Raises ValueError where two have
    words for one kind."""
    from trueup.diff.words import families

    table: dict[str, Words] = {}
    for module in pkgutil.iter_modules(families.__path__):
        family = importlib.import_module(f"{families.__name__}.{module.name}").WORDS
        twice = sorted(table.keys() & family.keys())
        if twice:
            raise ValueError(f"two families have words for {twice[0]}")
        table |= family
    return table


def _fallback(before: str | None, after: str | None) -> str:
    if before is None:
        return "created"
    return "dropped" if after is None else CHANGED
