"""apply_migration and list_migrations: what agents already call, with what trueup adds."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, InputRequiredResult
from pydantic import Field

from trueup.mcp_server.desk import Desk
from trueup.mcp_server.gate import make_tool
from trueup.mcp_server.shapes import Applied, Migrations
from trueup.mcp_server.tools.arguments import Name, ProjectId, Query


def tools(desk: Desk) -> list[Tool]:
    """The tools of this topic."""

    async def apply_migration(
        ctx: Context[Any, Any],
        name: Name,
        query: Query,
        project_id: ProjectId = None,
        dry_run: Annotated[
            bool, Field(description="Rehearse it and say what it would do; change nothing.")
        ] = False,
        expected_fingerprint: Annotated[
            str | None,
            Field(
                description="The fingerprint of the schema as you saw it (list_tables, check_drift,"
                " status). Refused if the schema moved since."
            ),
        ] = None,
        idempotency_key: Annotated[
            str | None,
            Field(
                description="A call repeated with the same key is one migration. A UUID will do."
            ),
        ] = None,
    ) -> Annotated[CallToolResult, Applied] | InputRequiredResult:
        """Applies a migration to the database. Use this when executing DDL operations.

        All or nothing: the SQL is rehearsed on a shadow database, written as a migration file,
        applied in one transaction with its history row, and schema.sql is regenerated. Commit the
        file and schema.sql together afterwards. SQL that destroys data or opens access needs a
        person's consent.
        """
        from trueup.mcp_server.answers import migrations
        from trueup.ops.agents.apply_new import NewMigration

        wanted = NewMigration(name, query, idempotency_key, expected_fingerprint)
        return await migrations.apply_migration(desk, ctx, wanted, dry_run)

    async def list_migrations(
        ctx: Context[Any, Any], project_id: ProjectId = None
    ) -> Annotated[CallToolResult, Migrations]:
        """Lists all migrations in the database, and the files that are not applied yet."""
        from trueup.mcp_server.answers import migrations

        return await migrations.list_migrations(desk, ctx)

    return [
        make_tool(
            desk,
            apply_migration,
            title="Apply migration",
            mutates=True,
            destructive=True,
            open_world=True,
        ),
        make_tool(desk, list_migrations, title="List migrations"),
    ]
