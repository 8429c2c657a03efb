"""From two schemas to a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trueup.model.schema import ObjectKey, Schema
from trueup.plan.online import online_forms
from trueup.plan.order import ordered
from trueup.plan.rule import ANY_OPERATOR, rule_for, rules
from trueup.plan.statements import Hint, Plan, PlanOptions, Statement
from trueup.plan.tables.column_order import equal_up_to_column_order
from trueup.plan.work import Work
from trueup.sql.references import mentions

__all__ = [
    "Hint",
    "Plan",
    "PlanOptions",
    "Statement",
    "equal_up_to_column_order",
    "make_plan",
]

_SETTING = "SETTING"
# Bodies that are strings are not looked into: what they use may come later in the plan.
_NO_BODIES = Statement(
    "SET check_function_bodies = off", ObjectKey(_SETTING, "", "check_function_bodies")
)
_BODIES = replace(_NO_BODIES, sql="RESET check_function_bodies")
_EMPTY_PATH = Statement("SET search_path = ''", ObjectKey(_SETTING, "", "search_path"))
_OWN_PATH = replace(_EMPTY_PATH, sql="RESET search_path")


def make_plan(source: Schema, goal: Schema, options: PlanOptions | None = None) -> Plan:
    """The statements that turn a database with the schema `source` into one with `goal`.

    Pure and deterministic. The plan is a proposal until it was run on a copy: what PostgreSQL
    makes of it is only known there (shadow/prove.py).
    """
    chosen = options or PlanOptions()
    work = Work(source, goal, chosen, rule_for)
    work.decide()
    body: Sequence[Statement] = list(ordered(work))
    for rule in rules():
        body = rule.finish(body, work)
    if chosen.online:
        body = list(online_forms(body))
    return Plan(
        tuple(_with_settings(body, work)),
        assumes=source.fingerprint,
        goal=goal.fingerprint,
        hints=tuple(dict.fromkeys(work.hints)),
    )


def _with_settings(body: Sequence[Statement], work: Work) -> Iterator[Statement]:
    """The session in which the statements mean what pg_dump meant, put back at the end."""
    empties_path = _needs_empty_path(body, work)
    looked_into = any(rule_for(statement.object.kind).holds_code for statement in body)
    if looked_into:
        yield _NO_BODIES
    if empties_path:
        yield _EMPTY_PATH
    yield from body
    if empties_path:
        yield _OWN_PATH
    if looked_into:
        yield _BODIES
    # In the session's own search path: what views call may have bodies that rely on it.
    for rule in rules():
        yield from rule.afterwards(work)


def _needs_empty_path(body: Sequence[Statement], work: Work) -> bool:
    """pg_dump's texts hold only under an empty search path where a name without a schema could
    be taken for something of the user's."""
    if work.options.search_path != "auto" or not body:
        return work.options.search_path == "empty"
    known = {
        name
        for side in (work.source, work.goal)
        for key in side
        for name in rule_for(key.kind).shadows(side[key])
    }
    return bool(known) and any(_may_mistake(statement.sql, known) for statement in body)


def _may_mistake(sql: str, known: set[str]) -> bool:
    words = mentions(sql)
    return bool((words.bare | words.operators) & known) or (
        ANY_OPERATOR in known and bool(words.operators)
    )
