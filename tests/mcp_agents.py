"""Agents for tests: clients of a server in memory, of a real process, over HTTP."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import psycopg
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

import gates
import projects
from trueup.config import load_settings
from trueup.mcp_server.desk import Desk, Options
from trueup.mcp_server.server import build

# The revision with the handshake that clients have had since 2024, and the one without it.
MODES = ("legacy", "auto")
Answerer = Callable[[str], ElicitResult]


@dataclass
class Answer:
    """What a call gave."""

    result: CallToolResult

    @property
    def text(self) -> str:
        """All text blocks."""
        return "\n".join(getattr(block, "text", "") for block in self.result.content)

    @property
    def data(self) -> dict[str, Any]:
        """The structured result of a call that went well."""
        assert not self.result.is_error, self.text
        assert isinstance(self.result.structured_content, dict)
        return self.result.structured_content

    @property
    def error(self) -> str:
        """The text of a call that failed."""
        assert self.result.is_error, self.text
        return self.text

    @property
    def code(self) -> str:
        """The first code of an error's text."""
        return self.error.partition("[")[2].partition("]")[0].partition(",")[0]

    @property
    def everything(self) -> str:
        """All that was sent, as one text."""
        return json.dumps(self.result.model_dump(mode="json"), ensure_ascii=False)


@dataclass
class Agent:
    """A connected client."""

    client: Client
    progress: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    async def call(self, tool: str, **arguments: Any) -> Answer:
        """Calls a tool."""

        async def told(progress: float, total: float | None, message: str | None) -> None:
            self.progress.append(message or "")

        return Answer(await self.client.call_tool(tool, arguments, progress_callback=told))

    async def tools(self) -> dict[str, Any]:
        """The tools on offer, by name."""
        listed = await self.client.list_tools(cache_mode="bypass")
        return {tool.name: tool for tool in listed.tools}


def desk(project: projects.Project, **options: Any) -> Desk:
    """What a server stands on, for a test's project."""
    environ = {"TRUEUP_DATABASE_URL": project.url} if project.url else {}
    settings = load_settings(project.root, environ={**environ, **project.environ})
    return Desk(settings, Options(**options))


@asynccontextmanager
async def agent(
    at: Desk | StdioServerParameters | str,
    *,
    mode: str = "auto",
    answer: Answerer | None = None,
) -> AsyncIterator[Agent]:
    """A client of a server in memory (a desk), of a process, or of a URL. `answer` plays the
    person whom the client asks; without it the client can't ask anybody."""
    questions: list[str] = []

    async def asked(context: Any, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        assert answer is not None
        return answer(params.message)

    server = build(at) if isinstance(at, Desk) else at
    client = Client(server, mode=mode, elicitation_callback=asked if answer else None)
    async with client:
        yield Agent(client, questions=questions)


def process(project: projects.Project, *options: str, **environ: str) -> StdioServerParameters:
    """`trueup mcp` as clients start it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TRUEUP_", "PG", "DATABASE"))}
    cache = {k: v for k, v in os.environ.items() if k == "TRUEUP_CACHE_DIR"}
    own = {"TRUEUP_DATABASE_URL": project.url} if project.url else {}
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "trueup", "mcp", "-C", str(project.root), *options],
        env={**kept, **cache, **own, **project.environ, **environ},
    )


def waiting(session: psycopg.Connection[Any], number: int) -> bool:
    """Whether somebody waits at a gate (see gates.py)."""
    found = session.execute(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND classid = %s AND objid = %s",
        (gates.GATE, number),
    )
    return found.fetchone() is not None


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Asks every few milliseconds, without blocking the loop."""
    with anyio.fail_after(seconds):
        while not condition():
            await anyio.sleep(0.01)


def yes(_question: str) -> ElicitResult:
    """A person who agrees."""
    return ElicitResult(action="accept", content={"agree": True})


def no(_question: str) -> ElicitResult:
    """One who fills in the form with a no."""
    return ElicitResult(action="accept", content={"agree": False})


def declines(_question: str) -> ElicitResult:
    """One who declines."""
    return ElicitResult(action="decline")


def cancels(_question: str) -> ElicitResult:
    """One who closes the form."""
    return ElicitResult(action="cancel")


Scene = Callable[[Agent], Awaitable[None]]
