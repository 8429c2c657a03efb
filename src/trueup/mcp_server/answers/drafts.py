"""What validate_migration and create_migration do and say."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult

from trueup.errors import StatementFailed, TrueupError, ValidationFailed
from trueup.mcp_server.desk import Desk, Done
from trueup.mcp_server.gate import answer
from trueup.mcp_server.parts import (
    change_lines,
    change_shapes,
    fenced,
    finding_lines,
    finding_shapes,
    hazard_lines,
    hazard_shapes,
    joined,
    section,
)
from trueup.mcp_server.shapes import Created, Validated
from trueup.mcp_server.texts import error_text
from trueup.mcp_server.untrusted import Fence
from trueup.ops.agents.draft import QUERY
from trueup.ops.agents.validate_new import CreatedFile, create_new, validate_new
from trueup.ops.agents.validate_new import Validated as Valid


async def validate_migration(
    desk: Desk, ctx: Context[Any, Any], name: str, query: str
) -> CallToolResult:
    """Whether it runs; SQL that doesn't is an answer, not an error of the call."""
    try:
        return _valid(await desk.read(ctx, lambda p: validate_new(p, name, query)))
    except (StatementFailed, ValidationFailed) as problem:
        if not _about_query(problem):
            raise
        return _invalid(name, problem)


async def create_migration(
    desk: Desk, ctx: Context[Any, Any], name: str, query: str
) -> CallToolResult:
    """The file."""
    return _created(await desk.change(ctx, lambda p: create_new(p, name, query)))


def _about_query(problem: TrueupError) -> bool:
    """Whether it is the SQL that is wrong, and not the project."""
    place = problem.location
    return (place is not None and place.file == QUERY) or any(
        finding.subject == QUERY for finding in problem.findings()
    )


def _valid(done: Done[Valid]) -> CallToolResult:
    result, fence = done.result, Fence()
    structured: Validated = {
        "valid": True,
        "name": result.name,
        "error": "",
        "line": None,
        "column": None,
        "changes": change_shapes(result.changes),
        "hazards": hazard_shapes(result.hazards),
        "findings": finding_shapes(result.findings, fence),
    }
    return answer({**structured}, joined(["Valid: it runs on the shadow."], _body(result, fence)))


def _invalid(name: str, problem: TrueupError) -> CallToolResult:
    fence = Fence()
    places = [problem.location, *(finding.location for finding in problem.findings())]
    place = next((place for place in places if place is not None), None)
    structured: Validated = {
        "valid": False,
        "name": name,
        "error": error_text(problem, fence),
        "line": place.line if place else None,
        "column": place.column if place else None,
        "changes": [],
        "hazards": [],
        "findings": finding_shapes(problem.findings(), fence),
    }
    return answer({**structured}, f"Not valid.\n{structured['error']}")


def _created(done: Done[CreatedFile]) -> CallToolResult:
    made, fence = done.result, Fence()
    structured: Created = {
        "version": made.version,
        "file": made.file,
        "changes": change_shapes(made.validated.changes),
        "hazards": hazard_shapes(made.validated.hazards),
        "findings": finding_shapes(made.validated.findings, fence),
    }
    first = f"Wrote {made.file}; it is not applied. `trueup apply` applies it."
    return answer({**structured}, joined([first], _body(made.validated, fence)))


def _body(result: Valid, fence: Fence) -> list[str]:
    return [
        *section("It changes:", change_lines(result.changes)),
        *section("Hazards:", hazard_lines(result.hazards)),
        *fenced("Noticed:", finding_lines(result.findings), fence),
    ]
