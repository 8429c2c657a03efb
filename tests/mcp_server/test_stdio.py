"""The real process, as clients start it: the SDK's client, and the MCP Inspector's command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcp_agents import MODES, agent, process
from projects import Project

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("mode", MODES)
async def test_the_sdks_client_lists_and_calls(shop: Project, mode: str) -> None:
    async with agent(process(shop), mode=mode) as one:
        assert "apply_migration" in await one.tools()
        said = (await one.call("apply_migration", name="a", query="CREATE TABLE a ();")).data
        assert (shop.root / said["file"]).exists()
        assert any("rehearsing" in line for line in one.progress)
        info = one.client.server_info
        assert info is not None and info.name == "trueup"
    assert shop.run("check").status == 0


async def test_nothing_but_the_protocol_goes_to_standard_output(shop: Project) -> None:
    """A migration whose server talks, a client program that prints: all of it stays inside."""
    started = process(shop)
    lines: list[dict[str, object]] = [
        {
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "x", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        {
            "id": 2,
            "method": "tools/call",
            "params": {
                "name": "apply_migration",
                "arguments": {"name": "a", "query": "DO $$BEGIN RAISE NOTICE 'hello'; END$$;"},
            },
        },
    ]
    text = "".join(json.dumps({"jsonrpc": "2.0", **line}) + "\n" for line in lines)
    with subprocess.Popen(
        [started.command, *started.args],
        env=started.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin and server.stdout
        server.stdin.write(text)
        server.stdin.flush()
        said = [json.loads(server.stdout.readline()) for _ in range(2)]
        server.stdin.close()
        rest = server.stdout.read()
    assert [message["id"] for message in said] == [1, 2]
    assert said[1]["result"]["structuredContent"]["success"] is True
    assert rest == ""


async def test_a_read_only_process(shop: Project) -> None:
    async with agent(process(shop, "--read-only")) as one:
        assert "apply_migration" not in await one.tools()
        answer = await one.call("apply_migration", name="a", query="CREATE TABLE a ();")
        assert answer.code == "server_read_only"


async def test_a_broken_configuration_is_told_before_anything_is_served(project: Project) -> None:
    project.settings("platform = 'nope'\n")
    started = process(project)
    done = subprocess.run(
        [started.command, *started.args], env=started.env, capture_output=True, input=b""
    )
    assert done.returncode == 2
    assert b"platform" in done.stderr and done.stdout == b""


def test_where_the_sdk_is_missing_the_extra_is_named(project: Project, tmp_path: Path) -> None:
    hide = "import sys; sys.modules['mcp'] = None\n"
    script = (
        f"{hide}import importlib.util, runpy\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda n, *a: None if n == 'mcp' else find(n, *a)\n"
        "from trueup.cli.main import main\n"
        f"sys.exit(main(['mcp', '-C', {str(project.root)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'trueup[mcp]'" in done.stderr
    assert "mcp_missing" in done.stderr


@pytest.fixture(scope="session")
def inspector() -> list[str]:
    """The Inspector's command line, where npx can get it."""
    if not shutil.which("npx"):
        pytest.skip("npx is not installed")
    command = ["npx", "--yes", "@modelcontextprotocol/inspector", "--cli"]
    try:
        tried = subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        pytest.skip("npx could not get the MCP Inspector in time")
    if "inspector" not in (tried.stdout + tried.stderr).lower():
        pytest.skip(f"npx could not get the MCP Inspector: {tried.stderr[-200:]}")
    return command


@pytest.mark.slow
def test_the_mcp_inspector_lists_and_calls(shop: Project, inspector: list[str]) -> None:
    started = process(shop)
    environ = {**os.environ, **(started.env or {})}
    server = [started.command, *started.args]

    def inspect(*arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [*inspector, *server, *arguments],
            env=environ,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer

    tools = inspect("--method", "tools/list")["tools"]
    assert isinstance(tools, list)
    assert {"apply_migration", "list_migrations"} <= {tool["name"] for tool in tools}
    called = inspect(
        *("--method", "tools/call", "--tool-name", "apply_migration"),
        *("--tool-arg", "name=inspected", "--tool-arg", "query=CREATE TABLE inspected ();"),
    )
    structured = called["structuredContent"]
    assert isinstance(structured, dict) and structured["success"] is True
    listed = inspect("--method", "tools/call", "--tool-name", "list_migrations")
    assert "inspected" in json.dumps(listed)
    assert shop.run("check").status == 0


@pytest.mark.slow
def test_the_first_answer_comes_soon_after_the_sdk_is_loaded(project: Project) -> None:
    """At most half as long again as it takes to load the SDK alone; the best of several of each,
    taken in turns, in processor time of the process."""
    hello = (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
        b'"capabilities":{},"clientInfo":{"name":"x","version":"1"}}}\n'
        b'{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n'
    )
    started = process(project)

    def seconds(command: list[str], given: bytes) -> float:
        before = os.times()
        begun = time.monotonic()
        done = subprocess.run(command, env=started.env, input=given, capture_output=True)
        assert done.returncode == 0, done.stderr
        after = os.times()
        del begun
        return (after.children_user + after.children_system) - (
            before.children_user + before.children_system
        )

    alone, served = [], []
    for _ in range(5):
        alone.append(seconds([sys.executable, "-c", "import mcp.server"], b""))
        served.append(seconds([started.command, *started.args], hello))
    assert min(served) <= 1.5 * min(alone), (served, alone)
