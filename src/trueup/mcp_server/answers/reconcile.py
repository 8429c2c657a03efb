"""What propose_reconciliation and reconcile do and say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, InputRequiredResult

from trueup.diff.compare import Change
from trueup.diff.mask import masked
from trueup.errors import StatementFailed, ValidationFailed
from trueup.mcp_server.consent import ask, asked_before
from trueup.mcp_server.desk import Desk, Done
from trueup.mcp_server.fence import Fence
from trueup.mcp_server.guard import answer
from trueup.mcp_server.parts import joined, object_shape, plan_hazard
from trueup.mcp_server.shapes import ObjectName, PlanHazard, Proposal, Reconciled, Way
from trueup.mcp_server.texts import error_text
from trueup.model.hazard import Hazard
from trueup.ops.adopt import AdoptResult, adopt
from trueup.ops.draft import safe_name
from trueup.ops.dump import DumpResult, dump
from trueup.ops.project import Project
from trueup.ops.reconcile import Choice
from trueup.ops.revert import RevertResult, losses, revert
from trueup.report.plan import plan_sql
from trueup.shadow.prove import Proof

_REFUSED = "data_loss_refused"
Either = AdoptResult | RevertResult


async def propose(desk: Desk, ctx: Context[Any, Any], only: Sequence[str]) -> CallToolResult:
    """Both ways, proven, with nothing done."""
    choice = Choice(only=tuple(only))
    done = await desk.read(ctx, lambda p: (_try(adopt, p, choice), _try(revert, p, choice)))
    return _proposed(done.result)


async def reconcile(
    desk: Desk, ctx: Context[Any, Any], direction: str, only: Sequence[str], name: str
) -> CallToolResult | InputRequiredResult:
    """Does one of them."""
    choice = Choice(only=tuple(only))
    if direction == "regenerate":
        return _regenerated(await desk.change(ctx, dump))
    if direction == "adopt":
        safe = safe_name(name)
        done = await desk.change(ctx, lambda p: adopt(p, choice, name=safe, write=True))
        return _adopted(done)
    return await _revert(desk, ctx, choice)


async def _revert(
    desk: Desk, ctx: Context[Any, Any], choice: Choice
) -> CallToolResult | InputRequiredResult:
    """Asks before data is lost, and runs only what was agreed to."""
    about = f"revert\0{choice.only}"
    agreed = None if desk.options.allow_destructive else asked_before(ctx, about)
    lost: list[str] = []

    def attempt(project: Project, leave: frozenset[str] | None) -> RevertResult:
        def may_lose(proof: Proof) -> bool:
            lost[:] = losses(proof)
            return leave is None or set(lost) <= leave

        return revert(project, choice, apply=True, may_lose_data=may_lose)

    try:
        return _reverted(await desk.change(ctx, lambda p: attempt(p, agreed)))
    except ValidationFailed as problem:
        if problem.code != _REFUSED:
            raise
    consent = await ask(ctx, [Hazard("data_loss", said, said) for said in lost], about)
    if isinstance(consent, InputRequiredResult):
        return consent
    return _reverted(await desk.change(ctx, lambda p: attempt(p, consent)))


def _try(
    act: Callable[[Project, Choice], Either], project: Project, choice: Choice
) -> Either | Exception:
    """One way may be closed while the other is open."""
    try:
        return act(project, choice)
    except (ValidationFailed, StatementFailed) as problem:
        return problem


def _proposed(ways: tuple[Either | Exception, Either | Exception]) -> CallToolResult:
    fence = Fence()
    first, second = _way("adopt", ways[0], fence), _way("revert", ways[1], fence)
    in_sync = not any(isinstance(way, Exception) or way.changes for way in ways)
    structured: Proposal = {
        "in_sync": in_sync,
        "adopt": first,
        "revert": second,
        "untrusted_data": fence.note,
    }
    if in_sync:
        return answer({**structured}, "Nothing to reconcile: the database is what its files say.")
    text = joined(
        [
            "Two ways; a person chooses. Nothing was done.",
            *fence.once(),
            *_told("Adopt (a migration that says what the database has):", first),
            *_told("Revert (take the database back to its migrations):", second),
            'Then call reconcile with direction "adopt" or "revert".',
        ]
    )
    return answer({**structured}, text)


def _way(direction: str, result: Either | Exception, fence: Fence) -> Way:
    if isinstance(result, Exception):
        why = error_text(result, fence)  # type: ignore[arg-type]
        return _closed(direction, why)
    if result.proof is None:
        return _closed(direction, "there is nothing to do")
    proof = result.proof
    return {
        "direction": direction,
        "possible": proof.holds,
        "proven": proof.holds,
        "why_not": fence.text(proof.why_not),
        "objects": _objects(result.changes, fence),
        "sql": fence.text(_sql(proof)),
        "hazards": _hazards(proof, fence),
        "loses_data": bool(losses(proof)),
    }


def _sql(proof: Proof) -> str:
    """The plan, without the passwords that DDL may hold."""
    shown = tuple(replace(s, sql=masked(s.object, s.sql)) for s in proof.plan.statements)
    return plan_sql(replace(proof, plan=replace(proof.plan, statements=shown)))


def _closed(direction: str, why: str) -> Way:
    return {
        "direction": direction,
        "possible": False,
        "proven": False,
        "why_not": why,
        "objects": [],
        "sql": "",
        "hazards": [],
        "loses_data": False,
    }


def _hazards(proof: Proof, fence: Fence) -> list[PlanHazard]:
    """Their messages name objects of the database."""
    hazards = dict.fromkeys(h for s in proof.plan.statements for h in s.hazards)
    return [
        plan_hazard(replace(h, subject=fence.name(h.subject), message=fence.text(h.message)))
        for h in hazards
    ]


def _objects(changes: Sequence[Change], fence: Fence) -> list[ObjectName]:
    return [object_shape(change.key, fence) for change in changes]


def _told(title: str, way: Way) -> list[str]:
    if not way["possible"]:
        return [title, f"not possible: {way['why_not']}", *([way["sql"]] if way["sql"] else [])]
    hazards = ", ".join(dict.fromkeys(hazard["code"] for hazard in way["hazards"])) or "none"
    return [title, f"proven on a copy; hazards: {hazards}", way["sql"]]


def _adopted(done: Done[AdoptResult]) -> CallToolResult:
    result, fence = done.result, Fence()
    file = result.migration
    structured: Reconciled = {
        "success": True,
        "direction": "adopt",
        "file": file.path if file else None,
        "version": file.version if file else None,
        "objects": _objects(result.changes, fence),
        "left": [],
        "schema_file_changed": bool(result.schema_file and result.schema_file.changed),
        "sql": fence.text(_sql(result.proof)) if result.proof else "",
        "untrusted_data": fence.note,
    }
    if file is None:
        return answer({**structured}, "Nothing to adopt: the database is what its files say.")
    first = f"Wrote {file.path}, recorded it as applied, and regenerated schema.sql. Commit both."
    return answer({**structured}, joined([first, *fence.once(), structured["sql"]]))


def _reverted(done: Done[RevertResult]) -> CallToolResult:
    result, fence = done.result, Fence()
    structured: Reconciled = {
        "success": not result.left,
        "direction": "revert",
        "file": None,
        "version": None,
        "objects": _objects(result.changes, fence),
        "left": _objects(result.left, fence),
        "schema_file_changed": False,
        "sql": fence.text(_sql(result.proof)) if result.proof else "",
        "untrusted_data": fence.note,
    }
    if result.left:
        text = f"Run, but {len(result.left)} objects still differ; call check_drift."
    elif result.applied:
        text = f"Reverted {len(result.changes)} objects: the database is what its migrations say."
    else:
        text = "Nothing to revert: the database is what its files say."
    return answer({**structured}, text)


def _regenerated(done: Done[DumpResult]) -> CallToolResult:
    written, fence = done.result.written, Fence()
    structured: Reconciled = {
        "success": True,
        "direction": "regenerate",
        "file": written.path,
        "version": None,
        "objects": [],
        "left": [],
        "schema_file_changed": written.changed,
        "sql": "",
        "untrusted_data": fence.note,
    }
    what = "is written anew" if written.changed else "was up to date"
    return answer({**structured}, f"{written.path} {what}.")
