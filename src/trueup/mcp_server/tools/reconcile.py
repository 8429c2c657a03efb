"""propose_reconciliation and reconcile: from drift back to one truth, proven, either way."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import Field

from trueup.mcp_server.desk import Desk
from trueup.mcp_server.gate import make_tool
from trueup.mcp_server.shapes import Proposal, Reconciled
from trueup.mcp_server.tools.arguments import ProjectId

Only = Annotated[
    list[str],
    Field(description="Only these objects and what they need: schema.name, with * and ?"),
]


def tools(desk: Desk) -> list[Tool]:
    """The tools of this topic."""

    async def propose_reconciliation(
        ctx: Context[Any, Any],
        only: Only = [],  # noqa: B006 - pydantic copies it
        project_id: ProjectId = None,
    ) -> Annotated[CallToolResult, Proposal]:
        """Shows both ways to mend drift, each with SQL that was proven on a copy: adopt (a new
        migration says what the database has) and revert (the database goes back to its
        migrations). Changes nothing; a person chooses."""
        from trueup.mcp_server.answers import reconcile as answers

        return await answers.propose(desk, ctx, only)

    async def reconcile(
        ctx: Context[Any, Any],
        direction: Annotated[
            Literal["adopt", "revert", "regenerate"],
            Field(description="What a person chose; regenerate writes schema.sql only."),
        ],
        only: Only = [],  # noqa: B006 - pydantic copies it
        name: Annotated[
            str, Field(description="For adopt: the name of the new migration")
        ] = "adopt_database_changes",
        project_id: ProjectId = None,
    ) -> Annotated[CallToolResult, Reconciled] | InputRequiredResult:
        """Mends drift in the direction that a person chose, after proving the plan on a copy.
        Reverting changes the database. Where data is lost, a person is asked first; what was
        renamed by hand looks like a loss, and adopting it unsaid would drop it everywhere."""
        from trueup.mcp_server.answers import reconcile as answers

        return await answers.reconcile(desk, ctx, direction, only, name)

    return [
        make_tool(desk, propose_reconciliation, title="Propose a reconciliation"),
        make_tool(desk, reconcile, title="Reconcile", mutates=True, destructive=True),
    ]
