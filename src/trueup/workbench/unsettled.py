"""What the history leaves open: whose work the database's objects may be besides a person's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from trueup.diff.compare import compare
from trueup.diff.words import display
from trueup.errors import StatementFailed, ValidationFailed
from trueup.model.finding import Finding, Location, error
from trueup.model.migration import Migration
from trueup.model.schema import ObjectKey, Schema
from trueup.shadow.shadow import Shadow
from trueup.verdict.objects import Drift
from trueup.verdict.stops import strangers
from trueup.verdict.unsettled import Touch, Unsettled, explained, moved_live

if TYPE_CHECKING:
    from trueup.ops.reconcile.look import Look
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
    who = strangers(target.history, target.evidence.foreign)
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
                found[change.key] = Touch(known.file, known.forms | {change.after})
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


def refuse_revert(seen: Look, keys: Sequence[ObjectKey]) -> None:
    """Raises ValidationFailed (`pending_first`) where a migration may have made what a revert of
    `keys` would undo: a pending file changes it, or no migration is on record at all."""
    history = seen.target.history
    if not history.applied and len(seen.live):
        raise _blank(seen)
    touched = touched_by(seen.shadow, history.applied, history.pending, keys)
    paths = {file.file_name: file for file in history.pending}
    problems = [
        _touched(key, paths[touched[key].file], seen.live.ddl(key) in touched[key].forms)
        for key in keys
        if key in touched
    ]
    if problems:
        raise ValidationFailed("nothing was reverted", problems=problems)


def _blank(seen: Look) -> ValidationFailed:
    if seen.target.history.pending:
        hint = (
            "`trueup mark-applied VERSION...` for the files that ran here (`trueup status` lists"
            " them), then `trueup apply` for the rest; then look again"
        )
    else:
        hint = "bring the migration files here, or start with what the database is: `trueup"
        hint += " baseline`"
    return ValidationFailed(
        f"no migration is on record in {seen.target.name} as applied, so reverting would drop all"
        f" that it has ({len(seen.live)} objects)",
        code="pending_first",
        hint=hint,
    )


def _touched(key: ObjectKey, file: Migration, there: bool) -> Finding:
    mark = f"`trueup mark-applied {file.version}`"
    if there:
        message = f"{file.file_name}, which is pending, says what the database has of"
        hint = f"{mark} where it ran here; else `trueup apply` first"
    else:
        message = f"{file.file_name}, which is pending, changes"
        hint = f"`trueup apply` first, or {mark} where it ran here"
    return error(
        "pending_first",
        str(key),
        f"{message} {display(key)}: that is not to be undone",
        f"{hint}; `--only` takes objects that no pending file is about",
        Location(file.path),
    )
