"""Findings as lines of text, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trueup.model.finding import Finding, Severity
from trueup.report.safe import printable
from trueup.report.style import Style


def finding_text(finding: Finding, style: Style) -> str:
    """`error: file:line: message` with the next step below."""
    paint = {Severity.ERROR: style.red, Severity.WARNING: style.yellow, Severity.INFO: style.dim}
    label = paint[finding.severity](f"{finding.severity}:")
    where = f"{style.bold(printable(str(finding.location)))}: " if finding.location else ""
    first = f"{label} {where}{printable(finding.message)} {style.dim(f'[{finding.code}]')}"
    return f"{first}\n  {printable(finding.hint)}" if finding.hint else first


def findings_text(findings: Iterable[Finding], style: Style) -> str:
    """All of them, errors first, each once."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    unique = dict.fromkeys(findings)
    ranked = sorted(unique, key=lambda finding: order[finding.severity])
    return "\n".join(finding_text(finding, style) for finding in ranked)


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as contract.md has it."""
    place = finding.location
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "subject": finding.subject,
        "message": finding.message,
        "hint": finding.hint,
        "location": {"file": place.file, "line": place.line, "column": place.column}
        if place
        else None,
    }
