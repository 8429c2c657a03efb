"""check_drift, explain_object, status, regenerate_schema: is everything the same, and if not?"""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult
from pydantic import Field

from trueup.mcp_server.desk import Desk
from trueup.mcp_server.gate import make_tool
from trueup.mcp_server.shapes import Explanation, Regenerated, Status, Verdict
from trueup.mcp_server.tools.arguments import ProjectId


def tools(desk: Desk) -> list[Tool]:
    """The tools of this topic."""

    async def check_drift(
        ctx: Context[Any, Any], project_id: ProjectId = None
    ) -> Annotated[CallToolResult, Verdict]:
        """Compares the migrations, schema.sql, the history and the database, object by object:
        are they the same, and if not, which object, which side moved, why, and what mends it."""
        from trueup.mcp_server.answers import drift

        return await drift.check_drift(desk, ctx)

    async def explain_object(
        ctx: Context[Any, Any],
        name: Annotated[str, Field(description="customers, or public.customers")],
        kind: Annotated[
            str | None, Field(description="Only this kind, such as TABLE, VIEW or POLICY")
        ] = None,
        project_id: ProjectId = None,
    ) -> Annotated[CallToolResult, Explanation]:
        """Shows one object from every side: its DDL in the migrations, in schema.sql and in the
        database, the verdict, and the migrations that name it, with who applied them."""
        from trueup.mcp_server.answers import drift

        return await drift.explain_object(desk, ctx, name, kind)

    async def status(
        ctx: Context[Any, Any], project_id: ProjectId = None
    ) -> Annotated[CallToolResult, Status]:
        """Shows every migration and its state (applied, pending, missing, edited, failed, out of
        order), everything that is wrong with the history, and the schema's fingerprint."""
        from trueup.mcp_server.answers import drift

        return await drift.status(desk, ctx)

    async def regenerate_schema(
        ctx: Context[Any, Any], project_id: ProjectId = None
    ) -> Annotated[CallToolResult, Regenerated]:
        """Writes schema.sql anew from a replay of the migration files. Never from the database."""
        from trueup.mcp_server.answers import drift

        return await drift.regenerate_schema(desk, ctx)

    return [
        make_tool(desk, check_drift, title="Check for drift"),
        make_tool(desk, explain_object, title="Explain an object"),
        make_tool(desk, status, title="Migration status"),
        make_tool(desk, regenerate_schema, title="Regenerate schema.sql", mutates=True),
    ]
