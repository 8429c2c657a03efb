"""A hazard: a price of running SQL, in the one shape that plans and rehearsals share.

Codes, how grave they are and in which order they are told stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from trueup.model.finding import Location

ACCESS_OPENED: Final = "access_opened"
DATA_LOSS: Final = "data_loss"
UNREAD_CODE: Final = "unread_code"
RIGHTS: Final = "rights_change"
HOSTED_REFUSES: Final = "hosted_refuses"
MAY_FAIL: Final = "may_fail"
TABLE_REWRITE: Final = "table_rewrite"
LONG_LOCK: Final = "long_lock"
IRREVERSIBLE: Final = "irreversible"
ORDER_MATTERS: Final = "order_matters"


class Gravity(StrEnum):
    """How grave a hazard is, gravest first: the first two are put to a person."""

    ACCESS_OPENED = "access_opened"
    DATA_LOSS = "data_loss"
    BLOCKS = "blocks"
    NOTE = "note"


# Code that nobody read may do all that is asked about, so it is asked about.
GRAVITY: Final[Mapping[str, Gravity]] = MappingProxyType(
    {
        ACCESS_OPENED: Gravity.ACCESS_OPENED,
        DATA_LOSS: Gravity.DATA_LOSS,
        UNREAD_CODE: Gravity.DATA_LOSS,
        HOSTED_REFUSES: Gravity.BLOCKS,
        MAY_FAIL: Gravity.BLOCKS,
        TABLE_REWRITE: Gravity.BLOCKS,
        LONG_LOCK: Gravity.BLOCKS,
        RIGHTS: Gravity.NOTE,
        IRREVERSIBLE: Gravity.NOTE,
        ORDER_MATTERS: Gravity.NOTE,
    }
)
_ASKED: Final = frozenset({Gravity.ACCESS_OPENED, Gravity.DATA_LOSS})
_RANKS: Final = {gravity: rank for rank, gravity in enumerate(Gravity)}


@dataclass(frozen=True, slots=True)
class Hazard:
    """A price of running a statement: one of the codes above, what it is about (a name such as
    `public.t.a`), and what happens. `location`: where a file says it; `consented`: whether
    somebody agreed to it already."""

    code: str
    subject: str
    message: str
    location: Location | None = None
    consented: bool = False

    @property
    def gravity(self) -> Gravity:
        """How grave it is. A code that is not known here is no mere note."""
        return GRAVITY.get(self.code, Gravity.BLOCKS)

    @property
    def destructive(self) -> bool:
        """Whether somebody has to agree first."""
        return self.gravity in _ASKED


def gravest_first(hazards: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """In the order they are told: by gravity, and otherwise as they came."""
    return tuple(sorted(hazards, key=lambda hazard: _RANKS[hazard.gravity]))
