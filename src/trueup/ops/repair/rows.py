"""`repair`: make history rows say what is true. Nothing else is touched, and nothing at all
without `write`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.errors import ValidationFailed
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding
from trueup.model.history import Evidence, HistoryRow, RowChange, Source
from trueup.recovery.settle import settled_folder
from trueup.verdict.history import HistoryVerdict, judge_history
from trueup.verdict.repair import Wish, plan_repair, rows_after
from trueup.workbench.database import open_database
from trueup.workbench.files import told_files
from trueup.workbench.old_text import old_texts
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from trueup.postgres.session.connection import Connection


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """The rows to change, or changed if `written`, and what is left to say about the history
    afterwards: with nothing asked for, all there is to say."""

    database: str
    changes: tuple[RowChange, ...]
    written: bool
    findings: tuple[Finding, ...]


def repair(project: Project, wish: Wish, *, write: bool = False) -> RepairPlan:
    """Plans the changes to history rows and, with `write`, makes them: in one transaction, under
    the migration lock, and only on rows that are as they were when it was planned.

    Raises ValidationFailed where something asked for can't be done (`repair_no_row`,
    `repair_refused`, `repair_contradicts`; then nothing was changed), LockTimeout,
    ConnectionFailed, CannotTell where the history can't be read or written.
    """
    from trueup.history.ledger import what_ran
    from trueup.history.rewrite import change_rows

    folder = settled_folder(project) if write else told_files(project)
    with open_database(project) as conn, _lock(project, conn, write):
        known = what_ran(conn)
        changes = _changes(project, folder, known, wish)
        if write:
            change_rows(conn, changes)
        findings = _left(project, folder, known, changes)
        return RepairPlan(conn.info.dbname, changes, write and bool(changes), findings)


def _lock(project: Project, conn: Connection, write: bool) -> AbstractContextManager[object]:
    from trueup.history.lock import migration_lock

    if not write:
        return nullcontext()
    return migration_lock(
        conn,
        wait_seconds=project.settings.lock_wait,
        on_wait=lambda waiting: project.say(str(waiting)),
        label="trueup repair",
    )


def _changes(
    project: Project, folder: Folder, known: Evidence, wish: Wish
) -> tuple[RowChange, ...]:
    """Rows of Supabase's ledger are not ours to change, so they count as no rows."""
    from trueup.history.person import person

    rows = known.rows if known.source is Source.MIGRATIONS else ()
    moved = _judged(project, folder, known, rows).moved if wish.move else ()
    planned = plan_repair(folder.migrations, rows, wish, person(os.environ), moved)
    if planned.problems:
        raise ValidationFailed("no history row was changed", problems=planned.problems)
    return planned.changes


def _left(
    project: Project, folder: Folder, known: Evidence, changes: tuple[RowChange, ...]
) -> tuple[Finding, ...]:
    return _judged(project, folder, known, rows_after(known.rows, changes)).findings


def _judged(
    project: Project, folder: Folder, known: Evidence, rows: Sequence[HistoryRow]
) -> HistoryVerdict:
    return judge_history(
        folder.migrations,
        rows,
        source=known.source,
        ledger=known.ledger,
        old_text=old_texts(project, folder.migrations),
    )
