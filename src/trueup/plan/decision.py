"""What a plan does with one element, and what that takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from trueup.plan.statements import Statement


class Fate(Enum):
    """What a plan does with an element; one that stays as it is has none."""

    DROP = "drop"
    CREATE = "create"
    REPLACE = "replace"
    ALTER = "alter"
    # Stays where it is but lets go of something for a while: `release`, later `restore`.
    RESEAT = "reseat"


@dataclass(frozen=True, slots=True)
class Alteration:
    """How an element becomes another without being dropped.

    `retypes`: what looks at it must be out of the way meanwhile. `recasts`: its values change
    their type in a way that PostgreSQL does not do by itself. `first`: belongs before everything
    else in the plan.
    """

    statements: tuple[Statement, ...] = ()
    retypes: bool = False
    recasts: bool = False
    first: bool = False


_NO_CHANGE = Alteration()


@dataclass(frozen=True, slots=True)
class Decision:
    """A fate with what it takes."""

    fate: Fate
    alteration: Alteration = _NO_CHANGE
    release: tuple[Statement, ...] = ()
    restore: tuple[Statement, ...] = ()
