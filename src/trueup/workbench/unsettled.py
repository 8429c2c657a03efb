"""What the history leaves open: whose work the database's objects may be besides a person's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trueup.diff.compare import compare
from trueup.errors import StatementFailed
from trueup.model.migration import Migration
from trueup.model.schema import ObjectKey, Schema
from trueup.shadow.shadow import Shadow
from trueup.verdict.objects import Drift
from trueup.verdict.stops import strangers
from trueup.verdict.unsettled import Touch, Unsettled, explained, moved_live
from trueup.workbench.target import Target


def explain_drift(
    shadow: Shadow,
    target: Target,
    drift: Sequence[Drift],
    just_ran: Sequence[Migration] = (),
) -> tuple[Drift, ...]:
    """The drift with what may have made it. `just_ran` are pending files of `target` that have run
    since. Asks the shadow only where something differs and files are pending."""
    ran = [*target.history.applied, *just_ran]
    pending = [file for file in target.history.pending if file not in just_ran]
    who = strangers(target.history, target.evidence.ledger)
    moved = moved_live(drift)
    walk = bool(moved and ran and not who)
    touched = touched_by(shadow, ran, pending, moved) if walk else {}
    return explained(drift, Unsettled(who, not ran, touched))


def touched_by(
    shadow: Shadow,
    ran: Sequence[Migration],
    pending: Sequence[Migration],
    keys: Sequence[ObjectKey],
) -> dict[ObjectKey, Touch]:
    """Which of the objects pending files change, also those that a later one of them changes back.
    Where a file does not run here, it may be about any of them."""
    found: dict[ObjectKey, Touch] = {}
    if not pending:
        return found
    before = shadow.replayed(ran).schema
    try:
        for file, after in steps(shadow, ran, pending):
            for change in compare(before, after):
                known = found.get(change.key, Touch(file.file_name))
                step = (file.version, change.after)
                found[change.key] = Touch(known.file, (*known.steps, step))
            before = after
    except StatementFailed as failed:
        place = failed.location.file if failed.location else ""
        file = next((file for file in pending if file.path == place), pending[0])
        return {key: found.get(key, Touch(file.file_name)) for key in keys}
    return found


def steps(
    shadow: Shadow, ran: Sequence[Migration], pending: Sequence[Migration]
) -> Iterator[tuple[Migration, Schema]]:
    """Each pending file with the schema after it; the last one is known from other replays."""
    from trueup.shadow.replaying import bring_up

    *first, last = pending
    if first:
        with shadow.place(ran) as place:
            for file in first:
                bring_up(place.conninfo, [file], 0, place.adapter(), None)
                yield file, shadow.dump(place.conninfo)
    yield last, shadow.replayed([*ran, *pending]).schema
