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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.diff.compare import Change, compare
from trueup.errors import CannotTell, UsageError, ValidationFailed
from trueup.folder.atomic import WriteFailed
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding, Severity
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.scope import Frame
from trueup.ops.dump import refuse_blocked
from trueup.ops.intent import Intent, finish_interrupted
from trueup.ops.lint import lint_findings
from trueup.ops.project import Project
from trueup.ops.regenerate import Written, seal_replay, would_write, write_schema_file
from trueup.ops.target import Target
from trueup.shadow.shadow import Replayed, Shadow
from trueup.verdict.objects import Drift, Sides, judge
from trueup.verdict.rights import without_rights
from trueup.verdict.state_findings import in_the_way
from trueup.verdict.states import judge_states

if TYPE_CHECKING:
    from trueup.history.apply_one import AppliedMigration
    from trueup.history.lock import MigrationLock
    from trueup.postgres.run import Watch
    from trueup.postgres.session import Connection


_STOPS = frozenset({"migration_failed", "migration_duplicate_version"})
# Supabase's ledger says that such a file ran already.
_RAN_ELSEWHERE = "foreign_row"


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What `apply` did, or would do with `dry_run`.

    `planned` are the files to run, `applied` those that ran, `changes` what they change in the
    schema according to the shadow, `drift` what differs between database and migrations now."""

    dry_run: bool
    database: str
    planned: tuple[Migration, ...]
    applied: tuple[AppliedMigration, ...]
    changes: tuple[Change, ...]
    schema_file: Written
    drift: tuple[Drift, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    """What the shadow said: the schema before and after, cut to what counts and whole, with the
    states that no dump tells, and (`frame.whole`) the schema of all files."""

    shadow: Shadow
    frame: Frame
    before: Schema
    after: Schema
    whole_before: Replayed
    whole_after: Replayed


def apply(project: Project, *, to: str | None = None, dry_run: bool = False) -> ApplyResult:
    """Applies pending migrations up to version `to` (all of them without it).

    Raises ValidationFailed when the folder or the history forbids it (a failed migration, a
    duplicate version), StatementFailed when a file fails on the shadow (the database is then
    untouched) or on the database (that file then left nothing), LockTimeout, ConnectionFailed.
    """
    folder = project.folder()
    refuse_blocked(folder)
    with writable_database(project) as conn:
        if dry_run:
            return apply_locked(project, folder, conn, None, to)
        finish_interrupted(project, folder.migrations)
        with locked_database(project, conn) as lock:
            # Read anew: whoever had the lock until now may have added files and run them.
            folder = project.listed()
            refuse_blocked(folder)
            return apply_locked(project, folder, conn, lock, to)


@contextmanager
def writable_database(project: Project) -> Iterator[Connection]:
    """A session in the database. Raises CannotTell where it takes no changes, ConnectionFailed."""
    from trueup.history.refusals import read_only
    from trueup.postgres.session import in_recovery, is_read_only

    with project.connect() as conn:
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
    lock: MigrationLock | None,
    to: str | None,
    watch: Watch | None = None,
) -> ApplyResult:
    """`apply` with the folder read and the lock in hand; without a lock it is a dry run. `watch`
    looks at what each file did before it is committed."""
    target = Target.of(project, conn, folder.migrations)
    planned = _up_to(target.history.pending, folder, to)
    refuse_history(folder, target, planned)
    rehearsal = _rehearse(project, folder, target, planned)
    _refuse_invalid(target, rehearsal, planned)
    whole = _for_schema_file(project, folder, target, rehearsal)
    seal_replay(project, folder.migrations, whole)
    applied: list[AppliedMigration] = []
    if lock:
        with Intent(project, whole, folder.migrations) as intent:
            _start_history(project, folder, target, conn)
            for done in _run(project, conn, lock, planned, watch):
                applied.append(done)
                intent.due = True
            written = _write(project, whole, applied)
    else:
        written = would_write(project, whole)
    drift, odd = _drift(project, target, rehearsal, conn, lock is not None)
    return ApplyResult(
        dry_run=lock is None,
        database=target.name,
        planned=planned,
        applied=tuple(applied),
        changes=compare(rehearsal.before, rehearsal.after),
        schema_file=written,
        drift=drift,
        findings=(
            *folder.findings,
            *_lasting(target.history.findings, planned),
            *odd,
            *lint_findings(project, planned, folder.migrations, target.major),
        ),
    )


def _write(project: Project, schema: Schema, applied: Sequence[AppliedMigration]) -> Written:
    try:
        return write_schema_file(project, schema)
    except WriteFailed as problem:
        if applied:
            problem.hint += (
                "; the migrations are applied and recorded, and the next `trueup apply` or "
                "`trueup check` writes it"
            )
        raise


def refuse_history(folder: Folder, target: Target, planned: Sequence[Migration]) -> None:
    """Raises ValidationFailed for a history that is not in order: it is mended first, because
    running on top of it would hide why."""
    problems = [f for f in folder.findings if f.is_error]
    versions = {file.version for file in planned}
    problems += [
        finding
        for finding in target.history.findings
        if finding.code in _STOPS
        or (finding.code == _RAN_ELSEWHERE and finding.subject in versions)
    ]
    if problems:
        raise ValidationFailed("nothing was applied", problems=tuple(dict.fromkeys(problems)))


def _refuse_invalid(target: Target, rehearsal: _Rehearsal, planned: Sequence[Migration]) -> None:
    """Raises ValidationFailed for an index that would be made and is there already, but invalid:
    with IF NOT EXISTS that would pass for success. A file that drops it first may run."""
    from trueup.verdict.made import RELATION, Thing, deeds

    problems = [
        in_the_way(index)
        for index in target.states.indexes
        if any(key in rehearsal.after and key not in rehearsal.before for key in index.keys)
        and not any(
            deeds(file.sql).removes(Thing(RELATION, index.name, index.schema, index.table))
            for file in planned
        )
    ]
    if problems:
        raise ValidationFailed("nothing was applied", problems=tuple(problems))


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
    project: Project, folder: Folder, target: Target, planned: Sequence[Migration]
) -> _Rehearsal:
    """Runs on the shadow what is about to run on the database, in the order it will have there,
    and all files in their own order: schema.sql and every later replay need that one."""
    shadow = project.shadow(target.major)
    if shadow.major != target.major:
        project.say(f"rehearsing on PostgreSQL {shadow.major}; the database runs {target.major}")
    ran = target.history.applied
    before, after = shadow.replayed(ran), shadow.replayed([*ran, *planned])
    frame = project.frame(shadow.replayed(folder.migrations).schema, shadow)
    return _Rehearsal(
        shadow, frame, frame.cut(before.schema), frame.cut(after.schema), before, after
    )


def _start_history(project: Project, folder: Folder, target: Target, conn: Connection) -> None:
    """The table, with what Supabase's ledger knows where that is all there was so far."""
    from trueup.history.start import start_history

    supabase = project.settings.resolved_platform == "supabase"
    taken = start_history(conn, target.evidence, folder.migrations, row_security=supabase)
    if taken:
        project.say(f"took over {len(taken)} rows of supabase_migrations.schema_migrations")


def _run(
    project: Project,
    conn: Connection,
    lock: MigrationLock,
    planned: Sequence[Migration],
    watch: Watch | None,
) -> Iterator[AppliedMigration]:
    from trueup.history.apply_one import Limits, apply_migration
    from trueup.history.person import person

    settings = project.settings
    limits = Limits(settings.lock_timeout, settings.statement_timeout, settings.lock_retries)
    for number, migration in enumerate(planned, 1):
        project.progress(f"applying {number}/{len(planned)} {migration.file_name}")
        yield apply_migration(
            conn,
            migration,
            lock,
            by=person(os.environ),
            limits=limits,
            on_retry=lambda retry: project.say(str(retry)),
            watch=watch,
        )


def _for_schema_file(
    project: Project, folder: Folder, target: Target, rehearsal: _Rehearsal
) -> Schema:
    """schema.sql is what all files give, also those that a `--to` left pending."""
    wanted = project.settings.postgres or target.major
    if rehearsal.shadow.major == wanted:
        return rehearsal.frame.cut(rehearsal.frame.whole)
    shadow = project.shadow(wanted)
    return project.in_scope(shadow.replayed(folder.migrations).schema, shadow)


def _drift(
    project: Project, target: Target, rehearsal: _Rehearsal, conn: Connection, applied: bool
) -> tuple[tuple[Drift, ...], tuple[Finding, ...]]:
    """What the database has that its migrations don't say, or lacks; and what no dump tells."""
    from trueup.postgres.states import read_states

    shadow = rehearsal.shadow
    if shadow.major != target.major:
        return (), ()
    said = rehearsal.whole_after if applied else rehearsal.whole_before
    goal = rehearsal.after if applied else rehearsal.before
    whole = target.dump(shadow.host.pg_dump)
    wholes = Sides(rehearsal.frame.whole, said.schema, None, whole)
    live = rehearsal.frame.cut_live(whole)
    states = judge_states(read_states(conn), said.states, live, goal, goal)
    drift = drift_of(project, rehearsal.frame, wholes, shadow.major)
    return states.reworded(drift), states.findings


def drift_of(project: Project, frame: Frame, wholes: Sides, major: int) -> tuple[Drift, ...]:
    """Where a database is not what the files it has run give, rights as `check` compares them.
    `wholes` are the sides with nothing cut away."""
    from trueup.ops.rights import rights_left

    goal = without_rights(frame.cut(wholes.applied))
    live = without_rights(frame.cut_live(wholes.database or Schema()))
    rights = rights_left(project, frame, wholes, major)
    return (*judge(Sides(goal, goal, None, live)), *(left.drift for left in rights))


def _lasting(findings: Sequence[Finding], planned: Sequence[Migration]) -> tuple[Finding, ...]:
    """History findings that still hold: that files were pending is told by the result."""
    return tuple(f for f in findings if f.severity is not Severity.INFO)
