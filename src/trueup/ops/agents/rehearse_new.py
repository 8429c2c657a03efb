"""A draft tried on the shadow: what it changes, what it may cost, whether it can be run at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trueup.diff.compare import Change, compare
from trueup.errors import StatementFailed, ValidationFailed
from trueup.model.hazard import Hazard
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.ops.agents.draft import QUERY, Draft, refused_on_shadow
from trueup.shadow.shadow import Replayed, Shadow
from trueup.verdict.drafts import (
    Rehearsal,
    columns,
    computed_columns,
    hazards_of_changes,
    hazards_of_text,
    refusals_of_changes,
    renamed,
    routines,
    together,
    usings,
)
from trueup.workbench.project import Project
from trueup.workbench.replays import framed


@dataclass(frozen=True)
class Rehearsed:
    """What came of a draft on the shadow, after the files it will follow: the schema in scope
    afterwards, what it changes there, its hazards, and notes of the replay."""

    shadow: Shadow
    after: Schema
    changes: tuple[Change, ...]
    hazards: tuple[Hazard, ...]
    notes: tuple[str, ...]

    @property
    def destructive(self) -> tuple[Hazard, ...]:
        """The hazards that somebody has to agree to."""
        return tuple(hazard for hazard in self.hazards if hazard.destructive)


def rehearse_new(
    project: Project, shadow: Shadow, files: Sequence[Migration], draft: Draft
) -> Rehearsed:
    """Runs the draft on the shadow after `files`.

    Raises StatementFailed with the place in the query, ValidationFailed where it changes what is
    the platform's or could not be one transaction.
    """
    project.progress("rehearsing on the shadow")
    before = shadow.replayed(files)
    try:
        after = shadow.replayed([*files, draft.migration])
    except StatementFailed as problem:
        if problem.location and problem.location.file == QUERY:
            problem.hint = "it fails on the shadow already, so nothing was written; correct the SQL"
        raise
    notes = tuple(note for note in after.notes if note not in before.notes)
    if not draft.alone:
        _insist_on_one_transaction(notes)
    if shadow.host.platform != "postgres":
        refused_on_shadow(refusals_of_changes(compare(before.schema, after.schema)))
    return _judged(project, shadow, draft, before, after, notes)


def _judged(
    project: Project,
    shadow: Shadow,
    draft: Draft,
    before: Replayed,
    after: Replayed,
    notes: tuple[str, ...],
) -> Rehearsed:
    """The text sees rows and locks, the two schemas see what became of objects, in whatever way
    it was said; schemas that are not compared count here too."""
    whole = compare(before.schema, after.schema)
    known = columns(before.schema), computed_columns(before.schema)
    text = hazards_of_text(draft.found, routines(before.schema), *known)
    told = Rehearsal(before.schema, after.schema, renamed(draft.found), usings(draft.found))
    hazards = together(text, hazards_of_changes(whole, told))
    stand = framed(project, shadow, after)
    changes = compare(stand.frame.cut(before.schema), stand.schema)
    return Rehearsed(shadow, stand.schema, changes, hazards, notes)


def _insist_on_one_transaction(notes: Sequence[str]) -> None:
    from trueup.shadow.replay import NOT_ONE

    if any(NOT_ONE in note for note in notes):
        raise ValidationFailed(
            "PostgreSQL runs this SQL only statement by statement, so it could not be rolled back"
            " together with its history row",
            code="sql_not_one_transaction",
            subject=QUERY,
            hint="a new enum value has to be used in a later migration; for other cases write the"
            " file with create_migration and let somebody run `trueup apply`",
        )
