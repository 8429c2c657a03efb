"""What the hook commands did, as text and as JSON."""

from __future__ import annotations

from typing import Any

from trueup.git.hook import Outcome
from trueup.git.install import Installed
from trueup.report.findings import finding_json, findings_text
from trueup.report.style import Style


def installed_json(result: Installed) -> dict[str, Any]:
    """The result of install and uninstall as JSON values."""
    return {
        "kind": result.kind,
        "files": [{"path": path, "action": action} for path, action in result.files],
        "findings": [finding_json(finding) for finding in result.findings],
    }


def installed_text(result: Installed, style: Style) -> str:
    """A line a file, then what was noticed."""
    paint = {"installed": style.green, "removed": style.green}
    lines = [f"{paint.get(action, style.dim)(action)} {path}" for path, action in result.files]
    if result.findings:
        lines.append(findings_text(result.findings, style))
    return "\n".join(lines)


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """What `hook run` found as JSON values."""
    return {
        "in_order": not outcome.errors,
        "migrations": outcome.migrations,
        "replay": outcome.replay,
        "skipped": outcome.skipped,
        "findings": [finding_json(each.finding()) for each in outcome.complaints],
    }
