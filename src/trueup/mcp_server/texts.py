"""Errors in words for a model: what happened, where, what to do next; and what PostgreSQL said,
fenced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trueup.errors import CannotTell, StatementFailed, TrueupError
from trueup.mcp_server.untrusted import Fence
from trueup.model.finding import Finding
from trueup.report.excerpt import excerpt

# What these are about was said by the caller, not by the database.
_SAID_BY_CALLER: Final = frozenset(
    {"query", "name", "idempotency_key", "expected_fingerprint", "project_id"}
)


def error_text(problem: TrueupError, fence: Fence) -> str:
    """The whole error."""
    if isinstance(problem, StatementFailed):
        return "\n".join(_statement(problem, fence))
    parts = [_finding(finding, fence, problem) for finding in problem.findings()]
    lines = "\n".join(parts)
    return f"{fence.note}\n{lines}" if fence.mark in lines else lines


def _statement(problem: StatementFailed, fence: Fence) -> Iterator[str]:
    code = f"{problem.code}, SQLSTATE {problem.sqlstate}" if problem.sqlstate else problem.code
    yield f"[{code}] PostgreSQL refused the SQL{_at(problem)}."
    if problem.location and problem.location.line:
        yield excerpt(problem.source, problem.location.line, problem.location.column)
    said = {
        "": problem.message,
        "DETAIL: ": problem.detail,
        "HINT: ": problem.server_hint,
        "CONTEXT: ": problem.context,
    }
    yield f"What it said follows. {fence.note}"
    yield fence.lines(f"{label}{text}" for label, text in said.items() if text)
    if problem.hint:
        yield f"next: {problem.hint}"


def _at(problem: StatementFailed) -> str:
    place = problem.location
    if place is None:
        return ""
    if place.line is None:
        return f" in {place.file}"
    return f" at line {place.line}, column {place.column or 1} of {place.file}"


def _finding(finding: Finding, fence: Fence, problem: TrueupError) -> str:
    place = f" ({finding.location})" if finding.location else ""
    own = finding.subject in _SAID_BY_CALLER or not isinstance(problem, CannotTell)
    message = finding.message if own else fence.text(finding.message)
    first = f"[{finding.code}]{place} {message}"
    return f"{first}\nnext: {finding.hint}" if finding.hint else first
