"""Drift whose cause is not settled: a row without a file, a ledger's row, a pending file, or a
history that says nothing may have made it. Neither adopting nor reverting mends that: the first
would write it down twice, the second would undo what a migration did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from trueup.model.schema import ObjectKey
from trueup.verdict.objects import PENDING_SAYS_IT, SETTLE_IT, Drift, Verdict, made_how
from trueup.verdict.stops import listed

_LIVE_MOVED = frozenset({Verdict.DATABASE_CHANGED, Verdict.MIGRATION_MISSING, Verdict.DIVERGED})
_ON_DATABASE = frozenset({"adopt", "revert", "mark-applied"})


@dataclass(frozen=True, slots=True)
class Touch:
    """What pending files do to one object: the first that changes it, and the forms it takes on
    the way (None where it is not there)."""

    file: str
    forms: frozenset[str | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What the history leaves open. `strangers`: what ran and has no file here, in words; `blank`:
    nothing is on record as applied; `touched`: the objects that pending files change."""

    strangers: tuple[str, ...] = ()
    blank: bool = False
    touched: Mapping[ObjectKey, Touch] = field(default_factory=dict)

    def touch_of(self, key: ObjectKey) -> Touch | None:
        """What pending files do to an object, or to the object that rights are on."""
        if key.kind != "PRIVILEGES":
            return self.touched.get(key)
        found = (t for k, t in self.touched.items() if (k.schema, k.name) == (key.schema, key.name))
        return next(found, None)


def moved_live(drift: Sequence[Drift]) -> tuple[ObjectKey, ...]:
    """The objects that are other in the database than its migrations say."""
    return tuple(item.key for item in drift if item.verdict in _LIVE_MOVED)


def explained(drift: Sequence[Drift], left_open: Unsettled) -> tuple[Drift, ...]:
    """The same drift, with what may have made it and without ways that would do harm."""
    return tuple(
        _explained(item, left_open) if item.verdict in _LIVE_MOVED else item for item in drift
    )


def _explained(item: Drift, left_open: Unsettled) -> Drift:
    touch = left_open.touch_of(item.key)
    if left_open.strangers:
        who = listed(left_open.strangers, 1)
        told = _instead(item, f"{made_how(item)} by hand in the database, or by {who}")
        # schema.sql agrees with the database: it is the file that is missing.
        return replace(told, remedies=()) if item.verdict is Verdict.MIGRATION_MISSING else told
    if touch and item.database in touch.forms:
        return _instead(item, PENDING_SAYS_IT, "mark-applied")
    if touch:
        how = f"{made_how(item)} in the database, and {touch.file}, which is pending, changes it"
        return _instead(item, f"{how} too: {SETTLE_IT}")
    if left_open.blank and "revert" in item.remedies:
        return _blank(item)
    return item


def _blank(item: Drift) -> Drift:
    cause = (
        f"{made_how(item)} in the database; no migration is on record there as applied, so that it"
        " was made by hand can't be told"
    )
    kept = tuple(word for word in item.remedies if word != "revert")
    return replace(item, cause=cause, remedies=kept)


def _instead(item: Drift, cause: str, *remedies: str) -> Drift:
    kept = (word for word in item.remedies if word not in _ON_DATABASE)
    return replace(item, cause=cause, remedies=(*remedies, *kept))
