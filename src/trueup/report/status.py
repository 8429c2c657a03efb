"""The state of each migration."""

from __future__ import annotations

from typing import Any

from trueup.model.history import LedgerRow
from trueup.ops.status import StatusResult
from trueup.report.findings import finding_json, findings_text
from trueup.report.safe import one_line
from trueup.report.style import Style
from trueup.verdict.history import MigrationState
from trueup.verdict.ledger import LedgerView

_GOOD, _OPEN = ("applied",), ("pending", "out_of_order")


def status_json(result: StatusResult) -> dict[str, Any]:
    """The object that contract.md describes, less schema_version."""
    return {
        "migrations": [_state_json(state) for state in result.migrations],
        "source": str(result.source),
        "supabase_ledger": _ledger_json(result.ledger) if result.ledger else None,
        "findings": [finding_json(finding) for finding in result.findings],
    }


def _ledger_json(ledger: LedgerView) -> list[dict[str, Any]]:
    """Each row of Supabase's ledger with the version of the file that it is about."""
    rows: list[tuple[LedgerRow, str | None, str | None]] = [
        *((row, row.version, "version") for row in ledger.same),
        *((match.row, match.file.version, str(match.like)) for match in ledger.matches),
        *((row, None, None) for row in ledger.alone),
    ]
    return [
        {"version": row.version, "name": row.name, "file_version": version, "matched_by": by}
        for row, version, by in sorted(rows, key=lambda item: item[0].version)
    ]


def _state_json(state: MigrationState) -> dict[str, Any]:
    return {
        "version": state.version,
        "name": state.name,
        "file": state.file,
        "state": str(state.state),
        "applied_at": f"{state.applied_at.isoformat()}Z" if state.applied_at else None,
        "applied_by": state.applied_by,
        "execution_time_ms": state.execution_time_ms,
        "checksum": state.checksum,
    }


def status_text(result: StatusResult, style: Style) -> str:
    """A line a migration, a summary, and the findings."""
    lines = [_line(state, style) for state in result.migrations]
    lines.append(_summary(result))
    if result.ledger:
        lines += _ledger_lines(result.ledger, style)
    if result.findings:
        lines += ["", findings_text(result.findings, style)]
    return "\n".join(lines)


def _ledger_lines(ledger: LedgerView, style: Style) -> list[str]:
    """One line for the rows that have a file of their version, one for each that has not."""
    count = len(ledger.same) + len(ledger.matches) + len(ledger.alone)
    lines = [f"Supabase's ledger: {count} rows, {len(ledger.same)} with a file of their version"]
    for match in ledger.matches:
        named = one_line(f"{match.row.version} {match.row.name}")
        lines.append(
            f"  {style.yellow(named)} is {one_line(match.file.file_name)} (same {match.like})"
        )
    for row in ledger.alone:
        lines.append(f"  {style.red(one_line(f'{row.version} {row.name}'))} has no file")
    return lines


def _line(state: MigrationState, style: Style) -> str:
    word = f"{state.state!s:<12}"
    if state.state in _GOOD:
        word = style.green(word)
    else:
        word = style.yellow(word) if state.state in _OPEN else style.red(word)
    when = f"{state.applied_at:%Y-%m-%d %H:%M:%S} UTC" if state.applied_at else ""
    who = f" by {one_line(state.applied_by)}" if state.applied_by else ""
    details = style.dim(f"{when}{who}")
    return f"{word} {state.version}  {one_line(state.name)}  {details}".rstrip()


def _summary(result: StatusResult) -> str:
    counted: dict[str, int] = {}
    for state in result.migrations:
        counted[str(state.state)] = counted.get(str(state.state), 0) + 1
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counted.items())
    return f"{one_line(result.database)}: {counts or 'no migrations'}"
