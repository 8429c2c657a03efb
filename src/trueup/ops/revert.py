"""`reconcile --revert`: the database goes back to what its migrations say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from trueup.diff.compare import Change, compare
from trueup.errors import CannotTell, StatementFailed, ValidationFailed
from trueup.ops.diff import split_by_order
from trueup.ops.project import Project
from trueup.ops.reconcile import Choice, Look, chosen, insist_on_proof, look, mixed, prove_revert
from trueup.ops.unsettled import refuse_revert

if TYPE_CHECKING:
    from trueup.plan.plan import Statement
    from trueup.postgres.session import Connection
    from trueup.shadow.prove import Proof

# Hazards that cost data which no later command brings back.
LOSES_DATA = frozenset({"data_loss"})


@dataclass(frozen=True, slots=True)
class RevertResult:
    """The changes to undo, the proof, whether they were undone, and what was still different
    afterwards (`left`)."""

    database: str
    changes: tuple[Change, ...]
    proof: Proof | None
    applied: bool = False
    left: tuple[Change, ...] = ()


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
    data without leave, or the database changed since it was looked at; StatementFailed when the
    database refuses a statement (what is transactional is then undone).
    """
    seen = look(project, choice)
    changes = chosen(seen, choice)
    if not changes:
        return RevertResult(seen.target.name, (), None)
    refuse_revert(seen, [change.key for change in changes])
    proof = prove_revert(project, seen, choice, changes)
    if not apply:
        return RevertResult(seen.target.name, changes, proof)
    insist_on_proof(proof)
    _insist_on_leave(proof, may_lose_data)
    left = _run(project, seen, choice, changes, proof)
    return RevertResult(seen.target.name, changes, proof, True, left)


def losses(proof: Proof) -> tuple[str, ...]:
    """What the plan loses, in words."""
    hazards = [h for s in proof.plan.statements for h in s.hazards if h.code in LOSES_DATA]
    return tuple(dict.fromkeys(hazard.message for hazard in hazards))


def _insist_on_leave(proof: Proof, may_lose_data: Callable[[Proof], bool]) -> None:
    lost = losses(proof)
    if lost and not may_lose_data(proof):
        raise ValidationFailed(
            f"reverting loses data: {'; '.join(lost)}",
            code="data_loss_refused",
            hint="save what is needed, then run it again with --allow-data-loss",
        )


def _run(
    project: Project, seen: Look, choice: Choice, changes: tuple[Change, ...], proof: Proof
) -> tuple[Change, ...]:
    from trueup.history.lock import migration_lock
    from trueup.postgres.run import reset_session

    with project.connect() as conn:
        wait = project.settings.lock_wait
        with migration_lock(conn, wait_seconds=wait) as lock, lock.at_work(conn):
            _insist_it_stands_still(seen)
            _execute(conn, proof, choice, project.settings.lock_timeout)
            reset_session(conn)
    live = seen.frame.cut_live(seen.target.dump(seen.shadow.host.pg_dump))
    goal = mixed(seen.live, seen.applied, changes)
    return split_by_order(compare(goal, live), choice.strict_column_order)[0]


def _insist_it_stands_still(seen: Look) -> None:
    """The plan is for the schema that was looked at, and for no other."""
    now = seen.frame.cut_live(seen.target.dump(seen.shadow.host.pg_dump))
    if now.fingerprint != seen.live.fingerprint:
        raise ValidationFailed(
            "the database changed while the plan was being proven; nothing was run",
            code="schema_moved",
            hint="run the same command again",
        )


def _execute(conn: Connection, proof: Proof, choice: Choice, lock_timeout: float) -> None:
    from trueup.shadow.prove import groups

    conn.execute(f"SET lock_timeout TO {max(1, round(lock_timeout * 1000))}")
    for group in groups(proof.plan.statements):
        if group[0].transactional:
            with conn.transaction(), _rows_kept(conn, group, choice):
                for statement in group:
                    _one(conn, statement)
        else:
            _one(conn, group[0])


@contextmanager
def _rows_kept(conn: Connection, group: Sequence[Statement], choice: Choice) -> Iterator[None]:
    """Rows that are written anew are compared: that costs no more than writing them. Raises
    ValidationFailed (`rows_not_kept`) before the transaction ends."""
    from trueup.plan.hazards import TABLE_REWRITE
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
