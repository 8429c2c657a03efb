"""What propose_reconciliation and reconcile do and say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, InputRequiredResult

from trueup.diff.compare import Change
from trueup.diff.mask import masked
from trueup.errors import StatementFailed, ValidationFailed
from trueup.mcp_server.consent import ask, asked_before
from trueup.mcp_server.desk import Desk, Done
from trueup.mcp_server.gate import answer
from trueup.mcp_server.parts import (
    fenced,
    finding_lines,
    finding_shapes,
    joined,
    object_shape,
    plan_hazard,
)
from trueup.mcp_server.shapes import ObjectName, PlanHazard, Proposal, Reconciled, Way
from trueup.mcp_server.texts import error_text
from trueup.mcp_server.untrusted import Fence
from trueup.model.hazard import Hazard
from trueup.ops.agents.draft import safe_name
from trueup.ops.dump import DumpResult, dump
from trueup.ops.reconcile.adopt import AdoptResult, adopt
from trueup.ops.reconcile.look import Choice, likely_renames, losses
from trueup.ops.reconcile.revert import RevertResult, revert
from trueup.report.plan import plan_sql
from trueup.report.rights import rights_lines
from trueup.shadow.prove import Proof
from trueup.workbench.project import Project
from trueup.workbench.rights import RightsLeft

_REFUSED = "data_loss_refused"
_IN_SYNC = ": the database is what its files say."
_NOTHING = "there is nothing to do"
_NO_PLAN = "there is nothing that a plan can mend; see what was noticed"
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
        about = f"adopt\0{safe}\0{choice.only}"
        taken = await _with_leave(
            desk,
            ctx,
            about,
            lambda p, may: adopt(p, choice, name=safe, write=True, may_lose_data=may),
        )
        return taken if isinstance(taken, InputRequiredResult) else _adopted(taken)
    about = f"revert\0{choice.only}"
    back = await _with_leave(
        desk, ctx, about, lambda p, may: revert(p, choice, apply=True, may_lose_data=may)
    )
    return back if isinstance(back, InputRequiredResult) else _reverted(back)


Leave = Callable[[Proof], bool]
T = TypeVar("T")


async def _with_leave(
    desk: Desk, ctx: Context[Any, Any], about: str, act: Callable[[Project, Leave], T]
) -> Done[T] | InputRequiredResult:
    """Asks before data is lost, and does only what was agreed to."""
    agreed = None if desk.options.allow_destructive else asked_before(ctx, about)
    lost: list[Hazard] = []

    def attempt(project: Project, leave: frozenset[str] | None) -> T:
        def may_lose(proof: Proof) -> bool:
            lost[:] = _lost(proof)
            return leave is None or {hazard.subject for hazard in lost} <= leave

        return act(project, may_lose)

    try:
        return await desk.change(ctx, lambda p: attempt(p, agreed))
    except ValidationFailed as problem:
        if problem.code != _REFUSED:
            raise
    consent = await ask(ctx, lost, about)
    if isinstance(consent, InputRequiredResult):
        return consent
    return await desk.change(ctx, lambda p: attempt(p, consent))


def _lost(proof: Proof) -> list[Hazard]:
    """What a person is asked about. A rename that nobody said looks like a loss."""
    renames = likely_renames(proof)
    more = f" (it looks like a rename: {'; '.join(renames)})" if renames else ""
    return [Hazard("data_loss", said, f"{said}{more}") for said in losses(proof)]


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
    whole = next((way for way in ways if not isinstance(way, Exception)), None)
    findings, rights = (whole.findings, whole.rights) if whole else ((), ())
    differs = any(isinstance(way, Exception) or way.changes or way.rights for way in ways)
    in_sync = not differs and not any(finding.is_error for finding in findings)
    structured: Proposal = {
        "in_sync": in_sync,
        "adopt": first,
        "revert": second,
        "findings": finding_shapes(findings, fence),
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
            *_rights_told(rights, fence),
            *fenced("Noticed:", finding_lines(findings), fence),
            *_then(first, second),
        ]
    )
    return answer({**structured}, text)


def _then(*ways: Way) -> list[str]:
    """The call that follows, where there is one."""
    possible = [f'"{way["direction"]}"' for way in ways if way["possible"]]
    return [f"Then call reconcile with direction {' or '.join(possible)}."] if possible else []


def _way(direction: str, result: Either | Exception, fence: Fence) -> Way:
    if isinstance(result, Exception):
        why = error_text(result, fence)  # type: ignore[arg-type]
        return _closed(direction, why)
    if result.proof is None:
        return _closed(direction, _why_no_plan(result))
    proof = result.proof
    refused = result.refused if isinstance(result, RevertResult) else ()
    why_not = proof.why_not or "; ".join(item.sentence for item in refused)
    return {
        "direction": direction,
        "possible": not why_not,
        "proven": proof.holds,
        "why_not": fence.text(why_not),
        "objects": _objects(result.changes, fence),
        "sql": fence.text(_sql(proof)),
        "hazards": _hazards(proof, fence),
        "hints": [
            {"code": hint.code, "message": fence.text(hint.message)} for hint in proof.plan.hints
        ],
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
        "hints": [],
        "loses_data": False,
    }


def _hazards(proof: Proof, fence: Fence) -> list[PlanHazard]:
    """Their messages name objects of the database."""
    hazards = dict.fromkeys(h for s in proof.plan.statements for h in s.hazards)
    return [
        plan_hazard(replace(h, subject=fence.name(h.subject), message=fence.text(h.message)))
        for h in hazards
    ]


def _rights_told(rights: Sequence[RightsLeft], fence: Fence) -> list[str]:
    """Rights that differ besides; a plan in either direction leaves them as they are."""
    if not rights:
        return []
    return ["Rights differ, and no plan changes them:", *_once(fence, rights_lines(rights))]


def _once(fence: Fence, lines: Sequence[str]) -> list[str]:
    return [*fence.once(), fence.lines(lines)]


def _objects_and_rights(
    changes: Sequence[Change], rights: Sequence[RightsLeft], fence: Fence
) -> list[ObjectName]:
    return [*_objects(changes, fence), *(object_shape(item.drift.key, fence) for item in rights)]


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
        "success": not result.rights,
        "direction": "adopt",
        "file": file.path if file else None,
        "version": file.version if file else None,
        "objects": _objects(result.changes, fence),
        "left": _objects_and_rights((), result.rights, fence),
        "schema_file_changed": bool(result.schema_file and result.schema_file.changed),
        "sql": fence.text(_sql(result.proof)) if result.proof else "",
        "findings": finding_shapes(result.findings, fence),
        "untrusted_data": fence.note,
    }
    rights = _rights_told(result.rights, fence)
    noticed = fenced("Noticed:", finding_lines(result.findings), fence)
    if file is None:
        text = joined([f"Nothing to adopt{_stands(result)}"], rights, noticed)
        return answer({**structured}, text)
    first = f"Wrote {file.path}, recorded it as applied, and regenerated schema.sql. Commit both."
    text = joined([first, *fence.once(), structured["sql"]], rights, noticed)
    return answer({**structured}, text)


def _why_no_plan(result: Either) -> str:
    if any(finding.is_error for finding in result.findings):
        return _NO_PLAN
    return "only rights differ, which no plan changes" if result.rights else _NOTHING


def _stands(result: Either) -> str:
    """How the database stands to its files, as the end of a sentence."""
    if any(finding.is_error for finding in result.findings):
        return ": what is different is nothing that a plan can mend; see below."
    return "." if result.rights or result.is_part else _IN_SYNC


def _reverted(done: Done[RevertResult]) -> CallToolResult:
    result, fence = done.result, Fence()
    structured: Reconciled = {
        "success": not (result.left or result.rights),
        "direction": "revert",
        "file": None,
        "version": None,
        "objects": _objects(result.changes, fence),
        "left": _objects_and_rights(result.left, result.rights, fence),
        "schema_file_changed": False,
        "sql": fence.text(_sql(result.proof)) if result.proof else "",
        "findings": finding_shapes(result.findings, fence),
        "untrusted_data": fence.note,
    }
    if result.left:
        text = f"Run, but {len(result.left)} objects still differ; call check_drift."
    elif result.applied:
        text = f"Reverted {len(result.changes)} objects{_stands(result)}"
    else:
        text = f"Nothing to revert{_stands(result)}"
    rights = _rights_told(result.rights, fence)
    noticed = fenced("Noticed:", finding_lines(result.findings), fence)
    return answer({**structured}, joined([text], rights, noticed))


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
        "findings": [],
        "untrusted_data": fence.note,
    }
    what = "is written anew" if written.changed else "was up to date"
    return answer({**structured}, f"{written.path} {what}.")
