"""Pieces that several results share: as JSON values, and as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, cast

from trueup.diff.compare import Change
from trueup.diff.mask import masked
from trueup.diff.unified import unified
from trueup.diff.words import describe, display, summarize
from trueup.mcp_server.shapes import (
    ChangeShape,
    DriftShape,
    FindingShape,
    HazardShape,
    MendShape,
    MigrationShape,
    ObjectName,
    PlanHazard,
)
from trueup.mcp_server.untrusted import Fence
from trueup.model.finding import Finding
from trueup.model.hazard import Hazard
from trueup.model.mend import Mend
from trueup.model.schema import ObjectKey
from trueup.report.hazards import hazard_json
from trueup.report.remedies import by_hand, meaning
from trueup.report.safe import one_line
from trueup.verdict.drift import Drift
from trueup.verdict.history import MigrationState
from trueup.verdict.state_findings import NAMES_OBJECTS
from trueup.verdict.told import details

_DIFF_LINES: Final = 80
_MOST_STATEMENTS: Final = 20


def object_shape(key: ObjectKey, fence: Fence) -> ObjectName:
    """An object's name."""
    return {"kind": key.kind, "schema": fence.name(key.schema) or "", "name": fence.name(key.name)}


def own_object(key: ObjectKey) -> ObjectName:
    """The name of an object that migrations make."""
    return {"kind": key.kind, "schema": key.schema, "name": key.name}


def change_shapes(changes: Iterable[Change]) -> list[ChangeShape]:
    """What a migration changes."""
    return [
        {
            "object": own_object(change.key),
            "change": str(change.kind),
            "details": describe(change.key, change.before, change.after),
        }
        for change in changes
    ]


def hazard_shapes(hazards: Iterable[Hazard]) -> list[HazardShape]:
    """What it may cost."""
    return [
        {
            **plan_hazard(hazard),
            "subject": hazard.subject,
            "destructive": hazard.destructive,
        }
        for hazard in hazards
    ]


def plan_hazard(hazard: Hazard) -> PlanHazard:
    """A price of a statement."""
    return cast(PlanHazard, hazard_json(hazard))


def finding_shapes(findings: Iterable[Finding], fence: Fence) -> list[FindingShape]:
    """What was noticed. Messages may quote the database."""
    return [
        {
            "code": finding.code,
            "severity": str(finding.severity),
            "subject": fence.name(finding.subject) if finding.subject else "",
            "message": fence.text(finding.message),
            "hint": fence.text(finding.hint) if finding.code in NAMES_OBJECTS else finding.hint,
            "location": {
                "file": finding.location.file,
                "line": finding.location.line,
                "column": finding.location.column,
            }
            if finding.location
            else None,
        }
        for finding in dict.fromkeys(findings)
    ]


def drift_shapes(drift: Iterable[Drift], fence: Fence) -> list[DriftShape]:
    """Where the sides do not agree."""
    return [
        {
            "object": object_shape(item.key, fence),
            "verdict": str(item.verdict),
            "cause": item.cause,
            "remedies": list(item.remedies),
            "mend": mend_shapes(item.mend, fence),
            "details": fence.lines(details(item)),
        }
        for item in drift
    ]


def mend_shapes(mends: Iterable[Mend], fence: Fence) -> list[MendShape]:
    """What mends it."""
    return [
        {
            "command": _command(mend, fence),
            "tool": mend.tool,
            "does": mend.does,
            "refused": mend.refused,
        }
        for mend in mends
    ]


def _command(mend: Mend, fence: Fence) -> str:
    return fence.text(mend.command) if mend.names_objects else mend.command


def mend_lines(mends: Iterable[Mend], fence: Fence) -> list[str]:
    """A line for each remedy: the tool, where there is one, and the command for a terminal."""
    lines: list[str] = []
    known = list(mends)
    for mend in known:
        if not mend.is_sql:
            lines += [*_note(mend, fence), f"- {_how(mend, fence)}: {meaning(mend)}"]
    for does, group, more in by_hand(known, _MOST_STATEMENTS):
        tools = dict.fromkeys(mend.tool for mend in group if mend.tool)
        tool = f" ({', '.join(tools)})" if tools else ""
        said = [one_line(mend.command) for mend in group]
        said += [f"and {more} more; each object's mend has its own"] if more else []
        lines += [f"- {does}{tool}:", *fence.once(), fence.lines(said)]
    return lines


def _note(mend: Mend, fence: Fence) -> list[str]:
    return fence.once() if mend.names_objects else []


def _how(mend: Mend, fence: Fence) -> str:
    by_person = "a person runs" if mend.tool is None else f"{mend.tool}, or in a terminal"
    return f"{by_person} `{_command(mend, fence)}`"


def state_shape(state: MigrationState, fence: Fence) -> MigrationShape:
    """A migration's state. The name comes from the database where there is no file."""
    return {
        "version": fence.name(state.version),
        "name": state.name if state.file else fence.name(state.name),
        "state": str(state.state),
        "file": state.file,
        "applied_at": f"{state.applied_at.isoformat()}Z" if state.applied_at else None,
        "applied_by": fence.optional(state.applied_by),
    }


def schema_diff(changes: Sequence[Change]) -> str:
    """What a change of the schema changes in schema.sql, in brief."""
    lines: list[str] = []
    for change in changes:
        before = masked(change.key, change.before) if change.before else None
        after = masked(change.key, change.after) if change.after else None
        body = unified(before, after, "", "", context=1)[2:]
        lines += [f"{display(change.key)}:", *(line for line in body if line[:2] != "@@")]
    if len(lines) > _DIFF_LINES:
        left = len(lines) - _DIFF_LINES
        lines = [*lines[:_DIFF_LINES], f"… {left} more lines; read schema.sql"]
    return "\n".join(lines)


def change_lines(changes: Iterable[Change]) -> list[str]:
    """A line for each object a migration changes."""
    return [f"- {one_line(summarize(c.key, c.before, c.after))}" for c in changes]


def hazard_lines(hazards: Iterable[Hazard]) -> list[str]:
    """A line for each hazard."""
    return [
        f"- {'DESTRUCTIVE: ' if hazard.destructive else ''}{one_line(hazard.message)}"
        f" [{hazard.code}]"
        for hazard in hazards
    ]


def drift_lines(drift: Iterable[Drift]) -> list[str]:
    """For inside a fence: each object, why, and the single differences."""
    lines: list[str] = []
    for item in drift:
        lines.append(f"{one_line(display(item.key))}: {item.verdict}: {item.cause}")
        lines += [f"  {one_line(line)}" for line in details(item)]
    return lines


def finding_lines(findings: Iterable[Finding]) -> list[str]:
    """For inside a fence."""
    lines: list[str] = []
    for finding in dict.fromkeys(findings):
        place = f"{finding.location}: " if finding.location else ""
        lines.append(f"{finding.severity} [{finding.code}] {place}{one_line(finding.message)}")
        if finding.code in NAMES_OBJECTS:
            lines.append(f"  next: {one_line(finding.hint)}")
    return lines


def hint_lines(findings: Iterable[Finding]) -> list[str]:
    """What to do about findings that are no mere notes."""
    told = (f for f in findings if f.code not in NAMES_OBJECTS)
    wanted = (f for f in told if f.hint and str(f.severity) != "info")
    return [f"- [{finding.code}] {finding.hint}" for finding in dict.fromkeys(wanted)]


def joined(*groups: Iterable[str]) -> str:
    """Lines as one text."""
    return "\n".join(line for group in groups for line in group)


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A title and its lines; nothing where there are none."""
    return [title, *lines] if lines else []


def fenced(title: str, lines: Sequence[str], fence: Fence) -> list[str]:
    """The same for lines from the database."""
    return [title, *fence.once(), fence.lines(lines)] if lines else []
