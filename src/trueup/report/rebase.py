"""What `rebase` did, or would do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trueup.ops.rebase import RebaseResult
from trueup.report.findings import finding_json, findings_text
from trueup.report.safe import one_line
from trueup.report.style import Style


def rebase_json(result: RebaseResult) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "dry_run": result.dry_run,
        "upstream": result.upstream,
        "renames": [
            {"from": rename.before.path, "to": rename.after.path} for rename in result.renames
        ],
        "database": result.database,
        "rows": [{"from": move.row.version, "to": move.version} for move in result.rows],
        "schema_file": {"path": result.schema_file.path, "changed": result.schema_file.changed},
        "findings": [finding_json(finding) for finding in result.findings],
    }


def rebase_text(result: RebaseResult, style: Style) -> str:
    """A line a file, a line a row, what became of schema.sql."""
    lines = list(_lines(result, style))
    if result.findings:
        lines.append(findings_text(result.findings, style))
    return "\n".join(lines)


def _lines(result: RebaseResult, style: Style) -> Iterator[str]:
    would = "would be " if result.dry_run else ""
    if not result.renames:
        yield f"{style.green('in order')}: every new migration comes after {result.upstream}"
    for rename in result.renames:
        name = one_line(rename.after.file_name)
        yield f"{style.green(f'{would}renamed')} {one_line(rename.before.path)} to {name}"
    for move in result.rows:
        where = one_line(result.database or "")
        yield f"{style.green(f'{would}recorded')} {move.row.version} as {move.version} in {where}"
    file = result.schema_file
    if file.changed:
        yield f"{style.green(f'{would}regenerated')} {file.path}"
    else:
        yield f"{file.path} stays as it is"
