"""What `repair` and `mark-applied` did to the history."""

from __future__ import annotations

from typing import Any

from trueup.model.history import HistoryRow, RowChange
from trueup.ops.mark_applied import MarkResult
from trueup.ops.repair.rows import RepairPlan
from trueup.report.findings import finding_json, findings_text
from trueup.report.safe import one_line
from trueup.report.style import Style


def mark_json(result: MarkResult) -> dict[str, Any]:
    """The rows that were written."""
    return {
        "database": result.database,
        "marked": [_row_json(row) for row in result.marked],
        "taken_over": [_row_json(row) for row in result.taken_over],
    }


def mark_text(result: MarkResult, style: Style) -> str:
    """A line a row."""
    lines = [f"{style.green('recorded')} {_named(row)} as applied" for row in result.marked]
    if result.taken_over:
        lines.append(f"{len(result.taken_over)} rows taken over from Supabase's ledger")
    return "\n".join(lines) or "nothing to record"


def repair_json(result: RepairPlan) -> dict[str, Any]:
    """The changed rows, before and after."""
    return {
        "database": result.database,
        "written": result.written,
        "changes": [_change_json(change) for change in result.changes],
        "findings": [finding_json(finding) for finding in result.findings],
    }


def repair_text(result: RepairPlan, style: Style) -> str:
    """A line a changed row, then what is left to say."""
    lines = [_change(change, result.written, style) for change in result.changes]
    if result.changes and not result.written:
        lines.append("nothing was changed: add --write to do it")
    if not result.changes and not result.findings:
        lines.append(f"the history of {one_line(result.database)} is in order")
    if result.findings:
        lines.append(findings_text(result.findings, style))
    return "\n".join(lines)


def _change(change: RowChange, written: bool, style: Style) -> str:
    mark = style.green("done") if written else style.yellow("would")
    moved = change.after is not None and change.after.version != change.version
    now = f" -> {_named(change.after)}" if change.after and moved else ""
    return f"{mark} {change.action}: {_named(change.before)}{now}"


def _named(row: HistoryRow) -> str:
    return one_line(f"{row.version} {row.name}")


def _change_json(change: RowChange) -> dict[str, Any]:
    after = _row_json(change.after) if change.after else None
    return {"action": str(change.action), "before": _row_json(change.before), "after": after}


def _row_json(row: HistoryRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "name": row.name,
        "checksum": row.checksum,
        "success": row.success,
    }
