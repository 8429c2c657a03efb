"""Drift whose cause is not settled: a row without a file, a ledger's row, a pending file, or a
history that says nothing may have made it. Neither adopting nor reverting mends that: the first
would write it down twice, the second would undo what a migration did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trueup.model.schema import ObjectKey
from trueup.verdict.drift import LIVE_MOVED, Drift, Standing
from trueup.verdict.objects import PENDING_SAYS_IT, SETTLE_IT, made_how
from trueup.verdict.remedies import standing_as
from trueup.verdict.stops import listed


@dataclass(frozen=True, slots=True)
class Touch:
    """What pending files do to one object: the first that changes it, and the forms it takes on
    the way (None where it is not there), each with the version of the file."""

    file: str
    steps: tuple[tuple[str, str | None], ...] = ()

    @property
    def forms(self) -> frozenset[str | None]:
        """Every form that it takes."""
        return frozenset(form for _, form in self.steps)

    def versions(self, form: str | None) -> tuple[str, ...]:
        """The files that lead to this form, in their order."""
        reached = next((n for n, (_, made) in enumerate(self.steps) if made == form), -1)
        return tuple(version for version, _ in self.steps[: reached + 1])


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
    return tuple(item.key for item in drift if item.verdict in LIVE_MOVED)


def explained(drift: Sequence[Drift], left_open: Unsettled) -> tuple[Drift, ...]:
    """The same drift, with what may have made it and without ways that would do harm."""
    return tuple(
        _explained(item, left_open) if item.verdict in LIVE_MOVED else item for item in drift
    )


def _explained(item: Drift, left_open: Unsettled) -> Drift:
    touch = left_open.touch_of(item.key)
    if left_open.strangers:
        cause = f"{made_how(item)} by hand in the database, or by {listed(left_open.strangers, 1)}"
        return standing_as(item, Standing.STRANGER, cause)
    if touch and item.database in touch.forms:
        versions = touch.versions(item.database)
        return standing_as(item, Standing.PENDING, PENDING_SAYS_IT, versions)
    if touch:
        how = f"{made_how(item)} in the database, and {touch.file}, which is pending, changes it"
        return standing_as(item, Standing.TOUCHED, f"{how} too: {SETTLE_IT}")
    if left_open.blank and "revert" in item.remedies:
        return standing_as(item, Standing.BLANK, _not_on_record(item))
    return item


def _not_on_record(item: Drift) -> str:
    return (
        f"{made_how(item)} in the database; no migration is on record there as applied, so that it"
        " was made by hand can't be told"
    )
