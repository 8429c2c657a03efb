"""`reconcile --adopt`: what only the database has becomes a migration, recorded as applied."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.diff.compare import Change, compare
from trueup.diff.words import display
from trueup.errors import ValidationFailed
from trueup.folder.names import next_version, slug
from trueup.model.finding import Finding, error
from trueup.model.history import HistoryRow
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.ops.reconcile.adopt_rights import (
    insist_on_rights,
    replay_with,
    rights_after,
    with_rights,
)
from trueup.ops.reconcile.look import (
    Choice,
    Look,
    chosen,
    insist_on_leave,
    insist_on_proof,
    look,
    mixed,
    prove_adopt,
    without,
)
from trueup.recovery.journal import Deed, Journal, witness_of
from trueup.recovery.regenerate import Written
from trueup.workbench.database import open_database
from trueup.workbench.project import Project
from trueup.workbench.rights import RightsLeft

if TYPE_CHECKING:
    from trueup.shadow.prove import Proof


@dataclass(frozen=True, slots=True)
class AdoptResult:
    """The changes taken over, the proof, the migration (its text is in `migration.sql`), and
    schema.sql where it was written. `findings` are the states of the database that no dump tells;
    what only looks changed because of them is `left_out`. `rights` differ and are not in the
    migration. `is_part`: other differences were not asked for."""

    database: str
    changes: tuple[Change, ...]
    proof: Proof | None
    migration: Migration | None
    schema_file: Written | None
    findings: tuple[Finding, ...] = ()
    left_out: tuple[Change, ...] = ()
    rights: tuple[RightsLeft, ...] = ()
    is_part: bool = False

    @property
    def proven(self) -> bool:
        """Whether the plan led where it should, where there is one."""
        return self.proof is None or self.proof.holds

    @property
    def settled(self) -> bool:
        """Whether nothing of what was asked for is left to do."""
        odd = any(finding.is_error for finding in self.findings)
        return not (odd or self.rights or (self.changes and self.schema_file is None))


def adopt(
    project: Project,
    choice: Choice,
    *,
    name: str = "adopt_database_changes",
    write: bool = False,
    may_lose_data: Callable[[Proof], bool] = lambda _: False,
) -> AdoptResult:
    """Plans and proves the missing migration; with `write`, creates it, records it as applied on
    this database and regenerates schema.sql. `may_lose_data` is asked when a statement loses data:
    it will run wherever the migration runs, and nobody renamed or saved anything there.

    Raises ValidationFailed with nothing changed when files are pending (`pending_first`), the
    plan can't be proven (`plan_not_proven`), loses data without leave (`data_loss_refused`), or
    somebody could do something after the migration that the database does not let them do
    (`rights_change_refused`).
    """
    looked = look(project, choice, writes=write)
    _refuse_pending(looked)
    hidden = looked.states.hidden
    seen = without(looked, choice, hidden.__contains__)
    left_out = tuple(change for change in looked.changes if change.key in hidden)
    changes = chosen(seen, choice)
    is_part = len(changes) < len(seen.changes)
    known = (looked.states.findings, left_out)
    if not changes:
        return AdoptResult(seen.target.name, (), None, None, None, *known, seen.rights, is_part)
    proof = with_rights(project, prove_adopt(seen, choice, changes))
    if write:
        insist_on_proof(proof)
    if not proof.plan.statements or not proof.holds:
        return AdoptResult(seen.target.name, changes, proof, None, None, *known)
    if write:
        insist_on_leave(proof, "wherever this migration runs, data is lost", may_lose_data)
    migration = _migration(seen, proof, name)
    replayed = replay_with(seen, migration)
    whole = _prove_file(seen, replayed, changes)
    insist_on_rights(project, seen, replayed, proof, changes)
    written = _write(project, seen, migration, whole) if write else None
    rights = rights_after(project, seen, choice, replayed)
    about = (*known, rights, is_part)
    return AdoptResult(seen.target.name, changes, proof, migration, written, *about)


def _refuse_pending(seen: Look) -> None:
    if seen.target.history.pending:
        count = len(seen.target.history.pending)
        raise ValidationFailed(
            f"{count} migrations are pending on {seen.target.name}: what the database has can't "
            "be told from what they bring",
            code="pending_first",
            hint="run `trueup apply` first, then adopt what is still different",
        )


def _migration(seen: Look, proof: Proof, name: str) -> Migration:
    known = [*seen.folder.versions, *seen.target.recorded]
    version = next_version(known, datetime.now(UTC))
    safe = slug(name)
    hazards = [f"-- {h.code}: {h.message}\n" for s in proof.plan.statements for h in s.hazards]
    text = (
        f"-- Taken over from database {' '.join(seen.target.name.split())}, where it was made by"
        f" hand.\n{''.join(dict.fromkeys(hazards))}\n{proof.plan.sql}"
    )
    return Migration(version, safe, f"{seen.folder.path}/{version}_{safe}.sql", text.encode())


def _prove_file(seen: Look, whole: Schema, changes: Sequence[Change]) -> Schema:
    """What the file itself gives, run after all others as every later replay will run it."""
    from trueup.plan.tables.column_order import same_but_for_column_order as same

    replayed = seen.frame.cut(whole)
    goal = mixed(seen.applied, seen.live, changes)
    left = [c for c in compare(goal, replayed) if not same(c.key, c.before, c.after)]
    if left:
        problems = [
            error(
                "adoption_unproven",
                str(change.key),
                f"a replay with the new migration does not give {display(change.key)} as the "
                "database has it",
                "adopt a part of the objects with --only, or write the migration by hand",
            )
            for change in left
        ]
        raise ValidationFailed("the migration was not written", problems=problems)
    return replayed


def _write(project: Project, seen: Look, migration: Migration, whole: Schema) -> Written:
    """The file and its row, in one deed; then schema.sql."""
    from trueup.history.lock import migration_lock
    from trueup.history.person import person
    from trueup.history.start import insert_rows, start_history

    supabase = project.settings.resolved_platform == "supabase"
    by = person(os.environ)
    row = HistoryRow(migration.version, migration.name, migration.checksum, None, by, 0, True)
    wait = project.settings.lock_wait
    files = (*seen.folder.migrations, migration)
    deed = Deed("reconcile --adopt", witness_of(migration), (migration,), files=files, schema=whole)
    with open_database(project) as conn, migration_lock(conn, wait_seconds=wait) as lock:
        journal = Journal(project, conn, lock)
        with journal.transaction(deed):
            start_history(conn, seen.target.evidence, seen.folder.migrations, row_security=supabase)
            insert_rows(conn, [row])
        return journal.schema_file
