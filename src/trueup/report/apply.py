"""What `apply` did, or would do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trueup.diff.unified import unified
from trueup.diff.words import describe, display, summarize
from trueup.ops.apply.apply import ApplyResult
from trueup.report.findings import finding_json, findings_text
from trueup.report.objects import object_json, shown_pair
from trueup.report.remedies import mend_json, remedy_lines
from trueup.report.safe import one_line, printable
from trueup.report.style import Style
from trueup.verdict.told import details


def apply_json(result: ApplyResult) -> dict[str, Any]:
    """The result as JSON values."""
    file = result.schema_file
    return {
        "dry_run": result.dry_run,
        "database": result.database,
        "planned": [{"version": m.version, "file": m.path} for m in result.planned],
        "applied": [
            {
                "version": done.migration.version,
                "file": done.migration.path,
                "execution_time_ms": done.row.execution_time_ms,
                "transactional": done.transactional,
                "attempts": done.attempts,
                "notices": list(done.notices),
            }
            for done in result.applied
        ],
        "changes": [
            {
                "object": object_json(change.key),
                "change": str(change.kind),
                "details": describe(change.key, change.before, change.after),
            }
            for change in result.changes
        ],
        "schema_file": {"path": file.path, "objects": file.objects, "changed": file.changed},
        "drift": [
            {
                "object": object_json(drift.key),
                "verdict": str(drift.verdict),
                "cause": drift.cause,
                "mend": mend_json(drift.mend),
                "details": details(drift),
            }
            for drift in result.drift
        ],
        "findings": [finding_json(finding) for finding in result.findings],
    }


def apply_text(result: ApplyResult, style: Style, *, verbose: bool = False) -> str:
    """What ran, what it changed, what became of schema.sql, and drift found on the way."""
    lines = list(_files(result, style))
    lines += _changes(result, style, verbose)
    lines.append(_schema_file(result, style))
    lines += _drift(result, style)
    if result.findings:
        lines.append(findings_text(result.findings, style))
    return "\n".join(lines)


def _files(result: ApplyResult, style: Style) -> Iterator[str]:
    if not result.planned:
        yield f"{style.green('nothing to apply')}: {one_line(result.database)} has every migration"
    if result.dry_run:
        for migration in result.planned:
            yield f"{style.bold('would apply')} {migration.file_name}"
        return
    for done in result.applied:
        took = f"{done.row.execution_time_ms or 0} ms"
        tries = f", try {done.attempts}" if done.attempts > 1 else ""
        alone = "" if done.transactional else ", not in one transaction"
        yield f"{style.green('applied')} {done.migration.file_name} ({took}{tries}{alone})"
        yield from (f"  {printable(notice)}" for notice in done.notices)


def _changes(result: ApplyResult, style: Style, verbose: bool) -> Iterator[str]:
    for change in result.changes:
        yield f"  {one_line(summarize(change.key, change.before, change.after))}"
        if verbose:
            lines = unified(*shown_pair(change), "before", "after")
            yield from (f"    {printable(line)}" for line in lines)


def _schema_file(result: ApplyResult, style: Style) -> str:
    file = result.schema_file
    if not file.changed:
        return f"{file.path} is up to date"
    verb = "would be regenerated" if result.dry_run else "regenerated"
    return f"{style.green(verb)} {file.path}" if not result.dry_run else f"{file.path} {verb}"


def _drift(result: ApplyResult, style: Style) -> Iterator[str]:
    if not result.drift:
        return
    yield ""
    yield style.red(f"drift in {one_line(result.database)} that was there already:")
    for drift in result.drift:
        yield f"  {style.bold(one_line(display(drift.key)))}: {drift.cause}"
        yield from (f"    {one_line(line)}" for line in details(drift))
    yield "what mends it:"
    yield from (f"  {line}" for line in remedy_lines(result.drift))
