"""A new migration from a name and SQL: file first, then the database, then schema.sql; all of it
or nothing.

The order: what can be judged unread is judged; under the migration lock, after the folder and the
history were read, the SQL is rehearsed on the shadow and judged by what it did there; the file is
staged in the journal; it is applied in one transaction with its history row; it is put in place;
schema.sql is written from the replay; the database is compared. Where the database refuses, what
was staged is taken away again. Where the process dies, the next command settles it
(recovery/journal.py). Preview and act are one path: a dry run ends before anything is staged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from trueup.diff.compare import Change
from trueup.errors import StatementFailed, TrueupError, ValidationFailed
from trueup.folder.create import later_version
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding, Location, warning
from trueup.model.hazard import Hazard
from trueup.model.migration import Migration
from trueup.model.schema import Schema, SchemaObject
from trueup.ops.agents.before_new import (
    Ground,
    made_before,
    refuse_again,
    refuse_pending,
    refuse_what_ran,
)
from trueup.ops.agents.draft import QUERY, Draft, make_draft
from trueup.ops.agents.rehearse_new import Rehearsed, rehearse_new
from trueup.ops.apply.apply import (
    ApplyResult,
    apply_locked,
    locked_database,
    writable_database,
)
from trueup.ops.apply.before import refuse_history
from trueup.ops.apply.closing import Standing
from trueup.recovery.journal import Fate, Journal
from trueup.recovery.regenerate import Written, would_write
from trueup.recovery.settle import settle, settle_under_lock
from trueup.verdict.drafts import rereads, together
from trueup.verdict.objects import Drift
from trueup.verdict.rights import KIND as RIGHTS
from trueup.workbench.files import read_files, refuse_blocked, told_files
from trueup.workbench.project import Project
from trueup.workbench.replays import replay_on
from trueup.workbench.shadows import open_shadow
from trueup.workbench.squawk import lint_findings
from trueup.workbench.target import Target

if TYPE_CHECKING:
    from trueup.history.lock import MigrationLock
    from trueup.postgres.session.connection import Connection


# What the first file puts an end to.
_ENDED = frozenset({"migrations_folder_missing", "migrations_folder_empty"})


@dataclass(frozen=True, slots=True)
class NewMigration:
    """What is wanted. `key`: a call repeated with it is one migration. `expected`: the fingerprint
    that the database's schema must still have. `agreed`: the subjects of destructive hazards that
    somebody agreed to; None where all are agreed to beforehand."""

    name: str
    query: str
    key: str | None = None
    expected: str | None = None
    agreed: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class NewResult:
    """What was done, or would be done in a dry run.

    `file` and `version` are None in a dry run. `repeated`: a call with the same idempotency key
    did all this before, and nothing was done now. `fingerprint` is that of the database's schema
    as it is now, None where that is not known.
    """

    dry_run: bool
    database: str
    name: str
    version: str | None = None
    file: str | None = None
    repeated: bool = False
    milliseconds: int | None = None
    notices: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    schema_file: Written | None = None
    drift: tuple[Drift, ...] = ()
    findings: tuple[Finding, ...] = ()
    fingerprint: str | None = None


class NotAgreed(ValidationFailed):
    """The SQL is destructive and nobody agreed to that; nothing was changed. `tried`: it was run
    in the database's own transaction and rolled back, so the hazards are what it does there.
    `where` names the database."""

    code = "destructive_not_agreed"

    def __init__(self, hazards: Sequence[Hazard], where: str, *, tried: bool = False) -> None:
        said = "; ".join(hazard.message for hazard in hazards)
        lead = "run in the database and rolled back, the SQL" if tried else "the SQL"
        super().__init__(
            f"{lead} destroys data, opens access, or may: {said}",
            subject=QUERY,
            hint="nothing was changed; a person has to agree to this",
        )
        self.hazards = tuple(hazards)
        self.where = where
        self.tried = tried


def apply_new(project: Project, wanted: NewMigration, *, dry_run: bool = False) -> NewResult:
    """Makes a migration of `wanted`, applies it and brings schema.sql up to date.

    Raises ValidationFailed where name or SQL are refused, where the folder or the history are not
    in order (`pending_migrations` and what `apply` raises), where the newest migration is this one
    already (`migration_repeated`), where the schema is not the expected one (`schema_moved`);
    NotAgreed; StatementFailed where it fails on the shadow or in the
    database; LockTimeout, ConnectionFailed, WriteFailed, CannotTell (`journal_not_written`). In
    every case there is no file without its row and no row without its file afterwards.
    """
    supabase = project.settings.resolved_platform == "supabase"
    draft = make_draft(wanted.name, wanted.query, supabase=supabase, key=wanted.key)
    if not dry_run:
        settle(project)
    with writable_database(project) as conn:
        if dry_run:
            return _attempt(project, conn, draft, wanted, None)
        with locked_database(project, conn) as lock:
            settle_under_lock(project, conn)
            return _attempt(project, conn, draft, wanted, lock)


def _attempt(
    project: Project,
    conn: Connection,
    draft: Draft,
    wanted: NewMigration,
    lock: MigrationLock | None,
) -> NewResult:
    folder = read_files(project) if lock else told_files(project)
    if any(finding.code not in _ENDED for finding in folder.blocking):
        refuse_blocked(folder)
    ground = Ground(project, conn, folder, Target.of(project, conn, folder.migrations), draft)
    made = made_before(ground)
    if made:
        return _repeated(ground, made)
    refuse_what_ran(ground)
    refuse_history(_lasting(folder), ground.target)
    refuse_pending(ground)
    refuse_again(ground)
    rehearsed = _rehearse(ground, wanted)
    if lock is None:
        return _preview(ground, rehearsed)
    _insist_on_consent(ground, rehearsed, wanted)
    return _carry_out(ground, rehearsed, lock, wanted.agreed)


def _repeated(ground: Ground, made: Migration) -> NewResult:
    return NewResult(
        dry_run=False,
        database=ground.target.name,
        name=made.name,
        version=made.version,
        file=made.path,
        repeated=True,
    )


def _rehearse(ground: Ground, wanted: NewMigration) -> Rehearsed:
    project, target = ground.project, ground.target
    shadow = open_shadow(project, target.major)
    if wanted.expected is not None:
        stand = replay_on(project, shadow, ground.folder.migrations)
        _insist_on_schema(stand.live(target), wanted.expected)
    return rehearse_new(project, shadow, target.history.applied, ground.draft)


def _insist_on_schema(live: Schema, expected: str) -> None:
    if live.fingerprint != expected:
        raise ValidationFailed(
            "the database's schema is not the one that was expected: it has changed since, or the"
            " fingerprint is of another database",
            code="schema_moved",
            subject="expected_fingerprint",
            hint="nothing was changed; look again (check_drift, list_tables), then decide anew:"
            f" the fingerprint is {live.fingerprint} now",
        )


def _insist_on_consent(ground: Ground, rehearsed: Rehearsed, wanted: NewMigration) -> None:
    if wanted.agreed is None:
        return
    if any(hazard.subject not in wanted.agreed for hazard in rehearsed.destructive):
        raise NotAgreed(rehearsed.destructive, ground.where)


def _preview(ground: Ground, rehearsed: Rehearsed) -> NewResult:
    """What would come of it, and the drift there is before."""
    project, target, shadow = ground.project, ground.target, rehearsed.shadow
    own = [ground.draft.migration]
    linted = lint_findings(project, own, own, target.major)
    result = NewResult(
        dry_run=True,
        database=target.name,
        name=ground.draft.name,
        changes=rehearsed.changes,
        hazards=rehearsed.hazards,
        schema_file=would_write(project, rehearsed.after),
        findings=(*ground.folder.findings, *_notes(rehearsed), *linted),
    )
    if shadow.major != target.major:
        return replace(result, findings=(*result.findings, _other_major(ground, rehearsed)))
    stand = replay_on(project, shadow, ground.folder.migrations)
    whole = stand.dumped(target)
    standing = Standing(project, target, stand, shadow.replayed(target.history.applied))
    drift, odd = standing.differences(whole, target.states)
    findings = (*result.findings, *odd)
    print_of = stand.frame.cut_live(whole).fingerprint
    return replace(result, drift=drift, findings=findings, fingerprint=print_of)


def _carry_out(
    ground: Ground, rehearsed: Rehearsed, lock: MigrationLock, agreed: frozenset[str] | None
) -> NewResult:
    from trueup.history.effects import Effects

    def refuse(hazards: tuple[Hazard, ...]) -> NoReturn:
        raise NotAgreed(hazards, ground.where, tried=True)

    effects = Effects(rereads(ground.draft.found), agreed, refuse)
    journal = Journal(ground.project, ground.conn, lock)
    file = _file(ground)
    folder = _with(ground.folder, file)
    try:
        applied = apply_locked(
            ground.project, folder, ground.conn, journal, file.version, effects, new=file
        )
    except TrueupError as problem:
        if not _is_judgement(problem, journal.fate) and problem.code != "journal_not_written":
            _explain(problem, journal.fate, file)
        raise
    hazards = together(effects.hazards, rehearsed.hazards)
    return _result(ground, replace(rehearsed, hazards=hazards), file, applied)


def _is_judgement(problem: TrueupError, fate: Fate) -> bool:
    """Whether it was rolled back for what it did: then there is nothing to correct."""
    return fate is Fate.GONE and isinstance(problem, ValidationFailed)


def _lasting(folder: Folder) -> Folder:
    """The folder without what its first file puts an end to."""
    lasting = tuple(finding for finding in folder.findings if finding.code not in _ENDED)
    return replace(folder, findings=lasting)


def _with(folder: Folder, file: Migration) -> Folder:
    """The folder as it was looked at, and the new file; not what others may have added since."""
    return replace(_lasting(folder), migrations=(*folder.migrations, file))


def _file(ground: Ground) -> Migration:
    """What is to be, under a version that is later than all others."""
    settings, draft = ground.project.settings, ground.draft
    now = datetime.now(UTC)
    version = later_version(settings.migrations_dir, ground.target.recorded, now)
    path = settings.shown(settings.migrations_dir / f"{version}_{draft.name}.sql")
    return Migration(version, draft.name, path, draft.text.encode())


def _explain(problem: TrueupError, fate: Fate, file: Migration) -> None:
    """Where things stand after a failure, in words; places are told in the query where its file
    is gone."""
    if fate is Fate.GONE:
        problem.hint = "nothing is left of it, neither file nor row; correct the query"
        place = problem.location
        if isinstance(problem, StatementFailed) and place and place.file == file.path:
            problem.location = Location(QUERY, place.line, place.column)
    elif fate is Fate.RECORDED:
        problem.hint = f"{file.path} is in the history, look at `trueup status`; {problem.hint}"
    else:
        problem.hint = (
            f"whether {file.path} was applied is not known; the next command that reaches the"
            f" database finds out and puts it right; {problem.hint}"
        )


def _result(
    ground: Ground, rehearsed: Rehearsed, file: Migration, applied: ApplyResult
) -> NewResult:
    same_major = rehearsed.shadow.major == ground.target.major
    other = () if same_major else (_other_major(ground, rehearsed),)
    comparable = same_major and applied.problem is None
    done = applied.applied[0]
    return NewResult(
        dry_run=False,
        database=applied.database,
        name=file.name,
        version=file.version,
        file=file.path,
        milliseconds=done.row.execution_time_ms,
        notices=done.notices,
        changes=rehearsed.changes,
        hazards=rehearsed.hazards,
        schema_file=applied.schema_file,
        drift=applied.drift,
        findings=(*applied.findings, *_notes(rehearsed), *other),
        fingerprint=_fingerprint(ground, rehearsed, applied.drift) if comparable else None,
    )


def _fingerprint(ground: Ground, rehearsed: Rehearsed, drift: Sequence[Drift]) -> str | None:
    """Of the database: it is what the migrations give but for the drift. Drift in rights is told
    by effect, so where rights are part of it the texts are not known."""
    rights = [item for item in drift if item.key.kind == RIGHTS]
    if rights and ground.project.scope.privileges:
        return None
    objects = dict(rehearsed.after.objects)
    for item in drift:
        objects.pop(item.key, None)
        if item.database is not None and item not in rights:
            objects[item.key] = SchemaObject(item.key, item.database)
    return Schema(objects).fingerprint


def _notes(rehearsed: Rehearsed) -> tuple[Finding, ...]:
    return tuple(warning("replay_note", QUERY, note) for note in rehearsed.notes)


def _other_major(ground: Ground, rehearsed: Rehearsed) -> Finding:
    target, shadow = ground.target, rehearsed.shadow
    return warning(
        "server_major_differs",
        target.name,
        f"the database runs PostgreSQL {target.version}, the shadow {shadow.major}: they can't be"
        " compared",
        f"install PostgreSQL {target.major} (`trueup doctor` lists what is found)",
    )
