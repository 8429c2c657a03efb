"""What a check found, in the one shape that machines take: GitHub, SARIF and JUnit alike want a
code, a level, a sentence and a place in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from trueup.diff.words import display
from trueup.errors import TrueupError
from trueup.model.finding import Finding, Location
from trueup.model.schema import SchemaObject
from trueup.ops.check import CheckResult, DriftItem
from trueup.report.remedies import ways
from trueup.report.safe import one_line, printable
from trueup.sql.schema_text import title

Level = Literal["error", "warning", "note"]
DEFAULT_FILE = "schema.sql"
_LEVELS: Mapping[str, Level] = {"error": "error", "warning": "warning", "info": "note"}


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that was found. `rule` is its code, `subject` what it is about, in words;
    `location` is None where it is about no file."""

    rule: str
    level: Level
    subject: str
    message: str
    hint: str
    location: Location | None


def issues(result: CheckResult, lines: Mapping[str, int] | None = None) -> tuple[Issue, ...]:
    """Drift first, then findings, each once. `lines` is where schema.sql names its objects
    (sql.schema_blocks.object_lines)."""
    path = result.schema_file.path if result.schema_file else DEFAULT_FILE
    drift = [_of_drift(item, path, lines or {}) for item in result.drift]
    return (*drift, *of_findings(result.findings))


def of_error(problem: TrueupError) -> tuple[Issue, ...]:
    """An error that kept a check from having a result."""
    return of_findings(problem.findings())


def of_findings(findings: Iterable[Finding]) -> tuple[Issue, ...]:
    """Findings, each once."""
    return tuple(_of_finding(finding) for finding in dict.fromkeys(findings))


def _of_finding(finding: Finding) -> Issue:
    return Issue(
        finding.code,
        _LEVELS[finding.severity],
        one_line(finding.subject) or finding.code,
        printable(finding.message),
        printable(finding.hint),
        finding.location,
    )


def _of_drift(item: DriftItem, path: str, lines: Mapping[str, int]) -> Issue:
    drift = item.drift
    line = lines.get(title(SchemaObject(drift.key, "")))
    return Issue(
        str(drift.verdict),
        "error",
        one_line(display(drift.key)),
        "; ".join((one_line(item.summary), *map(one_line, _more(item)), drift.cause)),
        ways(drift.mend),
        Location(path, line) if line else Location(path),
    )


def _more(item: DriftItem) -> Iterator[str]:
    """The details, where the summary is not one of them already."""
    return (detail for detail in item.details if detail not in item.summary)
