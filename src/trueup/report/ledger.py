"""What was done to make Supabase's ledger and the files agree."""

from __future__ import annotations

from typing import Any

from trueup.model.history import HISTORY_NAME
from trueup.ops.repair.ledger import LedgerPlan
from trueup.report.findings import finding_json, findings_text
from trueup.report.safe import one_line
from trueup.report.style import Style


def ledger_plan_json(plan: LedgerPlan) -> dict[str, Any]:
    """The plan as JSON values."""
    return {
        "database": plan.database,
        "written": plan.written,
        "restamped": [
            {"name": row.name, "from": row.version, "to": file.version, "file": file.path}
            for row, file in plan.restamped
        ],
        "files": [file.path for file in plan.files],
        "recorded": [{"version": row.version, "name": row.name} for row in plan.recorded],
        "proof": list(plan.proof),
        "findings": [finding_json(finding) for finding in plan.findings],
    }


def ledger_plan_text(plan: LedgerPlan, style: Style) -> str:
    """A line for each thing done, why it is safe, and what is left to say."""
    mark = style.green("done") if plan.written else style.yellow("would")
    lines = [
        f"{mark} restamp in Supabase's ledger: {one_line(f'{row.version} {row.name}')}"
        f" becomes {file.version}"
        for row, file in plan.restamped
    ]
    lines += [f"{mark} write {one_line(file.path)}" for file in plan.files]
    lines += [
        f"{mark} record {one_line(f'{row.version} {row.name}')} in {HISTORY_NAME}"
        for row in plan.recorded
    ]
    changes = bool(lines)
    lines += [f"  because: {one_line(reason)}" for reason in plan.proof]
    if changes and not plan.written:
        lines.append("nothing was changed: add --write to do it")
    if not changes:
        lines.append(f"Supabase's ledger in {one_line(plan.database)} needs nothing")
    if plan.findings:
        lines.append(findings_text(plan.findings, style))
    return "\n".join(lines)
