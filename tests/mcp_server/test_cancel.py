"""A call that its client gives up is rolled back: file, row, transaction, shadow."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

import gates
from mcp_agents import MODES, Agent, agent, desk, process, until, waiting
from projects import Project

pytestmark = pytest.mark.anyio

SLOW = f"CREATE TABLE slow (); {gates.gate(1)} CREATE TABLE slower ();"


@pytest.fixture(autouse=True)
def patient(shop: Project) -> None:
    shop.settings("lock_timeout = 0\n")


def busy(project: Project) -> bool:
    """Whether a session of trueup is at work in the project's database."""
    with project.connect() as session:
        found = session.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
            " AND application_name LIKE 'trueup%'"
        )
        return found.fetchone() is not None


def assert_as_before(project: Project, files: dict[str, bytes]) -> None:
    assert project.files() == files
    assert len(project.query("SELECT FROM _migrations")) == 1
    assert project.query("SELECT to_regclass('slow')::text") == [(None,)]


async def give_up(one: Agent, until_then: Callable[[], Awaitable[None]], **call: Any) -> None:
    """Calls apply_migration and gives the call up when `until_then` has come."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: one.call("apply_migration", **call))
        await until_then()
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("mode", MODES)
async def test_while_the_database_works(shop: Project, mode: str) -> None:
    files = shop.files()
    async with agent(desk(shop), mode=mode) as one:
        with gates.held(shop, 1) as session:

            async def at_the_gate() -> None:
                await until(lambda: waiting(session, 1))

            await give_up(one, at_the_gate, name="slow", query=SLOW)
            await until(lambda: shop.files() == files and not busy(shop))
            assert_as_before(shop, files)
        said = (await one.call("apply_migration", name="next", query="CREATE TABLE x ();")).data
        assert said["success"] is True
    assert shop.run("check").status == 0


async def test_through_a_real_pipe(shop: Project) -> None:
    files = shop.files()
    async with agent(process(shop), mode="legacy") as one:
        with gates.held(shop, 1) as session:

            async def at_the_gate() -> None:
                await until(lambda: waiting(session, 1))

            await give_up(one, at_the_gate, name="slow", query=SLOW)
            await until(lambda: shop.files() == files and not busy(shop))
            assert_as_before(shop, files)
        assert (await one.call("check_drift")).data["in_sync"] is True


async def test_while_it_waits_for_the_lock(shop: Project) -> None:
    files = shop.files()
    async with agent(desk(shop)) as one, agent(desk(shop)) as other:
        with gates.held(shop, 1) as session:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(
                    lambda: one.call("apply_migration", name="slow", query=gates.gate(1))
                )
                await until(lambda: waiting(session, 1))

                async def told() -> None:
                    await until(lambda: any("waiting" in line for line in other.progress))

                with anyio.fail_after(20):
                    await give_up(other, told, name="other", query="CREATE TABLE other ();")
                session.execute("SELECT pg_advisory_unlock_all()")
    made = set(shop.files()) - set(files)
    assert [name.split("_", 1)[1] for name in made] == ["slow.sql"]
    assert shop.run("check").status == 0


async def test_while_it_rehearses(shop: Project) -> None:
    """The shadow's server works for a minute unless it is told to stop."""
    files = shop.files()
    query = f"SELECT pg_sleep(60); -- {shop.root}"
    async with agent(desk(shop)) as one:

        async def rehearsing() -> None:
            await until(lambda: any("replaying" in line for line in one.progress))

        with anyio.fail_after(20):
            await give_up(one, rehearsing, name="slow", query=query)
        assert_as_before(shop, files)
        assert (await one.call("check_drift")).data["in_sync"] is True


async def test_a_query_that_is_given_up_is_ended_on_the_server(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: one.call("execute_sql", query="SELECT pg_sleep(25)"))
            await until(lambda: busy(shop))
            tasks.cancel_scope.cancel()
        with anyio.fail_after(10):
            await until(lambda: not busy(shop))


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "the client goes away"])
async def test_a_server_that_is_ended_rolls_back_first(shop: Project, how: str) -> None:
    """The client keeps its pipe open where a signal comes."""
    files = shop.files()
    started = process(shop)
    hello = (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
        b'"capabilities":{},"clientInfo":{"name":"x","version":"1"}}}\n'
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"apply_migration",'
        b'"arguments":{"name":"slow","query":"' + SLOW.encode() + b'"}}}\n'
    )
    command = [started.command, *started.args]
    async with await anyio.open_process(command, env=started.env, stderr=None) as server:
        assert server.stdin
        with gates.held(shop, 1) as session:
            await server.stdin.send(hello)
            await until(lambda: waiting(session, 1))
            if how == "the client goes away":
                await server.stdin.aclose()
            else:
                server.send_signal(signal.Signals[how])
            with anyio.fail_after(20):
                status = await server.wait()
            assert status == (0 if how == "the client goes away" else 130)
            await until(lambda: not busy(shop))
            assert_as_before(shop, files)
    assert shop.run("check").status == 0
