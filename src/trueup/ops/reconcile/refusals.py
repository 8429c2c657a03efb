"""What a revert refuses: a migration may have made what it would undo."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.diff.words import display
from trueup.errors import ValidationFailed
from trueup.model.finding import Finding, Location, error
from trueup.model.migration import Migration
from trueup.model.schema import ObjectKey
from trueup.ops.reconcile.look import Look
from trueup.workbench.unsettled import touched_by


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
