"""What `init` wrote."""

from __future__ import annotations

from typing import Any

from trueup.ops.init import InitResult
from trueup.report.findings import finding_json, findings_text
from trueup.report.style import Style


def init_json(result: InitResult) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "files": [
            {"path": file.shown, "action": file.action, "note": file.note}
            for file in result.written
        ],
        "findings": [finding_json(finding) for finding in result.findings],
    }


def init_text(result: InitResult, style: Style) -> str:
    """A line a file, then the next step."""
    lines = []
    for file in result.written:
        paint = style.dim if file.action == "kept" else style.green
        note = f" ({file.note})" if file.note else ""
        lines.append(f"{paint(file.action)} {file.shown}{note}")
    if result.findings:
        lines.append(findings_text(result.findings, style))
    lines.append(
        "next: `trueup baseline` for an existing database, `trueup new NAME` for a new one"
    )
    return "\n".join(lines)
