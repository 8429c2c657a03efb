"""The hook's outcome for people."""

from __future__ import annotations

import os

from trueup.folder.names import shown
from trueup.git.complaint import ERROR, Complaint
from trueup.git.hook import Outcome

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from typing import TextIO

SKIP = "TRUEUP_SKIP"
_RED, _YELLOW, _DIM, _END = "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"


def tell(outcome: Outcome, stream: TextIO, *, quiet: bool = False) -> None:
    """The outcome for people."""
    color = stream.isatty() and not os.environ.get("NO_COLOR")
    lines = [*_skips(outcome), *_verdict(outcome)]
    for complaint in outcome.complaints:
        if not quiet or complaint.severity == ERROR:
            lines += _told(complaint, color)
    if outcome.errors:
        lines.append(_one_time(outcome))
    elif outcome.migrations and not quiet:
        lines.append(f"trueup: {_summary(outcome)}")
    if lines:
        stream.write("\n".join(lines) + "\n")


def _skips(outcome: Outcome) -> list[str]:
    unknown = [
        f"{SKIP} names {shown(c)}, which the hook does not know" for c in outcome.unknown_skips
    ]
    passed = [f"skipped because {SKIP} says so: {code}" for code in outcome.skipped]
    return [f"trueup: {line}" for line in (*unknown, *passed)]


def _verdict(outcome: Outcome) -> list[str]:
    if not outcome.errors:
        return []
    many = "1 problem" if outcome.errors == 1 else f"{outcome.errors} problems"
    return [f"trueup: {many} in what is staged; nothing was committed"]


def _told(complaint: Complaint, color: bool) -> list[str]:
    label = "note" if complaint.severity == "info" else complaint.severity
    if color:
        paint = {"error": _RED, "warning": _YELLOW}.get(complaint.severity, _DIM)
        label = f"{paint}{label}{_END}"
    where = f"{shown(complaint.place)}: " if complaint.place else ""
    lines = [f"{label}: {where}{shown(complaint.what)} [{complaint.code}]"]
    if complaint.why:
        lines.append(f"  why:  {shown(complaint.why)}")
    if complaint.mend:
        lines.append(f"  mend: {shown(complaint.mend)}")
    return lines


def _one_time(outcome: Outcome) -> str:
    codes = ",".join(sorted({c.code for c in outcome.complaints if c.severity == ERROR}))
    return f"(to pass them one time: {SKIP}={codes} git commit …)"


def _summary(outcome: Outcome) -> str:
    count = outcome.migrations
    many = "1 staged migration is" if count == 1 else f"{count} staged migrations are"
    replay = "schema.sql is what the migrations give"
    if outcome.replay is None:
        replay = "schema.sql was not compared with a replay (`trueup hook run --replay` does)"
    return f"{many} in order; {replay}"
