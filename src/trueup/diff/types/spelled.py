"""A type as pg_dump spells it, taken apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from pglast import parser

from trueup.sql.quote import unquoted


@dataclass(frozen=True, slots=True)
class Type:
    """`base`: the name, without quotes where it is built in; `modifier` with its brackets;
    `dimensions`: the number of []; `text`: as it was spelled, without a collation."""

    text: str
    base: str
    modifier: str
    dimensions: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """The modifier's numbers; none where it has other words, or is not there."""
        parts = self.modifier.strip("()").split(",") if self.modifier else []
        words = [part.strip() for part in parts]
        return tuple(map(int, words)) if all(_is_number(word) for word in words) else ()

    @property
    def limit(self) -> int | None:
        """The only number of the modifier: a length, or a precision."""
        return self.numbers[0] if len(self.numbers) == 1 else None

    @property
    def bare(self) -> str:
        """The element's type without a modifier, as SQL: `bit` and `character` without one have a
        length of 1, unless their names are quoted."""
        alone = {"bit": '"bit"', "character": '"bpchar"'}.get(self.base)
        return alone or self.element.text.replace(self.modifier, "", 1)

    @property
    def element(self) -> Type:
        """What an array holds; any other type itself."""
        text = self.text.partition("[")[0].rstrip()
        return replace(self, text=text, dimensions=0) if self.dimensions else self


def _is_number(word: str) -> bool:
    return word.removeprefix("-").isdecimal()


@lru_cache(maxsize=1 << 12)
def read_type(text: str) -> Type:
    """Takes a type's text apart; a collation after it is no part of it."""
    tokens = parser.scan(text)
    cut = next((t.start for t in tokens if t.name == "COLLATE"), len(text))
    text, tokens = text[:cut].rstrip(), [t for t in tokens if t.start < cut]
    dimensions = sum(1 for token in tokens if token.name == "ASCII_91")
    end = next((t.start for t in tokens if t.name == "ASCII_91"), len(text))
    opened = next((t.start for t in tokens if t.name == "ASCII_40"), end)
    closed = next((t.end + 1 for t in tokens if t.name == "ASCII_41"), end)
    base = (text[:opened].strip() + text[closed:end]).strip()
    simple = base[1:-1] if base.startswith('"') and base.count('"') == 2 else base
    return Type(text, simple, text[opened:closed] if opened < end else "", dimensions)


def name_of(base: str) -> tuple[str, str] | None:
    """Schema and name of a type that has both; None for what is built in."""
    words = [base[t.start : t.end + 1] for t in parser.scan(base) if t.name != "ASCII_46"]
    if len(words) != 2 or "." not in base:
        return None
    return unquoted(words[0]), unquoted(words[1])
