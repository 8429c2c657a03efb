"""Streamable HTTP on loopback, by a real process: sessions, tokens, foreign pages."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from mcp.client.streamable_http import streamable_http_client

from mcp_agents import MODES, Agent, agent, process, until, yes
from projects import Project
from trueup.errors import UsageError
from trueup.mcp_server.http import is_loopback, parse_address, required_token

pytestmark = pytest.mark.anyio

TOKEN = "a-long-and-random-enough-token"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(
    project: Project, *options: str, token: str = "", host: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """The URL of a server in a process of its own."""
    port = free_port()
    environ = {"TRUEUP_MCP_TOKEN": token} if token else {}
    started = process(project, "--http", f"{host}:{port}", *options, **environ)
    command = [started.command, *started.args]
    server = await anyio.open_process(command, env=started.env, stdin=None, stderr=subprocess.PIPE)
    try:
        with anyio.fail_after(60):
            while not _listens(port):
                assert server.returncode is None
                await anyio.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.terminate()
        with anyio.fail_after(20):
            assert await server.wait() == 130


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("mode", MODES)
async def test_a_migration_over_http(shop: Project, mode: str) -> None:
    async with serving(shop) as url, agent(url, mode=mode, answer=yes) as one:
        said = (await one.call("apply_migration", name="a", query="CREATE TABLE a ();")).data
        assert said["success"] is True
        assert any("rehearsing" in line for line in one.progress)
        drop = await one.call("apply_migration", name="b", query="DROP TABLE customers CASCADE;")
        assert drop.data["success"] is True and len(one.questions) == 1
    assert shop.run("check").status == 0


async def _both(*agents: Agent) -> None:
    async with anyio.create_task_group() as tasks:
        for number, who in enumerate(agents * 2):
            tasks.start_soon(_add, who, f"t{number}")


async def _add(who: Agent, name: str) -> None:
    call = {"name": name, "query": f"CREATE TABLE {name} ();"}
    assert (await who.call("apply_migration", **call)).data["success"] is True


async def test_two_clients_at_once(shop: Project) -> None:
    async with serving(shop) as url, agent(url) as one, agent(url, mode="legacy") as other:
        await _both(one, other)
    assert len(shop.query("SELECT FROM _migrations WHERE success")) == 5
    assert shop.run("check").status == 0


async def test_with_a_token_only_who_brings_it_gets_in(shop: Project) -> None:
    async with serving(shop, token=TOKEN) as url, httpx2.AsyncClient() as web:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"Accept": "application/json, text/event-stream"}
        for wrong in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": TOKEN},
            {"Authorization": f"Basic {TOKEN}"},
            {"Authorization": f"Bearer {TOKEN}x"},
            {"Authorization": "Bearer"},
        ):
            answer = await web.post(url, json=body, headers={**accept, **wrong})
            assert answer.status_code == 401, wrong
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert TOKEN not in answer.text
        right = httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"})
        async with agent(streamable_http_client(url, http_client=right)) as one:
            assert (await one.call("list_migrations")).data["migrations"]


async def test_a_page_that_a_browser_got_elsewhere_is_turned_away(shop: Project) -> None:
    async with serving(shop) as url, httpx2.AsyncClient() as web:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"Accept": "application/json, text/event-stream"}
        rebound = await web.post(url, json=body, headers={**accept, "Host": "evil.example"})
        foreign = await web.post(
            url, json=body, headers={**accept, "Origin": "https://evil.example"}
        )
    assert rebound.status_code == 421
    assert foreign.status_code == 403


async def test_elsewhere_than_on_loopback_it_does_not_start_without_a_token(shop: Project) -> None:
    for token, told in (("", "is not set"), ("short", "characters")):
        environ = {"TRUEUP_MCP_TOKEN": token} if token else {}
        started = process(shop, "--http", f"0.0.0.0:{free_port()}", **environ)
        command = [started.command, *started.args]
        done = await anyio.run_process(command, env=started.env, check=False)
        assert done.returncode == 2
        assert told in done.stderr.decode()
        assert "http_token_missing" in done.stderr.decode()
    async with serving(shop, token=TOKEN, host="0.0.0.0") as url, httpx2.AsyncClient() as web:
        assert (await web.post(url, json={})).status_code == 401


async def test_a_call_over_http_that_is_given_up_is_rolled_back(shop: Project) -> None:
    import gates
    from mcp_agents import waiting

    shop.settings("lock_timeout = 0\n")
    files = shop.files()
    query = f"CREATE TABLE slow (); {gates.gate(1)}"
    async with serving(shop) as url, agent(url, mode="legacy") as one:
        with gates.held(shop, 1) as session:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: one.call("apply_migration", name="slow", query=query))
                await until(lambda: waiting(session, 1))
                tasks.cancel_scope.cancel()
            await until(lambda: shop.files() == files)
    assert shop.run("check").status == 0


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8765", ("127.0.0.1", 8765)),
        ("[::1]:80", ("::1", 80)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_an_address_is_read(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "8765", ":8765", "host", "host:", "host:x", "host:99999"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not an address"):
        parse_address(text)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("db.example", False),
        ("localhost.evil.example", False),
    ],
)
def test_what_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_a_token_on_loopback_is_heeded_and_a_short_one_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRUEUP_MCP_TOKEN", TOKEN)
    assert required_token("127.0.0.1") == TOKEN
    monkeypatch.setenv("TRUEUP_MCP_TOKEN", "short")
    with pytest.raises(UsageError):
        required_token("127.0.0.1")
    monkeypatch.delenv("TRUEUP_MCP_TOKEN")
    assert required_token("::1") is None


async def test_a_port_that_is_taken_is_told_and_nothing_is_said_to_be_served(shop: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        started = process(shop, "--http", f"127.0.0.1:{port}")
        done = await anyio.run_process(
            [started.command, *started.args], env=started.env, check=False
        )
    assert done.returncode == 3
    assert b"[http_address_unusable]" in done.stderr
    assert b"serving" not in done.stderr
