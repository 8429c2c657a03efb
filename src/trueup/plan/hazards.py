"""The prices a statement of a plan can have. Each maker says what in particular; without a
subject a hazard is about what its statement is about (`plan/rule.py` fills it in)."""

from __future__ import annotations

from trueup.model.hazard import (
    DATA_LOSS,
    IRREVERSIBLE,
    LONG_LOCK,
    MAY_FAIL,
    RIGHTS,
    TABLE_REWRITE,
    Hazard,
)


def data_loss(what: str, subject: str = "") -> Hazard:
    """Rows or values are gone afterwards."""
    return Hazard(DATA_LOSS, subject, what)


def table_rewrite(what: str, subject: str = "") -> Hazard:
    """Every row is written anew under an ACCESS EXCLUSIVE lock."""
    return Hazard(TABLE_REWRITE, subject, what)


def long_lock(what: str, subject: str = "") -> Hazard:
    """A lock that stops writers, or everybody, is held for time that grows with the table."""
    return Hazard(LONG_LOCK, subject, what)


def may_fail(what: str, subject: str = "") -> Hazard:
    """Whether it succeeds depends on the data that is there."""
    return Hazard(MAY_FAIL, subject, what)


def irreversible(what: str, subject: str = "") -> Hazard:
    """PostgreSQL offers no statement that takes it back."""
    return Hazard(IRREVERSIBLE, subject, what)


def rights_change(what: str, subject: str = "") -> Hazard:
    """Owner or rights are not afterwards what they were, or what they should be."""
    return Hazard(RIGHTS, subject, what)
