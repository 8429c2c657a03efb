"""The one gate through which every tool call goes in and every answer goes out."""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import ConfigDict, ValidationError

from trueup import __version__
from trueup.errors import TrueupError
from trueup.mcp_server.desk import Desk
from trueup.mcp_server.texts import error_text
from trueup.mcp_server.untrusted import Fence
from trueup.postgres.session.unforeseen import told

ToolFunction = Callable[..., Awaitable[Any]]
logger = logging.getLogger("trueup.mcp")


def make_tool(
    desk: Desk,
    function: ToolFunction,
    *,
    title: str,
    mutates: bool = False,
    destructive: bool = False,
    open_world: bool = False,
    runs_sql: bool = False,
) -> Tool:
    """A tool from an async function: its docstring is the description, its signature the schema.

    Unknown arguments are refused. A tool that `mutates` is refused by a read-only server, and so is
    one that `runs_sql` of the caller's as superuser of the shadow's server.
    """
    tool = _Tool.from_function(
        _guarded(desk, function, _refusal(mutates, runs_sql) if desk.options.read_only else ""),
        title=title,
        annotations=ToolAnnotations(
            title=title,
            read_only_hint=not mutates,
            destructive_hint=destructive,
            idempotent_hint=not mutates,
            open_world_hint=open_world,
        ),
        meta={"trueup/mutates": mutates, "trueup/runs-sql": runs_sql},
    )
    strict: Any = type(
        tool.fn_metadata.arg_model.__name__,
        (tool.fn_metadata.arg_model,),
        {"model_config": ConfigDict(extra="forbid", arbitrary_types_allowed=True)},
    )
    tool.fn_metadata.arg_model = strict
    tool.parameters = strict.model_json_schema(by_alias=True)
    return tool


class _Tool(Tool):
    """A tool that says in its own words which arguments it takes."""

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        """Runs the tool. Raises ToolError."""
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as problem:
            if isinstance(problem.__cause__, ValidationError):
                raise ToolError(_wrong_arguments(self, problem.__cause__)) from problem.__cause__
            raise


def _wrong_arguments(tool: Tool, problem: ValidationError) -> str:
    wrong = [
        f"{'.'.join(str(part) for part in error['loc'])[:100]}: {error['msg']}"
        for error in problem.errors(include_input=False, include_url=False)
    ]
    takes = ", ".join(tool.parameters.get("properties", {})) or "nothing"
    return f"[arguments_invalid] {'; '.join(wrong[:10])}\nnext: {tool.name} takes {takes}"


def needs_more_than_reading(tool: Tool) -> bool:
    """Whether a tool changes files or the database, or runs the caller's SQL as superuser."""
    meta = tool.meta or {}
    return bool(meta.get("trueup/mutates") or meta.get("trueup/runs-sql"))


def answer(structured: dict[str, Any], text: str) -> CallToolResult:
    """A tool's result: for programs, and in words."""
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=structured
    )


def _guarded(desk: Desk, function: ToolFunction, refusal: str) -> ToolFunction:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        if refusal:
            raise ToolError(refusal)
        try:
            desk.insist_on_project(kwargs.get("project_id"))
            return _scrubbed(desk, await function(*args, **kwargs))
        except ToolError as problem:
            raise ToolError(desk.scrubber.text(str(problem))) from None
        except TrueupError as problem:
            raise ToolError(desk.scrubber.text(error_text(problem, Fence()))) from None
        except Exception as problem:
            if known := told(problem):
                raise ToolError(desk.scrubber.text(error_text(known, Fence()))) from None
            logger.exception("a bug in trueup %s", __version__)
            raise ToolError(
                f"[bug] a bug in trueup {__version__}: {type(problem).__name__}; "
                "the server's log has the details"
            ) from None

    return call


def _refusal(mutates: bool, runs_sql: bool) -> str:
    """What a read-only server answers; "" where it lets the call through."""
    if mutates:
        return _READ_ONLY
    return _RUNS_SQL if runs_sql else ""


_RUNS_SQL = (
    "[server_read_only] this server was started with --read-only, and this tool runs SQL as"
    " superuser of the shadow's server, where SQL can run programs and read files\n"
    "next: a person can start it without --read-only, or rehearse the SQL in a terminal"
    " (`trueup new`, `trueup apply --dry-run`)"
)
_READ_ONLY = (
    "[server_read_only] this server was started with --read-only: nothing is changed through it\n"
    "next: a person can start it without --read-only, or run trueup in a terminal"
)


def _scrubbed(desk: Desk, result: Any) -> Any:
    if not isinstance(result, CallToolResult):
        return result
    texts = [
        TextContent(type="text", text=desk.scrubber.text(block.text))
        for block in result.content
        if isinstance(block, TextContent)
    ]
    structured = desk.scrubber.value(result.structured_content)
    return CallToolResult(content=[*texts], structured_content=structured)
