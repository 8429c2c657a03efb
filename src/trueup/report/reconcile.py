"""What `reconcile` found, proved and did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trueup.ops.reconcile.adopt import AdoptResult
from trueup.ops.reconcile.look import losses
from trueup.ops.reconcile.revert import RevertResult
from trueup.plan.plan import Plan
from trueup.report.diff import change_json
from trueup.report.findings import finding_json, findings_text
from trueup.report.objects import object_json
from trueup.report.plan import plan_json, plan_sql
from trueup.report.rights import rights_json, rights_text
from trueup.report.safe import one_line, printable
from trueup.report.style import Style
from trueup.shadow.prove import Proof


def adopt_json(result: AdoptResult) -> dict[str, Any]:
    """The result as JSON values."""
    file = result.migration
    return {
        "direction": "adopt",
        "database": result.database,
        "changes": [change_json(change) for change in result.changes],
        "plan": plan_json(result.proof) if result.proof else None,
        "migration": {"version": file.version, "path": file.path, "sql": file.sql}
        if file
        else None,
        "written": result.schema_file is not None,
        "left_out": [object_json(change.key) for change in result.left_out],
        "rights": rights_json(result.rights),
        "findings": [finding_json(finding) for finding in result.findings],
    }


def adopt_text(result: AdoptResult, style: Style) -> str:
    """The migration that is missing, and whether it is there now."""
    if result.proof is None:
        return _nothing(result, style)
    lines = _heading(result.proof, style)
    if result.schema_file and result.migration:
        lines += [
            *_warned(result.proof, style),
            f"{style.green('written')} {result.migration.path}, recorded as applied on "
            f"{one_line(result.database)}",
            f"{style.green('regenerated')} {result.schema_file.path}",
            "commit both files",
        ]
    elif result.migration:
        lines += _hints(result.proof, style)
        lines += [printable(result.migration.sql).rstrip(), "", _to_write(result.proof)]
    else:
        lines.append(printable(plan_sql(result.proof)).rstrip())
    return "\n".join([*lines, *_besides(result, style)])


def _to_write(proof: Proof) -> str:
    more = " --allow-data-loss" if losses(proof) else ""
    return f"add --write{more} to make it so"


def _warned(proof: Proof, style: Style) -> Iterator[str]:
    """What a reader must know before the file runs anywhere else: each thing once."""
    hazards = (hazard for statement in proof.plan.statements for hazard in statement.hazards)
    for hazard in dict.fromkeys(hazards):
        yield f"{style.yellow(hazard.code)}: {one_line(hazard.message)}"
    yield from _hints(proof, style)


def _hints(proof: Proof, style: Style) -> Iterator[str]:
    for hint in dict.fromkeys(proof.plan.hints):
        yield f"{style.yellow(hint.code)}: {one_line(hint.message)}"


def _besides(result: AdoptResult | RevertResult, style: Style) -> list[str]:
    """Rights that still differ, and what no dump tells."""
    told = ["", findings_text(result.findings, style)] if result.findings else []
    return [*rights_text(result.rights, style), *told]


def revert_json(result: RevertResult) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "direction": "revert",
        "database": result.database,
        "changes": [change_json(change) for change in result.changes],
        "plan": plan_json(result.proof) if result.proof else None,
        "applied": result.applied,
        "left": [object_json(change.key) for change in result.left],
        "rights": rights_json(result.rights),
        "findings": [finding_json(finding) for finding in result.findings],
    }


def revert_text(result: RevertResult, style: Style) -> str:
    """The way back, and whether it was gone."""
    if result.proof is None:
        return _nothing(result, style)
    lines = _heading(result.proof, style)
    if not result.applied:
        lines += [printable(plan_sql(result.proof)).rstrip(), "", _next(result)]
    elif result.left:
        lines.append(style.red("run, but these objects still differ:"))
        lines += [f"  {one_line(str(change.key))}" for change in result.left]
    elif any(finding.is_error for finding in result.findings):
        lines.append(f"reverted, but {one_line(result.database)} is not what its migrations say")
    elif result.rights or result.is_part:
        lines.append(f"{style.green('reverted')}: what was asked for")
    else:
        done = style.green("reverted")
        lines.append(f"{done}: {one_line(result.database)} is what its migrations say")
    return "\n".join([*lines, *_besides(result, style)])


def _next(result: RevertResult) -> str:
    if not result.refused:
        return "add --apply to run it"
    return "--apply refuses this, see rights_change above, and says what has to be run besides"


def _nothing(result: AdoptResult | RevertResult, style: Style) -> str:
    return "\n".join([_nothing_said(result, style), *_besides(result, style)])


def _nothing_said(result: AdoptResult | RevertResult, style: Style) -> str:
    name = one_line(result.database)
    if any(finding.is_error for finding in result.findings):
        return f"{style.red('no plan for this')}: {name} is not what its migrations say"
    if result.rights:
        return f"{style.red('no plan')}: the objects of {name} are what its migrations say"
    if result.is_part:
        return f"{style.green('nothing to do')}: nothing was chosen"
    return f"{style.green('nothing to do')}: {name} is what its migrations say"


def _heading(proof: Proof, style: Style) -> list[str]:
    statements = _count(proof.plan)
    if not proof.holds:
        return [style.red(f"NOT proven: {statements}, tried on a copy {proof.attempts} times")]
    return [f"{style.green('proven')} on a copy: {statements}"]


def _count(plan: Plan) -> str:
    count = len(plan.statements)
    return f"{count} statement{'s' if count != 1 else ''}"
