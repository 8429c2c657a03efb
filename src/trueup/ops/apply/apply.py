"""`apply`: run the pending migrations, each with its history row, then make schema.sql true.

The order is what makes it safe. Everything is rehearsed on the shadow first; only then is the
database touched, under the lock, one migration at a time, each in one transaction with its row;
schema.sql is written from the replay, never from the database; and the database is compared with
the replay at once, so that drift which was there already is told and not laundered. Preview and
act are one path: a dry run stops before the database is touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from trueup.diff.compare import Change, compare
from trueup.errors import CannotTell, StatementFailed, TrueupError, UsageError
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding, Severity
from trueup.model.history import HistoryRow
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.ops.apply.before import (
    Start,
    refuse_history,
    refuse_invalid,
    refuse_order,
    refuse_what_is_there,
)
from trueup.ops.apply.closing import Standing, close
from trueup.platform.supabase import LEDGER_TABLE
from trueup.recovery.journal import Deed, Journal, witness_of
from trueup.recovery.regenerate import Written, seal_replay, would_write, write_schema_file
from trueup.recovery.settle import settle_under_lock, settled_folder
from trueup.shadow.shadow import Replayed
from trueup.verdict.failures import is_there
from trueup.verdict.objects import Drift
from trueup.verdict.state_findings import NAMES_OBJECTS
from trueup.verdict.stops import newer_rows
from trueup.workbench.database import open_database
from trueup.workbench.files import read_files, refuse_blocked, told_files
from trueup.workbench.project import Project
from trueup.workbench.replays import Replay, replay, replay_on
from trueup.workbench.shadows import open_shadow
from trueup.workbench.squawk import lint_findings
from trueup.workbench.target import Target

if TYPE_CHECKING:
    from trueup.history.apply_one import AppliedMigration
    from trueup.history.lock import MigrationLock
    from trueup.postgres.run.file import Watch
    from trueup.postgres.session.connection import Connection


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What `apply` did, or would do with `dry_run`.

    `planned` are the files to run, `applied` those that ran, `changes` what they change in the
    schema according to the shadow, `drift` what differs between database and migrations now;
    `problem` is why that could not be told, and is among the findings too."""

    dry_run: bool
    database: str
    planned: tuple[Migration, ...]
    applied: tuple[AppliedMigration, ...]
    changes: tuple[Change, ...]
    schema_file: Written
    drift: tuple[Drift, ...]
    findings: tuple[Finding, ...]
    problem: TrueupError | None = None

    @property
    def in_sync(self) -> bool | None:
        """Whether the database is what its files say now; None where that could not be told."""
        if self.problem is not None:
            return None
        odd = any(found.is_error and found.code in NAMES_OBJECTS for found in self.findings)
        return not (self.drift or odd)


@dataclass(frozen=True)
class _Rehearsal:
    """What the shadow said: all files in their own order (`stand`), and what this database's files
    give before the planned ones and after them, whole and (`schema_…`) cut to what counts."""

    stand: Replay
    before: Replayed
    after: Replayed

    @cached_property
    def schema_before(self) -> Schema:
        return self.stand.frame.cut(self.before.schema)

    @cached_property
    def schema_after(self) -> Schema:
        return self.stand.frame.cut(self.after.schema)


def apply(
    project: Project,
    *,
    to: str | None = None,
    dry_run: bool = False,
    allow_newer: bool = False,
) -> ApplyResult:
    """Applies pending migrations up to version `to` (all of them without it). `allow_newer` lets
    an older release go on where newer ones have run.

    Raises ValidationFailed when the folder or the history forbids it (any error in them), when the
    order would matter or the history is lost, StatementFailed when a file fails on the shadow (the
    database is then untouched) or on the database (that file then left nothing), LockTimeout,
    ConnectionFailed.
    """
    folder = told_files(project) if dry_run else settled_folder(project)
    refuse_blocked(folder)
    with writable_database(project) as conn:
        if dry_run:
            return apply_locked(project, folder, conn, None, to, allow_newer=allow_newer)
        with locked_database(project, conn) as lock:
            settle_under_lock(project, conn)
            # Read anew: whoever had the lock until now may have added files and run them.
            folder = read_files(project)
            refuse_blocked(folder)
            journal = Journal(project, conn, lock)
            return apply_locked(project, folder, conn, journal, to, allow_newer=allow_newer)


@contextmanager
def writable_database(project: Project) -> Iterator[Connection]:
    """A session in the database. Raises CannotTell where it takes no changes, ConnectionFailed."""
    from trueup.history.refusals import read_only
    from trueup.postgres.session.connection import in_recovery, is_read_only

    with open_database(project) as conn:
        if in_recovery(conn):
            raise CannotTell(
                "the database is a read-only replica",
                code="read_only_replica",
                hint="connect to the primary server to apply migrations",
            )
        if is_read_only(conn):
            raise read_only("default_transaction_read_only is on")
        yield conn


@contextmanager
def locked_database(project: Project, conn: Connection) -> Iterator[MigrationLock]:
    """The migration lock, with nothing of an earlier apply still at work. Raises LockTimeout."""
    from trueup.history.lock import migration_lock

    wait = project.settings.lock_wait
    with migration_lock(
        conn, wait_seconds=wait, on_wait=lambda waiting: project.say(str(waiting))
    ) as lock:
        # What a killed apply left running on the server is waited for before history is read.
        with lock.at_work(conn):
            pass
        yield lock


def apply_locked(
    project: Project,
    folder: Folder,
    conn: Connection,
    journal: Journal | None,
    to: str | None,
    watch: Watch | None = None,
    *,
    allow_newer: bool = False,
    new: Migration | None = None,
) -> ApplyResult:
    """`apply` with the folder read and the lock in hand; without a journal it is a dry run.
    `watch` looks at what each file did before it is committed. What is `new` can't have run
    before, and its file is not in the folder until it has run."""
    target = Target.of(project, conn, folder.migrations)
    planned = _up_to(target.history.pending, folder, to)
    refuse_history(folder, target, allow_newer=allow_newer)
    rehearsal = _rehearse(project, folder, target, planned, new is not None)
    refuse_invalid(target, rehearsal.schema_before, rehearsal.schema_after, planned)
    whole = _for_schema_file(project, folder, target, rehearsal)
    seal_replay(project, folder.migrations, whole)
    applied: list[AppliedMigration] = []
    if journal and planned:
        deed = _deed(folder, planned, whole, new)
        with journal.kept(deed), _telling(applied):
            _start_history(project, folder, target, conn)
            for done in _run(project, conn, journal, planned, watch):
                applied.append(done)
                journal.some_are_in()
        written = journal.schema_file
    elif journal:
        _start_history(project, folder, target, conn)
        written = write_schema_file(project, whole)
    else:
        written = would_write(project, whole)
    closing = close(_standing(project, target, rehearsal, planned if journal else ()), conn)
    return ApplyResult(
        dry_run=journal is None,
        database=target.name,
        planned=planned,
        applied=tuple(applied),
        changes=compare(rehearsal.schema_before, rehearsal.schema_after),
        schema_file=written,
        drift=closing.drift,
        findings=(
            *folder.findings,
            *closing.findings,
            *_lasting(target.history.findings, newer_rows(target.history)),
            *lint_findings(project, planned, folder.migrations, target.major),
        ),
        problem=closing.problem,
    )


@contextmanager
def _telling(applied: Sequence[AppliedMigration]) -> Iterator[None]:
    """What was applied before something failed is told with the failure."""
    try:
        yield
    except TrueupError as problem:
        if applied:
            names = ", ".join(done.migration.file_name for done in applied)
            before = f"applied and recorded before that: {names}"
            problem.hint = "; ".join(filter(None, (problem.hint, before)))
        raise


def _deed(
    folder: Folder, planned: Sequence[Migration], whole: Schema, new: Migration | None
) -> Deed:
    """One file of the folder that runs is enough for schema.sql to be due; and nothing but time
    is lost where schema.sql can't be promised beforehand."""
    if new:
        return Deed("apply", witness_of(new), (new,), files=folder.migrations, schema=whole)
    rows = replace(witness_of(*planned), any_of=True)
    return Deed("apply", rows, files=folder.migrations, schema=whole, needs_room=False)


def _up_to(pending: Sequence[Migration], folder: Folder, to: str | None) -> tuple[Migration, ...]:
    if to is None:
        return tuple(pending)
    if to not in folder.versions:
        raise UsageError(
            f"there is no migration with version {to}",
            code="version_unknown",
            hint="`trueup status` lists the versions",
        )
    last = folder.versions.index(to)
    wanted = set(folder.versions[: last + 1])
    return tuple(file for file in pending if file.version in wanted)


def _rehearse(
    project: Project,
    folder: Folder,
    target: Target,
    planned: Sequence[Migration],
    is_new: bool,
) -> _Rehearsal:
    """Runs on the shadow what is about to run on the database, in the order it will have there,
    and all files in their own order: schema.sql and every later replay need that one."""
    shadow = open_shadow(project, target.major)
    if shadow.major != target.major:
        project.say(f"rehearsing on PostgreSQL {shadow.major}; the database runs {target.major}")
    ran = target.history.applied
    before, after = shadow.replayed(ran), shadow.replayed([*ran, *planned])
    stand = replay_on(project, shadow, folder.migrations)
    rehearsal = _Rehearsal(stand, before, after)
    start = Start(project, folder, target, stand, planned)
    refuse_order(start)
    if not is_new:
        refuse_what_is_there(start, rehearsal.schema_after)
    return rehearsal


def _start_history(project: Project, folder: Folder, target: Target, conn: Connection) -> None:
    """The table, with what Supabase's ledger knows where that is all there was so far."""
    from trueup.history.start import start_history

    supabase = project.settings.resolved_platform == "supabase"
    taken = start_history(conn, target.evidence, folder.migrations, row_security=supabase)
    if taken:
        project.say(f"took over {len(taken)} rows of {LEDGER_TABLE}")


def _run(
    project: Project,
    conn: Connection,
    journal: Journal,
    planned: Sequence[Migration],
    watch: Watch | None,
) -> Iterator[AppliedMigration]:
    from trueup.history.apply_one import Limits, apply_migration
    from trueup.history.person import person

    settings = project.settings
    limits = Limits(settings.lock_timeout, settings.statement_timeout, settings.lock_retries)
    for number, migration in enumerate(planned, 1):
        project.progress(f"applying {number}/{len(planned)} {migration.file_name}")
        with _told_if_there(migration):
            done = apply_migration(
                conn,
                migration,
                journal.lock,
                by=person(os.environ),
                limits=limits,
                on_retry=lambda retry: project.say(str(retry)),
                watch=watch,
            )
        yield done


@contextmanager
def _told_if_there(migration: Migration) -> Iterator[None]:
    """The shadow had room for what the file makes, so the file is not what is wrong."""
    try:
        yield
    except StatementFailed as failed:
        if is_there(failed.sqlstate):
            failed.hint = (
                "the replay got past this: the database has it already. If this file ran here"
                f" before, `trueup mark-applied {migration.version}` records it; else see with"
                " `trueup check` what was made by hand"
            )
        raise


def _for_schema_file(
    project: Project, folder: Folder, target: Target, rehearsal: _Rehearsal
) -> Schema:
    """schema.sql is what all files give, also those that a `--to` left pending."""
    wanted = project.settings.postgres or target.major
    if rehearsal.stand.shadow.major == wanted:
        return rehearsal.stand.schema
    return replay(project, folder.migrations, wanted).schema


def _standing(
    project: Project, target: Target, rehearsal: _Rehearsal, ran: Sequence[Migration]
) -> Standing:
    said = rehearsal.after if ran else rehearsal.before
    return Standing(project, target, rehearsal.stand, said, tuple(ran))


def _lasting(findings: Sequence[Finding], newer: Sequence[HistoryRow]) -> tuple[Finding, ...]:
    """History findings that still hold: that files were pending is told by the result, and rows
    that were allowed to be newer by a warning."""
    allowed = {row.version for row in newer}
    return tuple(
        f
        for f in findings
        if f.severity is not Severity.INFO and not (f.is_error and f.subject in allowed)
    )
