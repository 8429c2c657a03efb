"""The server, built by a function: one project, one database."""

from __future__ import annotations

import logging
import sys
from importlib.resources import files
from typing import cast

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server
from mcp.types import Tool as ListedTool

from trueup import __version__
from trueup.mcp_server.catalog import all_tools
from trueup.mcp_server.desk import Desk
from trueup.mcp_server.gate import needs_more_than_reading
from trueup.mcp_server.prompts import add_prompts
from trueup.mcp_server.resources import add_resources
from trueup.mcp_server.stdin import Lines, can_wait
from trueup.mcp_server.untrusted import Scrubber


class TrueupServer(MCPServer):
    """An MCP server that hides what it refuses when it is read-only, and that can be ended while
    it waits for input."""

    def __init__(self, desk: Desk) -> None:
        tools = all_tools(desk)
        read_only = desk.options.read_only
        self._hidden = frozenset(t.name for t in tools if read_only and needs_more_than_reading(t))
        super().__init__(
            "trueup",
            title="trueup",
            version=__version__,
            instructions=instructions(),
            tools=tools,
            log_level="WARNING",
        )

    async def list_tools(self) -> list[ListedTool]:
        """The tools on offer."""
        return [tool for tool in await super().list_tools() if tool.name not in self._hidden]

    async def serve_stdio(self) -> None:
        """On standard input and output, until the input ends."""
        lines = cast("anyio.AsyncFile[str]", Lines()) if can_wait() else None
        async with stdio_server(stdin=lines) as (incoming, outgoing):
            server = self._lowlevel_server
            await server.run(incoming, outgoing, server.create_initialization_options())


def build(desk: Desk) -> TrueupServer:
    """A server for the project at `desk`; run by serve.py, or by tests in memory."""
    server = TrueupServer(desk)
    add_resources(server, desk)
    add_prompts(server)
    return server


def instructions() -> str:
    """What every client's model is told about this server."""
    return files("trueup.mcp_server").joinpath("instructions.md").read_text(encoding="utf-8")


class _Scrubbed(logging.Formatter):
    """Log lines without secrets."""

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__("trueup mcp: %(levelname)s %(message)s")
        self._scrubber = scrubber

    def format(self, record: logging.LogRecord) -> str:
        return self._scrubber.text(super().format(record))


def log_to_stderr(desk: Desk, level: int = logging.WARNING) -> None:
    """Warnings and worse, scrubbed: standard output belongs to the protocol."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Scrubbed(desk.scrubber))
    logging.basicConfig(level=level, handlers=[handler], force=True)
