"""A hazard, a refusal: what is said about new SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

DATA_LOSS: Final = "data_loss"
UNREAD_CODE: Final = "unread_code"
RIGHTS: Final = "rights_change"
ACCESS: Final = "access_opened"
MAY_FAIL: Final = "may_fail"
LONG_LOCK: Final = "long_lock"
TABLE_REWRITE: Final = "table_rewrite"
# What nobody can have back from the repository, what others may have read meanwhile, and what may
# do either unseen.
_DESTRUCTIVE = frozenset({DATA_LOSS, UNREAD_CODE, ACCESS})


@dataclass(frozen=True, slots=True)
class Hazard:
    """A price of running the SQL: a code of those above, what it is about, and what happens."""

    code: str
    subject: str
    message: str

    @property
    def destructive(self) -> bool:
        """Whether somebody has to agree first."""
        return self.code in _DESTRUCTIVE


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the SQL is not run at all: a code of docs/errors.md, the fact, the next step, and where
    it starts in the text (an offset in characters, None where the text doesn't show it)."""

    code: str
    message: str
    hint: str
    offset: int | None = None


def together(*groups: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """All hazards, each code and subject once (the first to say so is heard), destructive first.
    The text may name an object without the schema that it has."""
    first: dict[tuple[str, str], Hazard] = {}
    for hazard in (hazard for group in groups for hazard in group):
        first.setdefault((hazard.code, hazard.subject.removeprefix("public.")), hazard)
    return tuple(sorted(first.values(), key=lambda hazard: not hazard.destructive))
