"""The verdict of `check`: as text for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.diff.mask import masked
from trueup.diff.unified import unified
from trueup.diff.words import display
from trueup.model.schema import ObjectKey
from trueup.ops.check import CheckResult, DriftItem
from trueup.report.excerpt import failure_text
from trueup.report.findings import finding_json, findings_text
from trueup.report.objects import object_json
from trueup.report.remedies import mend_json, remedy_lines
from trueup.report.safe import one_line, printable
from trueup.report.style import Style
from trueup.verdict.objects import FILE_MOVED, Verdict

# Told before everything else: what the API's roles can do that no migration says.
GRAVEST = "api_role_gained_right"
_NOUNS = {"PRIVILEGES": "set of rights"}


def check_json(result: CheckResult) -> dict[str, Any]:
    """The object that contract.md describes, less schema_version."""
    return {
        "in_sync": result.in_sync,
        "sides": {
            "migrations": _side(result.migrations),
            "schema_file": _side(result.schema_file),
            "declarative": _side(result.declarative),
            "database": _side(result.database),
        },
        "compared": dict(result.compared),
        "drift": [drift_json(item) for item in result.drift],
        "findings": [finding_json(finding) for finding in result.findings],
        "seconds": result.seconds,
    }


def _side(side: Any) -> dict[str, Any] | None:
    if side is None:
        return None
    return {name: _plain(getattr(side, name)) for name in side.__dataclass_fields__}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def drift_json(item: DriftItem) -> dict[str, Any]:
    """One object that is not in sync, with its DDL on every side."""
    drift = item.drift
    return {
        "object": object_json(drift.key),
        "verdict": str(drift.verdict),
        "cause": drift.cause,
        "remedies": list(drift.remedies),
        "mend": mend_json(drift.mend),
        "summary": item.summary,
        "migrations": shown_ddl(drift.key, drift.migrations),
        "schema_file": shown_ddl(drift.key, drift.schema_file),
        "declarative": shown_ddl(drift.key, drift.declarative),
        "database": shown_ddl(drift.key, drift.database),
        "details": list(item.details),
    }


def shown_ddl(key: ObjectKey, ddl: str | None) -> str | None:
    """DDL without the passwords that pg_dump writes into it."""
    return masked(key, ddl) if ddl is not None else None


def check_text(result: CheckResult, style: Style, *, verbose: bool = False) -> str:
    """The verdict first, then each object, then what mends it."""
    parts = [verdict_text(result, style)]
    if result.migrations and result.migrations.stood_in:
        names = ", ".join(result.migrations.stood_in)
        parts.append(style.dim(f"stood in for, not on this server: {names}"))
    first = [finding for finding in result.findings if finding.code == GRAVEST]
    if first:
        parts.append(findings_text(first, style))
    parts += [_item(item, style, verbose) for item in result.drift]
    parts += [f"{style.red('error:')} {failure_text(failure)}" for failure in result.failures]
    told = {finding for failure in result.failures for finding in failure.findings()}
    findings = [f for f in result.findings if f not in told and f not in first]
    if findings:
        parts.append(findings_text(findings, style))
    remedies = remedy_lines(item.drift for item in result.drift)
    if remedies:
        parts.append("\n".join(["what mends it:", *(f"  {line}" for line in remedies)]))
    return "\n\n".join(parts)


def verdict_text(result: CheckResult, style: Style) -> str:
    """The verdict in one line."""
    sides = ", ".join(_sides(result))
    if result.in_sync:
        return f"{style.green('in sync')}: {sides}; {_counted(result.compared)} compared"
    if result.in_sync is None:
        return f"{style.yellow('could not tell')}: {sides or 'nothing could be compared'}"
    if result.drift:
        count = len(result.drift)
        return f"{style.red('drift')}: {_plural(count, 'object')} of {sides}"
    return f"{style.red('not in order')}: {sides}"


def _sides(result: CheckResult) -> Iterator[str]:
    if result.migrations:
        yield _plural(result.migrations.files, "migration")
    if result.schema_file:
        yield result.schema_file.path
    if result.declarative:
        yield result.declarative.path
    if result.database:
        pending = len(result.database.pending)
        more = f" ({pending} pending)" if pending else ""
        yield f"database {one_line(result.database.name)}{more}"


def _counted(compared: Mapping[str, int]) -> str:
    """`31 objects (12 tables, 9 indexes, …)`: the three commonest kinds by name."""
    common = sorted(compared.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    named = ", ".join(_plural(count, _NOUNS.get(kind, kind.lower())) for kind, count in common)
    more = ", …" if len(compared) > 3 else ""
    total = _plural(sum(compared.values()), "object")
    return f"{total} ({named}{more})" if named else total


def _plural(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    if noun.startswith("set of "):
        return f"{count:,} {noun.replace('set', 'sets', 1)}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count:,} {noun[:-1]}ies"
    return f"{count:,} {noun}{'es' if noun.endswith(('x', 's')) else 's'}"


def _item(item: DriftItem, style: Style, verbose: bool) -> str:
    drift = item.drift
    lines = [f"{style.bold(one_line(display(drift.key)))}: {style.yellow(str(drift.verdict))}"]
    lines += [f"  {one_line(detail)}" for detail in item.details]
    lines.append(f"  {style.dim('cause:')} {drift.cause}")
    if verbose:
        side = moved_side(drift.verdict)
        before, after = (shown_ddl(drift.key, ddl) for ddl in drift.moved())
        shown = unified(before, after, "migrations", side)
        lines += [f"  {_painted(line, style)}" for line in shown]
    return "\n".join(lines)


def moved_side(verdict: Verdict) -> str:
    """What a diff calls the side that is not there with the migrations."""
    if verdict is Verdict.DECLARATIVE_DIFFERS:
        return "declarative"
    return "schema.sql" if verdict in FILE_MOVED else "database"


def _painted(line: str, style: Style) -> str:
    text = printable(line)
    if line.startswith("+"):
        return style.green(text)
    return style.red(text) if line.startswith("-") else text
