"""Proof: a plan is run on a copy, the copy is dumped, and the dump is compared with the goal.

The observer is pg_dump; it shares nothing with the planner. What the first plan leaves over is
planned again from where the copy stands, and what PostgreSQL refused is planned again with a
stronger rule, a bounded number of times. What then remains is told, and nothing is called proven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

import psycopg

from trueup.errors import StatementFailed
from trueup.model.hazard import DATA_LOSS
from trueup.model.holdings import Holdings
from trueup.model.schema import ObjectKey, Schema
from trueup.plan.plan import (
    Hint,
    Plan,
    PlanOptions,
    Statement,
    equal_up_to_column_order,
    make_plan,
)
from trueup.plan.renames import likely_renames, rename_statements
from trueup.plan.tables.column_order import same_but_for_column_order
from trueup.postgres.session.connection import Connection, connect
from trueup.shadow.rows import Rows, lost_rows, rows_of, tables_priced
from trueup.shadow.watch import Watch, look, seen, with_hazards
from trueup.verdict.remade import Remade, Seen

# A fresh plan, one with what failed rebuilt, one more, and one with the other search path.
_ATTEMPTS = 5
# The plan itself and what is planned from where it led.
_ROUNDS = 3

Clone = Callable[[], AbstractContextManager[str]]
Dump = Callable[[str], Schema]


@dataclass(frozen=True)
class Proof:
    """What came of trying a plan on a copy.

    `proven`: the copy's dump equalled the goal's. `up_to_column_order`: it did but for the order
    of columns in tables. `residue`: the objects that still differ, empty when proven. `failure`:
    why a statement was refused, with the statement, in the last attempt. `lost`: what became of
    rows without the plan saying so, in words; then nothing is proven. `rights`: what became of
    owners and rights of objects that the plan makes; its statements have hazards that say it.
    `anew`: the objects that it drops and makes again.
    """

    plan: Plan
    proven: bool
    up_to_column_order: bool = False
    residue: tuple[ObjectKey, ...] = ()
    failure: StatementFailed | None = None
    attempts: int = 1
    lost: tuple[str, ...] = ()
    rights: tuple[Remade, ...] = ()
    anew: frozenset[ObjectKey] = frozenset()

    @property
    def holds(self) -> bool:
        """Whether nothing is left but, at most, the order of columns."""
        return self.proven or self.up_to_column_order

    @property
    def why_not(self) -> str:
        """Why it does not hold, in words; "" when it does."""
        if self.holds:
            return ""
        if self.failure:
            return self.failure.message
        if self.lost:
            return f"rows did not survive: {'; '.join(self.lost)}"
        return "objects still differed afterwards"


@dataclass
class _Trial:
    """One attempt: the statements run so far on one copy, and where they led. `before` are the
    rows when everything had its new name; `held` is what roles held at the start, and then."""

    statements: list[Statement] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    reached: Schema = field(default_factory=Schema)
    start: Schema = field(default_factory=Schema)
    failed: Statement | None = None
    failure: StatementFailed | None = None
    before: Rows = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    held: list[Holdings] = field(default_factory=list)
    seen: Seen | None = None


def prove(
    source: Schema,
    goal: Schema,
    clone: Clone,
    dump: Dump,
    options: PlanOptions | None = None,
    watch: Watch | None = None,
) -> Proof:
    """Plans from `source` to `goal` and tries the plan on copies that `clone` gives.

    `clone` yields the conninfo of a database with the schema `source`, ours to change and gone
    afterwards; `dump` reads a database in the scope that `source` and `goal` have; `watch` says
    what owners and rights are held to, whether or not they are in that scope. Raises what
    these raise; a statement that PostgreSQL refuses is part of the answer.
    """
    held_to = watch or Watch()
    chosen: PlanOptions | None = options or PlanOptions()
    found: list[Proof] = []
    while chosen is not None and len(found) < _ATTEMPTS:
        with clone() as conninfo:
            trial = _try(source, goal, conninfo, dump, chosen)
            if trial.before and not trial.failure:
                trial.lost = _lost(trial, conninfo)
            if trial.held and not trial.failure:
                trial.seen = seen(trial.held[0], trial.held[-1], conninfo, held_to)
        found.append(_judge(trial, source, goal, held_to))
        if found[-1].proven or (found[-1].holds and not chosen.strict_column_order):
            break
        chosen = _stronger(chosen, trial, goal)
    return replace(max(found, key=_rank), attempts=len(found))


def _rows(conninfo: str) -> Rows:
    with connect(conninfo) as conn:
        return rows_of(conn)


def _lost(trial: _Trial, conninfo: str) -> tuple[str, ...]:
    said = tables_priced(trial.statements, DATA_LOSS)
    with connect(conninfo) as conn:
        return lost_rows(trial.before, conn, {}, said)


def _rank(proof: Proof) -> tuple[bool, bool, bool, bool, int]:
    return (
        proof.proven,
        proof.up_to_column_order,
        not proof.lost,
        proof.failure is None,
        -len(proof.residue),
    )


def _try(source: Schema, goal: Schema, conninfo: str, dump: Dump, options: PlanOptions) -> _Trial:
    trial = _Trial(reached=source, start=source)
    renamed = rename_statements(options.renames, source)
    for number in range(_ROUNDS + bool(renamed)):
        if renamed and number == 0:
            plan = Plan(renamed, source.fingerprint, goal.fingerprint)
        else:
            plan = make_plan(trial.reached, goal, options)
        if not plan and trial.plans:
            break
        _remember(trial, conninfo, number - bool(renamed))
        before = len(_differing(trial.reached, goal))
        more = _run(plan.statements, conninfo)
        trial.failed, trial.failure = more.failed, more.failure
        reached = trial.reached if more.failure else dump(conninfo)
        first = len(trial.plans) <= bool(renamed)
        if not first and (more.failure or len(_differing(reached, goal)) >= before):
            # What another round does not improve is not worth running.
            trial.failed, trial.failure = None, None
            break
        trial.plans.append(plan)
        trial.statements += plan.statements
        trial.reached = reached
        if renamed and number == 0:
            trial.start = reached
        if more.failure or equal_up_to_column_order(reached, goal):
            break
    return trial


def _remember(trial: _Trial, conninfo: str, number: int) -> None:
    """What is there before the plan's round `number`; renames are a round of their own, -1."""
    if number <= 0:
        trial.held.append(look(conninfo))
    if number == 0:
        trial.before = _rows(conninfo)


def _run(statements: Sequence[Statement], conninfo: str) -> _Trial:
    outcome = _Trial()
    with connect(conninfo) as conn:
        for group in groups(statements):
            if not _run_group(conn, group, outcome):
                break
    return outcome


def groups(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    """A plan cut into what runs in one transaction each; a statement that can't be in one is
    alone."""
    group: list[Statement] = []
    for statement in statements:
        if statement.transactional:
            group.append(statement)
            continue
        if group:
            yield group
        yield [statement]
        group = []
    if group:
        yield group


def _run_group(conn: Connection, group: Sequence[Statement], trial: _Trial) -> bool:
    together = group[0].transactional
    try:
        if together:
            conn.execute("BEGIN")
        for statement in group:
            trial.failed = statement
            conn.execute(statement.sql.encode())
        trial.failed = None
        if together:
            conn.execute("COMMIT")
    except psycopg.Error as refusal:
        conn.execute("ROLLBACK")
        trial.failure = _failure(refusal, trial.failed)
        return False
    return True


def _failure(refusal: psycopg.Error, statement: Statement | None) -> StatementFailed:
    said = refusal.diag
    return StatementFailed(
        said.message_primary or str(refusal),
        code="plan_refused",
        subject=str(statement.object) if statement else "",
        hint="the plan was tried on a copy; nothing of yours was changed",
        statement=statement.sql if statement else "",
        sqlstate=said.sqlstate or "",
        detail=said.message_detail or "",
        server_hint=said.message_hint or "",
        context=said.context or "",
    )


def _judge(trial: _Trial, source: Schema, goal: Schema, watch: Watch) -> Proof:
    rights = trial.seen.remade(watch.goal, compared=watch.compared) if trial.seen else []
    plan = Plan(
        with_hazards(trial.statements, rights),
        assumes=source.fingerprint,
        goal=goal.fingerprint,
        hints=tuple(dict.fromkeys((*_hints(trial), *likely_renames(trial.start, goal)))),
    )
    reached = source if trial.failure else trial.reached
    residue = _differing(reached, goal)
    whole = not trial.failure and not trial.lost
    proven = whole and not residue
    ordered = whole and bool(residue) and equal_up_to_column_order(reached, goal)
    return Proof(
        plan,
        proven,
        ordered,
        residue,
        trial.failure,
        lost=trial.lost,
        rights=tuple(rights),
        anew=trial.seen.anew() if trial.seen else frozenset(),
    )


def _hints(trial: _Trial) -> Iterator[Hint]:
    for plan in trial.plans:
        yield from plan.hints


def _differing(reached: Schema, goal: Schema) -> tuple[ObjectKey, ...]:
    keys = dict.fromkeys([*reached, *goal])
    return tuple(key for key in keys if reached.ddl(key) != goal.ddl(key))


def _beyond_order(reached: Schema, goal: Schema) -> set[ObjectKey]:
    return {
        key
        for key in _differing(reached, goal)
        if not same_but_for_column_order(key, reached.ddl(key), goal.ddl(key))
    }


def _stronger(options: PlanOptions, trial: _Trial, goal: Schema) -> PlanOptions | None:
    """The options for another attempt; None when there is nothing left to try."""
    if trial.failed and trial.failed.sql.startswith("REFRESH "):
        return replace(options, refresh=False)
    if trial.failed:
        wanted = {trial.failed.object}
    elif options.strict_column_order:
        wanted = set(_differing(trial.reached, goal))
    else:
        wanted = _beyond_order(trial.reached, goal)
    more = wanted - options.rebuild
    if more:
        return replace(options, rebuild=options.rebuild | more)
    if options.search_path == "auto":
        emptied = any(statement.sql.startswith("SET search_path") for statement in trial.statements)
        return replace(options, search_path="session" if emptied else "empty")
    return None
