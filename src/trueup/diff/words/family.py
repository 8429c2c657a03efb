"""What a family of objects gives: words for each of its kinds, under the name `WORDS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trueup.diff.words.facts import Facts, phrases
from trueup.model.schema import ObjectKey

# The changes from one DDL to the other, None standing for an object that a side lacks.
Words = Callable[[ObjectKey, str | None, str | None], list[str]]
Family = Mapping[str, Words]


def facts_of(read: Callable[[str], Facts]) -> Words:
    """For kinds of which it is enough to read the facts of each side."""
    return pair_of(lambda before, after: phrases(read(before), read(after)))


def pair_of(words: Callable[[str, str], list[str]]) -> Words:
    """For kinds that need more than that to be compared."""
    return lambda _, before, after: [] if before is None or after is None else words(before, after)


def either_of(words: Callable[[str | None, str | None], list[str]]) -> Words:
    """For kinds that are a property of something else: that the entry is there says something by
    itself."""
    return lambda _, before, after: words(before, after)
