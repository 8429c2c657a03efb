"""Findings as lines of text, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from trueup.model.finding import Finding, Severity
from trueup.report.safe import printable
from trueup.report.style import Style

# So many warnings of one code are shown in full; of more than that, the first few.
_MANY, _SHOWN = 5, 3


def finding_text(finding: Finding, style: Style) -> str:
    """`error: file:line: message` with the next step below."""
    paint = {Severity.ERROR: style.red, Severity.WARNING: style.yellow, Severity.INFO: style.dim}
    label = paint[finding.severity](f"{finding.severity}:")
    where = f"{style.bold(printable(str(finding.location)))}: " if finding.location else ""
    first = f"{label} {where}{printable(finding.message)} {style.dim(f'[{finding.code}]')}"
    return f"{first}\n  {printable(finding.hint)}" if finding.hint else first


def findings_text(findings: Iterable[Finding], style: Style) -> str:
    """Errors first, each once; of many warnings of one code only the first few, and how many more
    there are: an old folder with names of another form would bury what matters."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    unique = dict.fromkeys(findings)
    ranked = sorted(unique, key=lambda finding: order[finding.severity])
    return "\n".join(_lines(ranked, style))


def _lines(ranked: Sequence[Finding], style: Style) -> Iterator[str]:
    counts = Counter(f.code for f in ranked if not f.is_error)
    shown: Counter[str] = Counter()
    for finding in ranked:
        shown[finding.code] += 1
        if finding.is_error or counts[finding.code] <= _MANY or shown[finding.code] <= _SHOWN:
            yield finding_text(finding, style)
        elif shown[finding.code] == _SHOWN + 1:
            more = counts[finding.code] - _SHOWN
            tag = style.dim(f"[{finding.code}]")
            yield f"  and {more} more of these {tag}; --format json lists all"


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
