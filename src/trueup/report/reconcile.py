"""What `reconcile` found, proved and did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trueup.model.finding import Finding
from trueup.ops.adopt import AdoptResult
from trueup.ops.reconcile import losses
from trueup.ops.revert import RevertResult
from trueup.plan.plan import Plan
from trueup.report.diff import change_json
from trueup.report.findings import finding_json, findings_text
from trueup.report.objects import object_json
from trueup.report.plan import plan_json, plan_sql
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
        "findings": [finding_json(finding) for finding in result.findings],
    }


def adopt_text(result: AdoptResult, style: Style) -> str:
    """The migration that is missing, and whether it is there now."""
    if result.proof is None:
        return _nothing(result.database, result.findings, style)
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
    return "\n".join([*lines, *_told(result.findings, style)])


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


def _told(findings: Sequence[Finding], style: Style) -> list[str]:
    return ["", findings_text(findings, style)] if findings else []


def revert_json(result: RevertResult) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "direction": "revert",
        "database": result.database,
        "changes": [change_json(change) for change in result.changes],
        "plan": plan_json(result.proof) if result.proof else None,
        "applied": result.applied,
        "left": [object_json(change.key) for change in result.left],
        "findings": [finding_json(finding) for finding in result.findings],
    }


def revert_text(result: RevertResult, style: Style) -> str:
    """The way back, and whether it was gone."""
    if result.proof is None:
        return _nothing(result.database, result.findings, style)
    lines = _heading(result.proof, style)
    if not result.applied:
        lines += [printable(plan_sql(result.proof)).rstrip(), "", "add --apply to run it"]
    elif result.left:
        lines.append(style.red("run, but these objects still differ:"))
        lines += [f"  {one_line(str(change.key))}" for change in result.left]
    elif any(finding.is_error for finding in result.findings):
        lines.append(f"reverted, but {one_line(result.database)} is not what its migrations say")
    else:
        done = style.green("reverted")
        lines.append(f"{done}: {one_line(result.database)} is what its migrations say")
    return "\n".join([*lines, *_told(result.findings, style)])


def _nothing(database: str, findings: Sequence[Finding], style: Style) -> str:
    name = one_line(database)
    first = f"{style.green('nothing to do')}: {name} is what its migrations say"
    if any(finding.is_error for finding in findings):
        first = f"{style.red('no plan for this')}: {name} is not what its migrations say"
    return "\n".join([first, *_told(findings, style)])


def _heading(proof: Proof, style: Style) -> list[str]:
    statements = _count(proof.plan)
    if not proof.holds:
        return [style.red(f"NOT proven: {statements}, tried on a copy {proof.attempts} times")]
    return [f"{style.green('proven')} on a copy: {statements}"]


def _count(plan: Plan) -> str:
    count = len(plan.statements)
    return f"{count} statement{'s' if count != 1 else ''}"
