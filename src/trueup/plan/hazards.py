"""The prices a statement can have. Each maker says what in particular, the code stays the same."""

from __future__ import annotations

from typing import Final

from trueup.plan.statements import Hazard

DATA_LOSS: Final = "data_loss"
TABLE_REWRITE: Final = "table_rewrite"
LONG_LOCK: Final = "long_lock"
MAY_FAIL: Final = "may_fail"
IRREVERSIBLE: Final = "irreversible"
RIGHTS: Final = "rights_change"


def data_loss(what: str) -> Hazard:
    """Rows or values are gone afterwards."""
    return Hazard(DATA_LOSS, what)


def table_rewrite(what: str) -> Hazard:
    """Every row is written anew under an ACCESS EXCLUSIVE lock."""
    return Hazard(TABLE_REWRITE, what)


def long_lock(what: str) -> Hazard:
    """A lock that stops writers, or everybody, is held for time that grows with the table."""
    return Hazard(LONG_LOCK, what)


def may_fail(what: str) -> Hazard:
    """Whether it succeeds depends on the data that is there."""
    return Hazard(MAY_FAIL, what)


def irreversible(what: str) -> Hazard:
    """PostgreSQL offers no statement that takes it back."""
    return Hazard(IRREVERSIBLE, what)


def rights_change(what: str) -> Hazard:
    """Owner or rights are not afterwards what they were, or what they should be."""
    return Hazard(RIGHTS, what)
