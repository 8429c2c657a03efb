"""What clients see of the server before they call anything."""

from __future__ import annotations

import pytest

from mcp_agents import MODES, agent, desk
from projects import Project

pytestmark = pytest.mark.anyio

# Facts about Supabase's server (github.com/supabase-community/supabase-mcp, database tools):
# required arguments without the project, and the annotations read-only, destructive, idempotent,
# open world.
SUPABASE = {
    "apply_migration": (["name", "query"], (False, True, False, True)),
    "list_migrations": ([], (True, False, True, False)),
    "list_tables": ([], (True, False, True, False)),
    "list_extensions": ([], (True, False, True, False)),
}
OURS = {
    "execute_sql",
    "check_drift",
    "explain_object",
    "propose_reconciliation",
    "reconcile",
    "create_migration",
    "validate_migration",
    "regenerate_schema",
    "status",
}
MUTATING = {"apply_migration", "create_migration", "regenerate_schema", "reconcile"}


@pytest.mark.parametrize("mode", MODES)
async def test_the_list_holds_what_agents_of_supabase_call_and_what_is_ours(
    project: Project, mode: str
) -> None:
    async with agent(desk(project), mode=mode) as one:
        assert set(await one.tools()) == {*SUPABASE, *OURS}


@pytest.mark.parametrize("name", SUPABASE)
async def test_a_tool_that_agents_know_takes_what_they_send(project: Project, name: str) -> None:
    required, hints = SUPABASE[name]
    async with agent(desk(project)) as one:
        tool = (await one.tools())[name]
    assert sorted(tool.input_schema.get("required", [])) == required
    assert "project_id" in tool.input_schema["properties"]
    told = tool.annotations
    assert hints == (
        told.read_only_hint,
        told.destructive_hint,
        told.idempotent_hint,
        told.open_world_hint,
    )


async def test_every_tool_takes_nothing_unknown_and_says_what_it_gives(project: Project) -> None:
    async with agent(desk(project)) as one:
        for tool in (await one.tools()).values():
            assert tool.input_schema["additionalProperties"] is False, tool.name
            assert tool.output_schema["type"] == "object", tool.name
            assert tool.description and tool.title, tool.name


async def test_a_tool_that_changes_nothing_says_so(project: Project) -> None:
    async with agent(desk(project)) as one:
        tools = await one.tools()
    changing = {name for name, tool in tools.items() if not tool.annotations.read_only_hint}
    assert changing == MUTATING


@pytest.mark.parametrize("mode", MODES)
async def test_a_read_only_server_hides_what_changes_anything_and_refuses_it_all_the_same(
    shop: Project, mode: str
) -> None:
    before = shop.files()
    async with agent(desk(shop, read_only=True), mode=mode) as one:
        assert not set(await one.tools()) & MUTATING
        arguments = {"name": "x", "query": "CREATE TABLE x ()"}
        for tool in ("apply_migration", "create_migration"):
            assert (await one.call(tool, **arguments)).code == "server_read_only"
        assert (await one.call("regenerate_schema")).code == "server_read_only"
        assert (await one.call("reconcile", direction="revert")).code == "server_read_only"
        assert (await one.call("check_drift")).data["in_sync"] is True
    assert shop.files() == before


async def test_the_model_is_told_how_to_work_here(project: Project) -> None:
    async with agent(desk(project)) as one:
        told = one.client.instructions or ""
        tools = await one.tools()
    for name in ("apply_migration", "check_drift", "validate_migration", "explain_object"):
        assert name in told
        assert name in tools
    assert "untrusted" in told


async def test_unknown_arguments_and_tools_are_refused_in_words(project: Project) -> None:
    async with agent(desk(project)) as one:
        wrong = await one.call("apply_migration", name="a", query="SELECT 1", force=True)
        assert wrong.code == "arguments_invalid"
        assert "force" in wrong.error and "expected_fingerprint" in wrong.error
        missing = await one.call("apply_migration", name="a")
        assert missing.code == "arguments_invalid" and "query" in missing.error
        assert "Unknown tool" in (await one.call("drop_everything")).error


async def test_a_read_only_server_runs_no_sql_of_the_callers_on_the_shadow(shop: Project) -> None:
    """There it would run as superuser: a list of forbidden names is passed by an EXECUTE."""
    program = "DO $$BEGIN EXECUTE 'COPY customers FROM PRO' || 'GRAM ''id'''; END$$;"
    async with agent(desk(shop, read_only=True)) as one:
        assert "validate_migration" not in await one.tools()
        answer = await one.call("validate_migration", query=program)
        assert answer.code == "server_read_only"
        assert "superuser" in answer.error
