"""The same change of types, as the plan prices it and as the rehearsal of the plan's own SQL does:
both ask one room, so they must agree."""

from __future__ import annotations

import pytest

from plan.databases import made, schema_of
from trueup.diff.compare import compare
from trueup.model.hazard import DATA_LOSS, IRREVERSIBLE, MAY_FAIL, TABLE_REWRITE, Hazard
from trueup.model.schema import Schema
from trueup.plan.plan import Plan, PlanOptions, make_plan
from trueup.postgres.server.cluster import Cluster
from trueup.verdict.drafts import (
    Rehearsal,
    columns,
    computed_columns,
    hazards_of_changes,
    hazards_of_text,
    pieces,
    renamed,
    routines,
    together,
    usings,
)

_COMPARED = frozenset({DATA_LOSS, TABLE_REWRITE, MAY_FAIL, IRREVERSIBLE})
LOSES, WRITES, FAILS = {DATA_LOSS}, {TABLE_REWRITE}, {MAY_FAIL}
ALL = LOSES | WRITES | FAILS
NOTHING: set[str] = set()

_RETYPED = {
    # What is no loss, and is not called one.
    ("integer", "bigint"): WRITES,
    ("smallint", "numeric(5,0)"): WRITES,
    ("integer", "numeric(12,2)"): WRITES,
    ("numeric(10,2)", "numeric(12,2)"): NOTHING,
    ("numeric(10,2)", "numeric"): NOTHING,
    ("numeric(10,2)", "numeric(14,4)"): WRITES,
    ("varchar(20)", "text"): NOTHING,
    ("varchar(5)", "varchar(9)"): NOTHING,
    ("text", "varchar"): NOTHING,
    ("char(5)", "varchar(9)"): WRITES,
    ("bit varying(5)", "bit varying(9)"): NOTHING,
    ("timestamp(3)", "timestamp"): NOTHING,
    ("timestamptz(3)", "timestamptz(6)"): NOTHING,
    ("interval(3)", "interval"): NOTHING,
    ("real", "double precision"): WRITES,
    ("uuid", "text"): WRITES,
    ("cidr", "inet"): NOTHING,
    ("jsonb", "json"): WRITES,
    ("integer[]", "bigint[]"): WRITES,
    ("mood", "text"): WRITES,
    ("free", "text"): NOTHING,
    ("text", "free"): NOTHING,
    ("integer", "text"): WRITES,
    # What may be refused, and otherwise stays what it is.
    ("bigint", "integer"): WRITES | FAILS,
    ("numeric(12,2)", "numeric(10,2)"): WRITES | FAILS,
    ("text", "mood"): WRITES | FAILS,
    ("text", "json"): WRITES | FAILS,
    ("date", "timestamp"): WRITES | FAILS,
    ("uuid", "varchar(20)"): WRITES | FAILS,
    ("integer", "plus"): WRITES | FAILS,
    # What loses.
    ("numeric(12,4)", "integer"): ALL,
    ("numeric(12,4)", "numeric(12,2)"): WRITES | LOSES,
    ("numeric", "numeric(12,2)"): ALL,
    ("numeric(5,2)", "numeric(5,-1)"): WRITES | LOSES,
    ("double precision", "real"): ALL,
    ("bigint", "double precision"): WRITES | LOSES,
    ("timestamptz", "date"): WRITES | LOSES,
    ("timestamptz(6)", "timestamptz(0)"): WRITES | LOSES,
    ("timestamp", "timestamptz"): ALL,
    ("timestamp", "time"): ALL,
    ("interval", "interval day"): WRITES | LOSES,
    ("text", '"char"'): WRITES | LOSES,
    ("varchar(80)", "name"): WRITES | LOSES,
    ("varchar(9)", "varchar(5)"): ALL,
    ("text", "char(5)"): ALL,
    ("json", "jsonb"): ALL,
    ("inet", "cidr"): WRITES | LOSES,
    ("text", "integer"): ALL,
    ("text", "timestamptz"): ALL,
    ("numeric(8,4)[]", "numeric(8,2)[]"): WRITES | LOSES,
    ("date", "inet"): ALL,
}
_TYPES = (
    "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN free AS text;"
    " CREATE DOMAIN plus AS integer CHECK (VALUE > 0);"
)
_TABLE = "CREATE TABLE t (a {}, b integer, c text);"
_AD = "CREATE TYPE ad AS ({}); CREATE TABLE t (id integer, a ad, b ad[]);"
_LONE = "CREATE TYPE ad AS ({}); CREATE TABLE t (id integer);"
_ENUM = "CREATE TYPE e AS ENUM ({}); CREATE TABLE t (a e, b e[]);"
_DOMAIN = "CREATE DOMAIN d AS {}; CREATE TABLE t (a d);"

_COMPUTED = "integer, g integer GENERATED ALWAYS AS (a + 1) STORED"

_DEFINED = {
    ("attribute dropped", _AD.format("x integer, y text"), _AD.format("x integer")): LOSES,
    ("attribute added", _AD.format("x integer"), _AD.format("x integer, y text")): NOTHING,
    ("attributes exchanged", _AD.format("x text, y text"), _AD.format("y text, x text")): WRITES
    | LOSES,
    ("one for another", _AD.format("x text, y text"), _AD.format("z text, y text")): WRITES | LOSES,
    ("attribute narrowed", _AD.format("x bigint"), _AD.format("x integer")): WRITES | FAILS,
    ("attribute rounded", _AD.format("x numeric(8,4)"), _AD.format("x numeric(8,2)")): WRITES
    | LOSES,
    ("nobody has it", _LONE.format("x integer, y text"), _LONE.format("x integer")): NOTHING,
    ("label added", _ENUM.format("'a'"), _ENUM.format("'a', 'b'")): {IRREVERSIBLE},
    ("label removed", _ENUM.format("'a', 'b'"), _ENUM.format("'a'")): WRITES | FAILS,
    ("labels in another order", _ENUM.format("'a', 'b'"), _ENUM.format("'b', 'a'")): WRITES,
    ("domain stricter", _DOMAIN.format("integer"), _DOMAIN.format("integer CHECK (VALUE > 0)")): (
        FAILS
    ),
    ("domain rounded", _DOMAIN.format("numeric(8,4)"), _DOMAIN.format("numeric(8,2)")): WRITES
    | LOSES,
    ("column dropped", _TABLE.format("integer"), "CREATE TABLE t (b integer, c text);"): LOSES,
    ("computed column dropped", _TABLE.format(_COMPUTED), _TABLE.format("integer")): NOTHING,
    ("table dropped", _TABLE.format("integer"), "SELECT 1"): LOSES,
    ("sequence dropped", "CREATE SEQUENCE s", "SELECT 1"): LOSES,
    ("sequence shrunk", "CREATE SEQUENCE s", "CREATE SEQUENCE s AS integer"): FAILS,
    (
        "sequence starts anew",
        "CREATE SEQUENCE s START 70000",
        "CREATE SEQUENCE s AS smallint",
    ): LOSES,
}
CASES = {
    **{
        f"{old} to {new}": (_TYPES + _TABLE.format(old), _TYPES + _TABLE.format(new), codes)
        for (old, new), codes in _RETYPED.items()
    },
    **{name: (before, after, codes) for (name, before, after), codes in _DEFINED.items()},
}


def rehearsed(plan: Plan, before: Schema, after: Schema) -> tuple[Hazard, ...]:
    """What the rehearsal says of a plan's SQL, as if somebody had written it."""
    found = pieces(plan.sql)
    text = hazards_of_text(found, routines(before), columns(before), computed_columns(before))
    rehearsal = Rehearsal(before, after, renamed(found), usings(found))
    return together(text, hazards_of_changes(compare(before, after), rehearsal))


@pytest.mark.parametrize("name", CASES)
def test_plan_and_rehearsal_price_a_change_alike(pg: Cluster, name: str) -> None:
    source, goal, expected = CASES[name]
    before, after = (schema_of(pg, made(pg, text)) for text in (source, goal))
    plan = make_plan(before, after, PlanOptions(server_major=pg.install.major))
    priced = [hazard for statement in plan.statements for hazard in statement.hazards]
    told = rehearsed(plan, before, after)
    assert {h.code for h in priced} & _COMPARED == expected, plan.sql
    assert {h.code for h in told} & _COMPARED == expected, told
    assert all(h.subject and h.message for h in (*priced, *told))
