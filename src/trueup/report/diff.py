"""What is different between two schema sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trueup.diff.compare import Change, ChangeKind
from trueup.diff.unified import unified
from trueup.diff.words import describe, display
from trueup.ops.diff import DiffResult
from trueup.report.findings import finding_json, findings_text
from trueup.report.objects import object_json, shown_pair
from trueup.report.safe import one_line, printable
from trueup.report.style import Style

_SIGNS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}


def diff_json(result: DiffResult) -> dict[str, Any]:
    """The object that contract.md describes, less schema_version."""
    from trueup.report.plan import plan_json

    return {
        "equal": result.equal,
        "changes": [change_json(change) for change in result.changes],
        "column_order": [object_json(change.key) for change in result.column_order],
        "plan": plan_json(result.proof) if result.proof else None,
        "findings": [finding_json(finding) for finding in result.findings],
    }


def change_json(change: Change) -> dict[str, Any]:
    """One changed object with what changed in it."""
    return {
        "object": object_json(change.key),
        "change": str(change.kind),
        "details": describe(change.key, change.before, change.after),
    }


def diff_text(result: DiffResult, style: Style, *, verbose: bool = False) -> str:
    """A line an object with what changed in it; the DDL too when `verbose`."""
    lines = [_heading(result, style)]
    for change in result.changes:
        lines += _change(change, result, style, verbose)
    for change in result.column_order:
        lines.append(f"  {one_line(display(change.key))}: equal up to the order of its columns")
    if result.findings:
        lines += ["", findings_text(result.findings, style)]
    return "\n".join(lines)


def _heading(result: DiffResult, style: Style) -> str:
    sides = f"{one_line(result.source)} and {one_line(result.goal)}"
    if result.equal:
        return f"{style.green('equal')}: {sides}"
    count = len(result.changes)
    return f"{style.red('different')}: {sides}, in {count} object{'s' if count > 1 else ''}"


def _change(change: Change, result: DiffResult, style: Style, verbose: bool) -> Iterator[str]:
    paint = {"+": style.green, "-": style.red, "~": style.yellow}
    sign = _SIGNS[change.kind]
    yield f"{paint[sign](sign)} {style.bold(one_line(display(change.key)))}"
    if change.kind is ChangeKind.CHANGED:
        for detail in describe(change.key, change.before, change.after):
            yield f"    {one_line(detail)}"
    if verbose:
        lines = unified(*shown_pair(change), result.source, result.goal)
        yield from (f"    {printable(line)}" for line in lines)
