"""What `dump` did."""

from __future__ import annotations

from typing import Any

from trueup.ops.dump import DumpResult
from trueup.report.findings import finding_json, findings_text
from trueup.report.style import Style


def dump_json(result: DumpResult) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "path": result.written.path,
        "objects": result.written.objects,
        "from": result.origin,
        "changed": result.written.changed,
        "written": not result.checked_only,
        "findings": [finding_json(finding) for finding in result.findings],
    }


def dump_text(result: DumpResult, style: Style) -> str:
    """One line, and what was noticed."""
    lines = [_line(result, style)]
    if result.findings:
        lines.append(findings_text(result.findings, style))
    return "\n".join(lines)


def _line(result: DumpResult, style: Style) -> str:
    written = result.written
    what = f"{written.path} ({written.objects} objects)"
    if result.checked_only and written.changed:
        return (
            f"{style.red('stale')}: {written.path} is not what the {result.origin} give; "
            "run `trueup dump`"
        )
    if not written.changed:
        return f"{style.green('up to date')}: {what}"
    return f"{style.green('written')}: {what}, from the {result.origin}"
