"""What execute_sql, list_tables and list_extensions do and say."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult

from trueup.mcp_server.desk import Desk, Done
from trueup.mcp_server.gate import answer
from trueup.mcp_server.parts import joined
from trueup.mcp_server.shapes import (
    ColumnShape,
    Extensions,
    ForeignKeyShape,
    Rows,
    Tables,
    TableShape,
)
from trueup.mcp_server.untrusted import Fence
from trueup.ops.agents import inventory
from trueup.ops.agents.fingerprint import database_fingerprint
from trueup.ops.agents.inventory import ColumnFacts, ExtensionFacts, ForeignKey, TableFacts
from trueup.ops.agents.query import QueryResult, run_query
from trueup.workbench.project import Project


async def execute_sql(desk: Desk, ctx: Context[Any, Any], query: str) -> CallToolResult:
    """The rows."""
    return _rows(await desk.read(ctx, lambda p: run_query(p, query)))


async def list_tables(
    desk: Desk, ctx: Context[Any, Any], schemas: list[str], verbose: bool
) -> CallToolResult:
    """The tables and the fingerprint."""
    return _tables(await desk.read(ctx, lambda p: _look(p, schemas, verbose)))


async def list_extensions(desk: Desk, ctx: Context[Any, Any]) -> CallToolResult:
    """The extensions."""
    return _extensions(await desk.read(ctx, inventory.list_extensions))


def _rows(done: Done[QueryResult]) -> CallToolResult:
    result, fence = done.result, Fence()
    rows = "[" + ",\n ".join(result.rows) + "]"
    more = " There are more: the limits cut the rest off." if result.more else ""
    text = f"{len(result.rows)} rows.{more} {fence.note}\n{fence.text(rows)}"
    structured: Rows = {
        "result": text,
        "row_count": len(result.rows),
        "truncated": result.more,
    }
    return answer({**structured}, text)


Look = tuple[tuple[TableFacts, ...], str | None]


def _look(project: Project, schemas: list[str], verbose: bool) -> Look:
    return inventory.list_tables(project, schemas, verbose=verbose), database_fingerprint(project)


def _tables(done: Done[Look]) -> CallToolResult:
    facts, fingerprint = done.result
    fence = Fence()
    tables = [_table(table, fence) for table in facts]
    structured: Tables = {
        "tables": tables,
        "fingerprint": fingerprint,
        "untrusted_data": fence.note,
    }
    lines = [json.dumps(table, ensure_ascii=False) for table in map(asdict, facts)]
    text = joined(
        [f"{len(tables)} tables. Fingerprint of the schema: {fingerprint}", fence.note],
        [fence.lines(lines)] if lines else [],
    )
    return answer({**structured}, text)


def _table(facts: TableFacts, fence: Fence) -> TableShape:
    shape: TableShape = {
        "name": fence.name(facts.name),
        "rls_enabled": facts.rls_enabled,
        "rows": facts.rows,
    }
    if facts.comment is not None:
        shape["comment"] = fence.text(facts.comment)
    if facts.columns is not None:
        shape["columns"] = [_column(column, fence) for column in facts.columns]
    if facts.primary_keys is not None:
        shape["primary_keys"] = [fence.name(name) for name in facts.primary_keys]
    if facts.foreign_keys:
        shape["foreign_key_constraints"] = [_key(key, fence) for key in facts.foreign_keys]
    return shape


def _column(facts: ColumnFacts, fence: Fence) -> ColumnShape:
    shape: ColumnShape = {
        "name": fence.name(facts.name),
        "data_type": fence.name(facts.data_type),
        "format": fence.name(facts.format),
        "options": list(facts.options),
    }
    if facts.default_value is not None:
        shape["default_value"] = fence.text(facts.default_value)
    if facts.identity_generation is not None:
        shape["identity_generation"] = facts.identity_generation
    if facts.enums:
        shape["enums"] = [fence.name(label) for label in facts.enums]
    if facts.check is not None:
        shape["check"] = fence.text(facts.check)
    if facts.comment is not None:
        shape["comment"] = fence.text(facts.comment)
    return shape


def _key(facts: ForeignKey, fence: Fence) -> ForeignKeyShape:
    return {
        "name": fence.name(facts.name),
        "source": fence.name(facts.source),
        "target": fence.name(facts.target),
    }


def _extensions(done: Done[tuple[ExtensionFacts, ...]]) -> CallToolResult:
    fence = Fence()
    structured: Extensions = {
        "extensions": [
            {
                "name": fence.name(facts.name),
                "schema": fence.optional(facts.schema),
                "default_version": fence.optional(facts.default_version),
                "installed_version": fence.optional(facts.installed_version),
                "comment": None if facts.comment is None else fence.text(facts.comment),
            }
            for facts in done.result
        ],
        "untrusted_data": fence.note,
    }
    installed = [facts for facts in done.result if facts.installed_version]
    others = [facts.name for facts in done.result if not facts.installed_version]
    lines = [f"{facts.name} {facts.installed_version} in {facts.schema}" for facts in installed]
    text = joined(
        [f"{len(installed)} extensions installed, {len(others)} more available.", fence.note],
        [fence.lines([*lines, "available: " + ", ".join(others)])],
    )
    return answer({**structured}, text)
