"""What `baseline` did."""

from __future__ import annotations

from typing import Any

from trueup.folder.journal import ASIDE
from trueup.ops.baseline.baseline import BaselineResult
from trueup.report.findings import finding_json, findings_text
from trueup.report.safe import one_line
from trueup.report.style import Style


def baseline_json(result: BaselineResult) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "database": result.database,
        "version": result.version,
        "migration": result.migration,
        "schema_file": result.schema_file.path,
        "objects": result.schema_file.objects,
        "moved": list(result.moved),
        "findings": [finding_json(finding) for finding in result.findings],
    }


def baseline_text(result: BaselineResult, style: Style) -> str:
    """What was written, and what to do with it."""
    file = result.schema_file
    lines = [
        f"{style.green('baseline')} of {one_line(result.database)}: {file.objects} objects, "
        "replayed and equal",
        f"  {result.migration}, recorded as applied",
        f"  {file.path}",
    ]
    if result.moved:
        lines.append(f"  {len(result.moved)} earlier migrations moved to {ASIDE}/")
    if result.findings:
        lines.append(findings_text(result.findings, style))
    lines.append("commit both files: git add and git commit")
    return "\n".join(lines)
