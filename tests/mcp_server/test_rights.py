"""What agents are told of rights: that they differ, and that a plan would lose them."""

from __future__ import annotations

from pathlib import Path

import pytest

import supabase
from mcp_agents import agent, desk
from projects import Project

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("major", supabase.MAJORS[-1:])
async def test_no_answer_says_that_all_is_well_while_rights_differ(
    tmp_path: Path, major: int
) -> None:
    with supabase.applied(tmp_path / "project", major, "CREATE TABLE tags (id int);") as project:
        project.execute("GRANT TRUNCATE ON tags TO PUBLIC")
        async with agent(desk(project)) as one:
            assert (await one.call("check_drift")).data["in_sync"] is False
            proposed = await one.call("propose_reconciliation")
            assert proposed.data["in_sync"] is False
            assert "REVOKE TRUNCATE ON TABLE" in proposed.everything
            for way in ("adopt", "revert"):
                done = await one.call("reconcile", direction=way)
                assert done.data["success"] is False
                assert [item["kind"] for item in done.data["left"]] == ["PRIVILEGES"]
                assert "what its files say" not in done.everything
            query = "CREATE TABLE more (id int);"
            made = await one.call("apply_migration", name="more", query=query)
            assert [item["object"]["kind"] for item in made.data["drift"]] == ["PRIVILEGES"]


async def test_a_plan_that_would_lose_rights_is_not_possible_and_not_run(shop: Project) -> None:
    shop.execute(
        "DROP VIEW emails; CREATE VIEW emails AS SELECT email, id FROM customers;"
        "GRANT SELECT ON emails TO pg_monitor"
    )
    acl = "SELECT relacl::text FROM pg_class WHERE relname = 'emails'"
    before = shop.query(acl)
    async with agent(desk(shop)) as one:
        way = (await one.call("propose_reconciliation")).data["revert"]
        assert (way["proven"], way["possible"]) == (True, False)
        assert "pg_monitor may no longer select on emails" in way["why_not"]
        assert [hazard["code"] for hazard in way["hazards"]] == ["rights_change"]
        refused = await one.call("reconcile", direction="revert")
        assert refused.code == "rights_change_refused"
    assert shop.query(acl) == before
