"""`reconcile --revert`: the database goes back to what its migrations say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import psycopg

from trueup.diff.compare import Change, compare
from trueup.errors import CannotTell, StatementFailed, ValidationFailed
from trueup.model.finding import Finding
from trueup.ops.diff import split_by_order
from trueup.ops.reconcile.kept import grave, refuse, way_to_revert
from trueup.ops.reconcile.look import (
    LOSES_DATA,
    Choice,
    Look,
    chosen,
    insist_on_leave,
    insist_on_proof,
    look,
    mixed,
    prove_revert,
    rights_asked,
    without,
)
from trueup.ops.reconcile.refusals import refuse_revert
from trueup.sql.quote import qualified
from trueup.verdict.states import StateVerdict, judge_states
from trueup.workbench.database import open_database
from trueup.workbench.project import Project
from trueup.workbench.rights import RightsLeft, rights_left
from trueup.workbench.target import Target

if TYPE_CHECKING:
    from trueup.model.holdings import Holdings
    from trueup.plan.plan import Statement
    from trueup.postgres.session.connection import Connection
    from trueup.shadow.prove import Proof
    from trueup.verdict.remade import Remade

_REFUSED = "the plan does not give back all rights; nothing was reverted"


@dataclass(frozen=True, slots=True)
class RevertResult:
    """The changes to undo, the proof, whether they were undone, and what was still different
    afterwards (`left`). `findings` are the states of the database that no dump tells; `rights`
    differ and are not changed by the plan. `is_part`: other differences were not asked for.
    `refused`: what keeps the plan from being run, shown only."""

    database: str
    changes: tuple[Change, ...]
    proof: Proof | None
    applied: bool = False
    left: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    rights: tuple[RightsLeft, ...] = ()
    is_part: bool = False
    refused: tuple[Remade, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the plan led where it should, where there is one."""
        return self.proof is None or self.proof.holds

    @property
    def settled(self) -> bool:
        """Whether nothing of what was asked for is left to do."""
        odd = any(finding.is_error for finding in self.findings)
        return not (odd or self.left or self.rights or (self.changes and not self.applied))


def revert(
    project: Project,
    choice: Choice,
    *,
    apply: bool = False,
    may_lose_data: Callable[[Proof], bool] = lambda _: False,
) -> RevertResult:
    """Plans and proves, on a copy of the database's schema, the way back; with `apply`, runs it
    on the database under the migration lock. `may_lose_data` is asked when a statement loses data.

    Raises ValidationFailed with nothing changed when a migration may have made what it would undo
    (`pending_first`, and what speaks against any reconcile), when the plan can't be proven, loses
    data without leave, takes rights or owners away that it does not give back
    (`rights_change_refused`), or the database changed since it was looked at; StatementFailed when
    the database refuses a statement (what is transactional is then undone).
    """
    seen = look(project, choice, writes=apply)
    hidden, findings = seen.states.hidden, seen.states.findings
    seen = without(seen, choice, lambda key: key in hidden and not hidden[key].can_be_made)
    changes = chosen(seen, choice)
    is_part = len(changes) < len(seen.changes)
    if not changes:
        return RevertResult(
            seen.target.name, (), None, findings=findings, rights=seen.rights, is_part=is_part
        )
    refuse_revert(seen, [change.key for change in changes])
    try:
        proof = prove_revert(project, seen, choice, changes)
    except StatementFailed as problem:
        if not any(item.own and item.index.constraint for item in hidden.values()):
            raise
        # A copy of the database lacks the key, and what refers to it does not load.
        raise ValidationFailed("nothing was reverted", problems=findings) from problem
    proof = _after_drops(proof, seen, changes)
    if not apply:
        # Where rights are in view of the plan, it has them.
        rights = () if seen.frame.scope.privileges else seen.rights
        refused = tuple(grave(project, proof.rights))
        return RevertResult(
            seen.target.name, changes, proof, False, (), findings, rights, is_part, refused
        )
    insist_on_proof(proof)
    refuse(_REFUSED, grave(project, proof.rights), way_to_revert(project, seen.given))
    insist_on_leave(proof, "reverting loses data", may_lose_data)
    _run(project, seen, choice, proof)
    left, rights = _compared(project, seen, choice, changes)
    now = _states_now(project, seen).findings
    return RevertResult(seen.target.name, changes, proof, True, left, now, rights, is_part)


def _after_drops(proof: Proof, seen: Look, changes: Sequence[Change]) -> Proof:
    """The plan with what is invalid dropped first: the copy, made from a dump, never had it."""
    from trueup.plan.statements import Statement

    hidden = [seen.states.hidden[c.key] for c in changes if c.key in seen.states.hidden]
    invalid = dict.fromkeys(item.index for item in hidden if item.own)
    drops = [
        Statement(f"DROP INDEX IF EXISTS {qualified(index.schema, index.name)}", index.key)
        for index in invalid
    ]
    plan = replace(proof.plan, statements=(*drops, *proof.plan.statements))
    return replace(proof, plan=plan)


def _states_now(project: Project, seen: Look) -> StateVerdict:
    target = Target.read(project, seen.folder.migrations)
    ran = seen.shadow.replayed(target.history.applied)
    whole = seen.frame.cut(seen.frame.whole)
    return judge_states(target.states, ran.states, seen.applied, seen.applied, whole)


def _run(project: Project, seen: Look, choice: Choice, proof: Proof) -> None:
    from trueup.history.lock import migration_lock
    from trueup.postgres.run.file import reset_session

    with open_database(project) as conn:
        wait = project.settings.lock_wait
        with migration_lock(conn, wait_seconds=wait) as lock, lock.at_work(conn):
            _insist_it_stands_still(seen)
            _execute(conn, proof, choice, project, seen)
            reset_session(conn)


def _compared(
    project: Project, seen: Look, choice: Choice, changes: tuple[Change, ...]
) -> tuple[tuple[Change, ...], tuple[RightsLeft, ...]]:
    """What differs now: objects from what was wanted, rights from what the files give."""
    whole = seen.target.dump(seen.shadow.host.pg_dump)
    goal = mixed(seen.live, seen.applied, changes)
    differences = compare(goal, seen.frame.cut_live(whole))
    wholes = replace(seen.wholes, database=whole)
    rights = rights_left(project, seen.frame, wholes, seen.shadow.major)
    return (
        split_by_order(differences, choice.strict_column_order)[0],
        rights_asked(rights, choice),
    )


def _insist_it_stands_still(seen: Look) -> None:
    """The plan is for the schema that was looked at, and for no other."""
    now = seen.frame.cut_live(seen.target.dump(seen.shadow.host.pg_dump))
    if now.fingerprint != seen.live.fingerprint:
        raise ValidationFailed(
            "the database changed while the plan was being proven; nothing was run",
            code="schema_moved",
            hint="run the same command again",
        )


def _execute(conn: Connection, proof: Proof, choice: Choice, project: Project, seen: Look) -> None:
    from trueup.postgres.read.holdings import read_holdings
    from trueup.shadow.prove import groups

    conn.execute(f"SET lock_timeout TO {max(1, round(project.settings.lock_timeout * 1000))}")
    before = read_holdings(conn)
    for group in groups(proof.plan.statements):
        if group[0].transactional:
            with (
                conn.transaction(),
                _rights_kept(conn, before, project, seen),
                _rows_kept(conn, group, choice),
            ):
                for statement in group:
                    _one(conn, statement)
        else:
            _one(conn, group[0])


@contextmanager
def _rights_kept(
    conn: Connection, before: Holdings, project: Project, seen: Look
) -> Iterator[None]:
    """What is made in the transaction must have the owner and the rights it should have: the copy
    may have been another server with other roles. Raises ValidationFailed
    (`rights_change_refused`) before the transaction ends."""
    from trueup.postgres.read.holdings import read_holdings
    from trueup.verdict.remade import Seen

    yield
    came = Seen(before, read_holdings(conn, before))
    made = came.remade(seen.given, compared=seen.frame.scope.privileges)
    refuse(
        f"{_REFUSED}; the transaction was rolled back",
        grave(project, made),
        way_to_revert(project, seen.given),
    )


@contextmanager
def _rows_kept(conn: Connection, group: Sequence[Statement], choice: Choice) -> Iterator[None]:
    """Rows that are written anew are compared: that costs no more than writing them. Raises
    ValidationFailed (`rows_not_kept`) before the transaction ends."""
    from trueup.model.hazard import TABLE_REWRITE
    from trueup.shadow.rows import lost_rows, new_names, rows_of, tables_priced

    said = tables_priced(group, *LOSES_DATA)
    renamed = new_names(choice.renames)
    old = {new: name for name, new in renamed.items()}
    written = {old.get(table, table) for table in tables_priced(group, TABLE_REWRITE) - said}
    before = rows_of(conn, written) if written else {}
    yield
    lost = lost_rows(before, conn, renamed, said)
    if lost:
        raise ValidationFailed(
            f"rows did not survive: {'; '.join(lost)}",
            code="rows_not_kept",
            hint="the transaction was rolled back; please report the plan that --revert shows",
        )


def _one(conn: Connection, statement: Statement) -> None:
    try:
        conn.execute(statement.sql.encode())
    except psycopg.OperationalError as lost:
        if conn.closed:
            raise CannotTell(
                "the connection was lost while reverting",
                code="connection_lost",
                hint="see what is there with `trueup check`",
            ) from lost
        raise _refused(lost, statement) from lost
    except psycopg.Error as refusal:
        raise _refused(refusal, statement) from refusal


def _refused(refusal: psycopg.Error, statement: Statement) -> StatementFailed:
    said = refusal.diag
    return StatementFailed(
        f"the database refused a statement of the plan: {said.message_primary or refusal}",
        code="revert_refused",
        hint="its transaction was rolled back; `trueup check` shows what is there",
        statement=statement.sql,
        source=statement.sql,
        sqlstate=said.sqlstate or "",
        detail=said.message_detail or "",
        server_hint=said.message_hint or "",
        context=said.context or "",
    )
