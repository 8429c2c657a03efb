"""Each folder below cases/ holds two schemas, a.sql and b.sql, and the plan from one to the other.

TRUEUP_REWRITE=1 writes the plans anew; look at the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plan.databases import made, proof, schema_of
from trueup.plan.plan import make_plan
from trueup.postgres.server.cluster import Cluster

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/*/a.sql"))
IDS = [f"{case.parent.name}/{case.name}" for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_plan_is_the_expected_one_and_proven_in_both_directions(pg: Cluster, case: Path) -> None:
    a, b = (made(pg, (case / f"{side}.sql").read_text()) for side in "ab")
    before, after = schema_of(pg, a), schema_of(pg, b)
    expected = case / "plan.sql"
    plan = make_plan(before, after).sql
    if os.environ.get("TRUEUP_REWRITE"):
        expected.write_text(plan)
    assert plan == expected.read_text()
    assert not make_plan(after, after), "a schema needs no plan to stay as it is"
    for found in (proof(pg, a, b), proof(pg, b, a)):
        assert found.holds, (found.failure and found.failure.message, found.residue)
        assert found.attempts == 1, "a plan should hold at the first try"
