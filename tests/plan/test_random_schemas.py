"""Any two schemas are joined by a plan that holds; rows survive it or it says they may not.

TRUEUP_EXAMPLES sets how many pairs are tried; failing ones are kept by hypothesis and tried first.
"""

from __future__ import annotations

import os

import psycopg
from hypothesis import HealthCheck, Phase, given, settings

import servers
from plan.databases import cloner, made, proof
from plan.random_schemas import Model, models
from trueup.plan.plan import Plan, Statement
from trueup.postgres.session.connection import connect

EXAMPLES = int(os.environ.get("TRUEUP_EXAMPLES", "8"))
_SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 50,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@_SETTINGS
@given(models, models)
def test_a_plan_between_any_two_schemas_holds_and_keeps_the_rows(one: Model, other: Model) -> None:
    pg = servers.cluster(servers.default_install())
    source, goal = made(pg, one.sql()), made(pg, other.sql())
    found = proof(pg, source, goal)
    assert found.holds, (found.failure and found.failure.message, found.residue, found.plan.sql)
    with connect(source) as conn:
        conn.execute(b"SET session_replication_role = replica")  # in any order, whatever refers
        conn.execute(one.rows().encode())
    with cloner(pg, source)() as conninfo:
        refused = _run(found.plan, conninfo)
        if refused:
            codes = {hazard.code for hazard in refused.hazards}
            assert "may_fail" in codes, f"nobody said that this may fail: {refused.sql}"
        else:
            _rows_survive(conninfo, one, other)
    servers.drop_fresh_databases()


def _run(plan: Plan, conninfo: str) -> Statement | None:
    """Runs a plan; the statement that PostgreSQL refused, if it did."""
    with connect(conninfo) as conn:
        for statement in plan.statements:
            try:
                conn.execute(statement.sql.encode())
            except psycopg.Error:
                return statement
    return None


def _rows_survive(conninfo: str, one: Model, other: Model) -> None:
    """Every table that is on both sides has its two rows, with the values of each column that did
    not change."""
    after = {table.name: table for table in other.tables}
    with connect(conninfo) as conn:
        for table in one.tables:
            if table.name not in after:
                continue
            kept = set(table.columns) & set(after[table.name].columns)
            names = ["id", *sorted(column.name for column in kept if column.type == "text")]
            query = f"SELECT {', '.join(names)} FROM {table.name} ORDER BY 1"
            texts = len(names) - 1
            expected = [(1, *["8"] * texts), (2, *["9"] * texts)]
            assert conn.execute(query.encode()).fetchall() == expected
