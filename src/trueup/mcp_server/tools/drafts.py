"""validate_migration and create_migration: SQL tried on the shadow, and written for later."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult

from trueup.mcp_server.desk import Desk
from trueup.mcp_server.gate import make_tool
from trueup.mcp_server.shapes import Created, Validated
from trueup.mcp_server.tools.arguments import Name, ProjectId, Query


def tools(desk: Desk) -> list[Tool]:
    """The tools of this topic."""

    async def validate_migration(
        ctx: Context[Any, Any],
        query: Query,
        name: Name = "draft",
        project_id: ProjectId = None,
    ) -> Annotated[CallToolResult, Validated]:
        """Rehearses SQL on a shadow database, after all migration files: whether it runs, at which
        line and column it fails, what it changes in the schema, its hazards. Changes nothing."""
        from trueup.mcp_server.answers import drafts

        return await drafts.validate_migration(desk, ctx, name, query)

    async def create_migration(
        ctx: Context[Any, Any],
        name: Name,
        query: Query,
        project_id: ProjectId = None,
    ) -> Annotated[CallToolResult, Created]:
        """Rehearses SQL and writes it as a migration file without applying it; `trueup apply` or
        the team's deployment applies it later. For changes that are to be applied now use
        apply_migration."""
        from trueup.mcp_server.answers import drafts

        return await drafts.create_migration(desk, ctx, name, query)

    return [
        make_tool(desk, validate_migration, title="Validate a migration", runs_sql=True),
        make_tool(desk, create_migration, title="Create a migration file", mutates=True),
    ]
