"""What check_drift, explain_object, status and regenerate_schema do and say."""

from __future__ import annotations

import json
from typing import Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult

from trueup.mcp_server.desk import Desk, Done
from trueup.mcp_server.gate import answer
from trueup.mcp_server.parts import (
    drift_lines,
    drift_shapes,
    fenced,
    finding_lines,
    finding_shapes,
    hint_lines,
    joined,
    mend_lines,
    mend_shapes,
    object_shape,
    section,
    state_shape,
)
from trueup.mcp_server.shapes import (
    ExplainedShape,
    Explanation,
    Regenerated,
    Status,
    Verdict,
)
from trueup.mcp_server.untrusted import Fence
from trueup.ops.agents import explain
from trueup.ops.agents.fingerprint import database_fingerprint
from trueup.ops.check import CheckResult, check
from trueup.ops.dump import DumpResult, dump
from trueup.ops.status import StatusResult
from trueup.ops.status import status as look_at_history
from trueup.report.check import check_json
from trueup.verdict.remedies import all_mends
from trueup.workbench.project import Project


async def check_drift(desk: Desk, ctx: Context[Any, Any]) -> CallToolResult:
    """The verdict, which is remembered for the resource of that name."""
    result = drift_answer(await desk.read(ctx, check))
    desk.verdict = json.dumps(result.structured_content, ensure_ascii=False, indent=2)
    return result


async def explain_object(
    desk: Desk, ctx: Context[Any, Any], name: str, kind: str | None
) -> CallToolResult:
    """One object from every side."""
    return explained_answer(await desk.read(ctx, lambda p: explain.explain(p, name, kind)))


async def status(desk: Desk, ctx: Context[Any, Any]) -> CallToolResult:
    """Every migration and its state."""
    return _status(await desk.read(ctx, _look))


async def regenerate_schema(desk: Desk, ctx: Context[Any, Any]) -> CallToolResult:
    """schema.sql from the migrations."""
    return _regenerated(await desk.change(ctx, dump))


def drift_answer(done: Done[CheckResult]) -> CallToolResult:
    """What check_drift answers."""
    result, fence = done.result, Fence()
    drift = [item.drift for item in result.drift]
    live = result.sides.database if result.sides else None
    fingerprint = live.fingerprint if live is not None else None
    structured: Verdict = {
        "in_sync": result.in_sync,
        "sides": check_json(result)["sides"],
        "compared": dict(result.compared),
        "drift": drift_shapes(drift, fence),
        "findings": finding_shapes(result.findings, fence),
        "fingerprint": fingerprint,
        "seconds": result.seconds,
        "untrusted_data": fence.note,
    }
    text = joined(
        [_said(result)],
        fenced("Objects that are not in sync:", drift_lines(drift), fence),
        section("What mends it:", mend_lines(all_mends(drift), fence)),
        fenced("Noticed:", [*done.notes, *finding_lines(result.findings)], fence),
        section("What to do about it:", hint_lines(result.findings)),
        [f"Fingerprint of the database's schema: {fingerprint}"] if fingerprint else [],
    )
    return answer({**structured}, text)


def _said(result: CheckResult) -> str:
    count = sum(result.compared.values())
    if result.in_sync:
        return f"In sync: {count} objects compared."
    if result.in_sync is None:
        return "Could not tell: something that was asked for could not be compared."
    if result.drift:
        return f"Drift: {len(result.drift)} of {count} objects are not the same on every side."
    return "Not in order: the objects are the same, but see what was noticed."


def explained_answer(done: Done[explain.Explanation]) -> CallToolResult:
    """What explain_object answers."""
    result, fence = done.result, Fence()
    structured: Explanation = {
        "objects": [_explained(item, fence) for item in result.objects],
        "left_out": result.left_out,
        "findings": finding_shapes(result.findings, fence),
        "untrusted_data": fence.note,
    }
    left = [f"{result.left_out} more objects fit this name."] if result.left_out else []
    text = joined(
        [f"{len(result.objects)} objects.", fence.note],
        *(_about(item, fence) for item in result.objects),
        left,
    )
    return answer({**structured}, text)


def _explained(item: explain.Explained, fence: Fence) -> ExplainedShape:
    return {
        "object": object_shape(item.key, fence),
        "verdict": item.verdict,
        "cause": item.cause,
        "mend": mend_shapes(item.mend, fence),
        "details": fence.lines(item.details),
        "migrations": item.migrations,
        "schema_file": item.schema_file,
        "database": None if item.database is None else fence.text(item.database),
        "history": [
            {
                "version": mention.version,
                "file": mention.file,
                "applied_at": mention.applied_at,
                "applied_by": fence.optional(mention.applied_by),
                "committed_by": fence.optional(mention.committed_by),
            }
            for mention in item.mentions
        ],
    }


def _about(item: explain.Explained, fence: Fence) -> list[str]:
    shape = _explained(item, fence)
    name = shape["object"]
    same = item.migrations == item.schema_file == item.database
    sides = {"migrations": item.migrations, "schema.sql": item.schema_file}
    own = [] if same else [f"In {side}:\n{ddl}" for side, ddl in sides.items() if ddl]
    history = [
        f"- {mention['file']}, applied {mention['applied_at'] or 'at an unknown time'} by"
        f" {mention['applied_by'] or 'nobody known'}, committed by"
        f" {mention['committed_by'] or 'nobody yet'}"
        for mention in shape["history"]
    ]
    return [
        f"{name['kind']} {name['schema']}.{name['name']}: {item.verdict}. {item.cause}".rstrip(),
        *([shape["details"]] if shape["details"] else []),
        *own,
        *([f"In the database:\n{shape['database']}"] if shape["database"] else []),
        *section("What mends it:", mend_lines(item.mend, fence)),
        *section("Migrations that name it, newest first:", history),
    ]


Looked = tuple[StatusResult, str | None]


def _look(project: Project) -> Looked:
    return look_at_history(project), database_fingerprint(project)


def _status(done: Done[Looked]) -> CallToolResult:
    (result, fingerprint), fence = done.result, Fence()
    shapes = [state_shape(state, fence) for state in result.migrations]
    structured: Status = {
        "database": fence.name(result.database),
        "in_order": result.in_order,
        "migrations": shapes,
        "findings": finding_shapes(result.findings, fence),
        "fingerprint": fingerprint,
        "untrusted_data": fence.note,
    }
    counted: dict[str, int] = {}
    for shape in shapes:
        counted[shape["state"]] = counted.get(shape["state"], 0) + 1
    counts = ", ".join(f"{count} {state}" for state, count in counted.items()) or "none"
    lines = [f"{shape['version']} {shape['name']}: {shape['state']}" for shape in shapes]
    text = joined(
        [f"Migrations: {counts}. Fingerprint of the database's schema: {fingerprint}"],
        fenced("Each of them:", lines, fence),
        fenced("Noticed:", [*done.notes, *finding_lines(result.findings)], fence),
        section("What to do about it:", hint_lines(result.findings)),
    )
    return answer({**structured}, text)


def _regenerated(done: Done[DumpResult]) -> CallToolResult:
    result, fence = done.result, Fence()
    written = result.written
    structured: Regenerated = {
        "path": written.path,
        "changed": written.changed,
        "objects": written.objects,
        "findings": finding_shapes(result.findings, fence),
    }
    what = "is written anew" if written.changed else "was up to date"
    return answer({**structured}, f"{written.path} {what}: {written.objects} objects.")
