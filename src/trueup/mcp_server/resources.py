"""What can be read without a tool: schema.sql, the migrations, the last verdict."""

from __future__ import annotations

import json
from collections.abc import Callable

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from trueup.errors import TrueupError
from trueup.mcp_server.desk import Desk
from trueup.mcp_server.texts import error_text
from trueup.mcp_server.untrusted import Fence
from trueup.workbench.files import read_files, read_schema_text
from trueup.workbench.project import Project

SCHEMA, MIGRATIONS, VERDICT = "trueup://schema.sql", "trueup://migrations", "trueup://verdict"
MIGRATION = "trueup://migrations/{file}"
_SQL = "application/sql"


def add_resources(server: MCPServer, desk: Desk) -> None:
    """Registers them."""
    project = Project(desk.settings, read_only=True)

    def safe(read: Callable[[], str]) -> str:
        try:
            return desk.scrubber.text(read())
        except TrueupError as problem:
            raise ResourceError(desk.scrubber.text(error_text(problem, Fence()))) from None

    @server.resource(
        SCHEMA, name="schema.sql", mime_type=_SQL, description="What the migrations give"
    )
    def schema_file() -> str:
        return safe(lambda: _schema_file(project))

    @server.resource(
        MIGRATIONS,
        name="migrations",
        mime_type="application/json",
        description="The migration files, in the order in which they run",
    )
    def migrations() -> str:
        return safe(lambda: _migrations(project))

    @server.resource(MIGRATION, name="migration", mime_type=_SQL, description="One migration file")
    def migration(file: str) -> str:
        return safe(lambda: _migration(project, file))

    @server.resource(
        VERDICT,
        name="verdict",
        mime_type="application/json",
        description="What the last check_drift of this server found",
    )
    def verdict() -> str:
        return desk.verdict or json.dumps({"in_sync": None, "hint": "call check_drift first"})


def _schema_file(project: Project) -> str:
    file = read_schema_text(project)
    if file.text is None:
        told = "; ".join(f"{finding.message}: {finding.hint}" for finding in file.findings)
        raise ResourceNotFoundError(told)
    return file.text


def _migrations(project: Project) -> str:
    listed = [
        {"version": file.version, "name": file.name, "file": file.path, "checksum": file.checksum}
        for file in read_files(project).migrations
    ]
    return json.dumps({"migrations": listed}, ensure_ascii=False, indent=2)


def _migration(project: Project, name: str) -> str:
    """Looked up among the files of the folder, so no path can lead out of it."""
    for file in read_files(project).migrations:
        if file.file_name == name:
            return file.sql
    raise ResourceNotFoundError(f"there is no migration file of this name; see {MIGRATIONS}")
