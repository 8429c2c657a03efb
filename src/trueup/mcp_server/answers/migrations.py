"""What apply_migration and list_migrations do and say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult

from trueup.folder.interrupted import LEFT
from trueup.mcp_server.consent import Card, ask, asked_before
from trueup.mcp_server.desk import Desk, Done
from trueup.mcp_server.gate import answer
from trueup.mcp_server.parts import (
    change_lines,
    change_shapes,
    drift_lines,
    drift_shapes,
    fenced,
    finding_lines,
    finding_shapes,
    hazard_lines,
    hazard_shapes,
    hint_lines,
    joined,
    schema_diff,
    section,
    state_shape,
)
from trueup.mcp_server.shapes import Applied, Migrations
from trueup.mcp_server.untrusted import Fence
from trueup.ops.agents.apply_new import NewMigration, NewResult, NotAgreed, apply_new
from trueup.ops.status import StatusResult, status


async def apply_migration(
    desk: Desk, ctx: Context[Any, Any], wanted: NewMigration, dry_run: bool
) -> CallToolResult | InputRequiredResult:
    """Does it, or asks first."""
    if dry_run:
        return _applied(await desk.read(ctx, lambda p: apply_new(p, wanted, dry_run=True)))
    about = f"{wanted.name}\0{wanted.query}"
    agreed = None if desk.options.allow_destructive else asked_before(ctx, about)
    for _ in range(_ROUNDS):
        agreeing = replace(wanted, agreed=agreed)
        try:
            return _applied(await desk.change(ctx, lambda p: apply_new(p, agreeing)))  # noqa: B023
        except NotAgreed as problem:
            card = Card(wanted.name, wanted.query, problem.where, problem.tried)
            consent = await ask(ctx, problem.hazards, about, agreed or (), card)
        if isinstance(consent, InputRequiredResult):
            return consent
        agreed = consent
    raise ToolError(_NO_END)


# The text tells something, and running it tells the rest; more often the effect is another each
# time, and an answer to one says nothing of the next.
_ROUNDS = 4
_NO_END = (
    "[destructive_not_agreed] what the SQL destroys was another thing each time it was tried;"
    " nothing was changed\nnext: let a person run it (create_migration writes the file)"
)


async def list_migrations(desk: Desk, ctx: Context[Any, Any]) -> CallToolResult:
    """The history."""
    return _listed(await desk.read(ctx, status))


def _applied(done: Done[NewResult]) -> CallToolResult:
    result, fence = done.result, Fence()
    file = result.schema_file
    structured: Applied = {
        "success": True,
        "dry_run": result.dry_run,
        "repeated": result.repeated,
        "version": result.version,
        "name": result.name,
        "file": result.file,
        "database": fence.name(result.database),
        "execution_time_ms": result.milliseconds,
        "changes": change_shapes(result.changes),
        "hazards": hazard_shapes(result.hazards),
        "schema_file": {
            "path": file.path,
            "changed": file.changed,
            "diff": schema_diff(result.changes),
        }
        if file
        else None,
        "drift": drift_shapes(result.drift, fence),
        "findings": finding_shapes(result.findings, fence),
        "notices": fence.lines(result.notices),
        "notes": fence.lines(done.notes),
        "fingerprint": result.fingerprint,
        "untrusted_data": fence.note,
    }
    return answer({**structured}, joined(_headline(result), _body(result, done.notes, fence)))


def _headline(result: NewResult) -> Iterable[str]:
    if result.repeated:
        yield f"Nothing done: this call made {result.file} before (same idempotency key)."
    elif result.dry_run:
        yield f"Dry run: {result.name} would be applied; nothing was changed."
    else:
        yield f"Applied {result.file} in {result.milliseconds} ms and recorded it."
    file = result.schema_file
    if file and file.changed:
        yield f"{file.path} {'would be' if result.dry_run else 'is'} regenerated."
    if not result.dry_run and not result.repeated:
        yield f"Next: commit {result.file} and {file.path if file else 'schema.sql'} together."


def _body(result: NewResult, notes: Iterable[str], fence: Fence) -> list[str]:
    said = [*notes, *result.notices, *finding_lines(result.findings)]
    drift = drift_lines(result.drift)
    return [
        *section("It changes:", change_lines(result.changes)),
        *section("Hazards:", hazard_lines(result.hazards)),
        *fenced(
            f"Drift that was there already ({len(result.drift)} objects; see check_drift):",
            drift,
            fence,
        ),
        *fenced("Said on the way:", said, fence),
        *section("What to do about it:", hint_lines(result.findings)),
        *([f"Fingerprint of the schema now: {result.fingerprint}"] if result.fingerprint else []),
    ]


def _listed(done: Done[StatusResult]) -> CallToolResult:
    fence = Fence()
    shapes = [state_shape(state, fence) for state in done.result.migrations]
    waiting = ("pending", "out_of_order")
    recorded = [shape for shape in shapes if shape["state"] not in waiting]
    pending = [shape for shape in shapes if shape["state"] in waiting]
    structured: Migrations = {
        "migrations": recorded,
        "pending": pending,
        "untrusted_data": fence.note,
    }
    lines = [f"{shape['version']} {shape['name']}: {shape['state']}" for shape in shapes]
    left = [finding for finding in done.result.findings if finding.code in LEFT]
    text = joined(
        [f"{len(recorded)} migrations in the history, {len(pending)} files not applied yet."],
        fenced("Each of them:", lines, fence),
        section("Left of an interrupted command:", [*finding_lines(left), *hint_lines(left)]),
    )
    return answer({**structured}, text)
