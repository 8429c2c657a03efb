"""Telling of each object that is not in sync what mends it here."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.folder.migrations import Folder
from trueup.model.migration import Migration
from trueup.verdict.drift import Drift
from trueup.verdict.remedies import Circumstances, with_mends
from trueup.verdict.stops import against_reconcile
from trueup.workbench.project import Project
from trueup.workbench.target import Target


def mended(
    project: Project,
    drift: Sequence[Drift],
    folder: Folder | None = None,
    target: Target | None = None,
    just_ran: Sequence[Migration] = (),
) -> tuple[Drift, ...]:
    """The drift with what mends each object. `just_ran` are pending files of `target` that have
    run since."""
    history = target.history if target else None
    pending = [file for file in history.pending if file not in just_ran] if history else []
    problems = [found for found in (folder.findings if folder else ()) if found.is_error]
    problems += against_reconcile(history) if history else ()
    here = Circumstances(
        project.scope.privileges,
        tuple(file.version for file in pending),
        history is not None and not (history.applied or just_ran),
        tuple(found.code for found in problems),
    )
    return with_mends(drift, here)
