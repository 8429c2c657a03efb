"""Two agents at once: one waits, each migration is there once, in the order of its version."""

from __future__ import annotations

import anyio
import pytest

import gates
from mcp_agents import Agent, agent, desk, process, until, waiting
from projects import Project

pytestmark = pytest.mark.anyio


def in_step(project: Project) -> list[str]:
    """The names in the order of their versions, when rows, files and schema.sql agree."""
    rows = project.query("SELECT version, name FROM _migrations WHERE success ORDER BY applied_at")
    assert [version for version, _ in rows] == sorted({version for version, _ in rows})
    files = sorted(path.name for path in project.folder.glob("*.sql"))
    assert files == [f"{version}_{name}.sql" for version, name in rows]
    checked = project.run("check")
    assert (checked.status, checked.codes) == (0, []), checked.out
    return [name for _, name in rows]


async def add(one: Agent, name: str) -> str:
    said = (await one.call("apply_migration", name=name, query=f"CREATE TABLE {name} ();")).data
    return str(said["version"])


async def slowly(one: Agent) -> None:
    """A migration that waits at a gate."""
    query = f"CREATE TABLE slow (); {gates.gate(1)}"
    assert (await one.call("apply_migration", name="slow", query=query)).data["success"] is True


async def test_two_processes(shop: Project) -> None:
    shop.settings("lock_wait = 120\n")
    async with agent(process(shop)) as one, agent(process(shop)) as other:
        versions: list[str] = []

        async def several(who: Agent, prefix: str) -> None:
            for number in range(3):
                versions.append(await add(who, f"{prefix}{number}"))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(several, one, "a")
            tasks.start_soon(several, other, "b")
    assert len(set(versions)) == 6
    assert set(in_step(shop)) == {"start", *(f"{p}{n}" for p in "ab" for n in range(3))}


async def test_two_calls_of_one_client(shop: Project) -> None:
    async with agent(desk(shop)) as one, anyio.create_task_group() as tasks:
        for number in range(4):
            tasks.start_soon(add, one, f"t{number}")
    assert set(in_step(shop)) == {"start", "t0", "t1", "t2", "t3"}


async def test_the_one_who_waits_is_told_so_and_goes_on_when_the_other_is_done(
    shop: Project,
) -> None:
    shop.settings("lock_timeout = 0\n")
    async with agent(desk(shop)) as one, agent(process(shop)) as other:
        with gates.held(shop, 1) as session:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(slowly, one)
                await until(lambda: waiting(session, 1))
                tasks.start_soon(add, other, "quick")
                await until(lambda: any("waiting" in line for line in other.progress))
                session.execute("SELECT pg_advisory_unlock_all()")
    assert in_step(shop) == ["start", "slow", "quick"]


async def test_who_waits_too_long_is_told_who_has_the_lock(shop: Project) -> None:
    shop.settings("lock_wait = 0.1\nlock_timeout = 0\n")
    async with agent(desk(shop)) as one, agent(process(shop)) as other:
        with gates.held(shop, 1) as session:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(slowly, one)
                await until(lambda: waiting(session, 1))
                answer = await other.call(
                    "apply_migration", name="quick", query="CREATE TABLE quick ();"
                )
                assert answer.code == "lock_timeout"
                session.execute("SELECT pg_advisory_unlock_all()")
    assert in_step(shop) == ["start", "slow"]


async def test_a_terminal_and_an_agent_at_once(shop: Project) -> None:
    """`trueup apply` that waits for an agent reads the folder anew when it is its turn."""
    shop.settings("lock_timeout = 0\n")
    async with agent(desk(shop)) as one:
        with gates.held(shop, 1) as session:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(slowly, one)
                await until(lambda: waiting(session, 1))
                running = shop.start("apply", "--format", "json")
                assert running.stderr is not None
                line = await anyio.to_thread.run_sync(running.stderr.readline)
                assert "waiting for the migration lock" in line
                session.execute("SELECT pg_advisory_unlock_all()")
        out, err = await anyio.to_thread.run_sync(running.communicate)
    assert running.returncode == 0, out + err
    assert in_step(shop) == ["start", "slow"]
