"""`check --format markdown`: for step summaries and comments. Whatever an object is called, and
whatever its DDL holds, stays text: it can close no fence, open no tag, mention nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from trueup.diff.unified import unified
from trueup.diff.words import display
from trueup.model.mend import Mend
from trueup.ops.check import CheckResult, DriftItem
from trueup.report.check import moved_side, shown_ddl, verdict_text
from trueup.report.excerpt import failure_text
from trueup.report.issues import Issue, of_findings
from trueup.report.remedies import and_more, by_hand, meaning
from trueup.report.safe import one_line, printable
from trueup.report.style import Style
from trueup.verdict.remedies import all_mends

SUMMARY_LIMIT: Final = 1024 * 1024  # bytes of a step summary
COMMENT_LIMIT: Final = 65_536  # characters of a comment; bytes are never fewer
_SIGNS: Final = {True: "✅", False: "❌", None: "❓"}
_MOST_STATEMENTS: Final = 20
# Room for the words that say what was left out.
_RESERVE: Final = 500
_SPECIAL: Final = re.compile(r"[&<>|`\\*_\[\]#@!~$]")


def check_markdown(result: CheckResult, *, limit: int | None = None, elsewhere: str = "") -> str:
    """The verdict, a table of objects, a folded diff of each, findings, remedies.

    Cut to `limit` bytes from the end: diffs go first; `elsewhere` says where the full text is.
    """
    head = f"## {_SIGNS[result.in_sync]} {inline(verdict_text(result, Style()))}\n"
    remedies = _remedies(result)
    room = None if limit is None else limit - _size(head) - _size(remedies) - _RESERVE
    body = _fitting(_sections(result), room, elsewhere)
    return "\n".join(part for part in (head, body, remedies) if part)


def error_markdown(found: Iterable[Issue]) -> str:
    """The same for a check that had no result."""
    rows = [_issue_row(issue) for issue in found]
    return f"## {_SIGNS[None]} could not tell\n\n" + "\n".join([*_FINDINGS_HEAD, *rows]) + "\n"


def _sections(result: CheckResult) -> Iterator[str]:
    """What the report is made of, the most telling first; each may be left out alone."""
    if result.drift:
        yield "\n".join(("| object | verdict | what | cause |", "|---|---|---|---|"))
        yield from (_drift_row(item) for item in result.drift)
        yield ""
    findings = of_findings(result.findings)
    if findings:
        yield from _FINDINGS_HEAD
        yield from (_issue_row(issue) for issue in findings)
        yield ""
    yield from (_folded(failure.message, failure_text(failure), "") for failure in result.failures)
    yield from (_diff(item) for item in result.drift)


_FINDINGS_HEAD: Final = ("| | place | finding | what to do |", "|---|---|---|---|")


def _fitting(sections: Iterable[str], room: int | None, elsewhere: str) -> str:
    kept: list[str] = []
    left_out = 0
    for section in sections:
        size = _size(section) + 1
        if room is not None and (left_out or size > room):
            left_out += 1
            continue
        room = None if room is None else room - size
        kept.append(section)
    if left_out:
        where = f"; {elsewhere}" if elsewhere else ""
        kept.append(f"\n_{left_out:,} more lines and diffs did not fit{where}._")
    return "\n".join(kept)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _drift_row(item: DriftItem) -> str:
    drift = item.drift
    details = "<br>".join(code(detail) for detail in item.details) or code(item.summary)
    cells = (code(display(drift.key)), str(drift.verdict), details, inline(drift.cause))
    return f"| {' | '.join(cells)} |"


def _issue_row(issue: Issue) -> str:
    place = code(str(issue.location)) if issue.location else code(issue.subject)
    what = f"{code(issue.message)} `{issue.rule}`"
    return f"| {issue.level} | {place} | {what} | {code(issue.hint) if issue.hint else ''} |"


def _diff(item: DriftItem) -> str:
    drift = item.drift
    side = moved_side(drift.verdict)
    before, after = (shown_ddl(drift.key, ddl) if ddl else ddl for ddl in drift.moved())
    return _folded(
        display(drift.key), "\n".join(unified(before, after, "migrations", side)), "diff"
    )


def _folded(summary: str, text: str, language: str) -> str:
    return (
        f"\n<details><summary>{code(summary)}</summary>\n\n{fenced(text, language)}\n\n</details>"
    )


def _remedies(result: CheckResult) -> str:
    """Each command in a block of its own, ready to be pasted: what it does stands above it."""
    mends = all_mends(item.drift for item in result.drift)
    if not mends:
        return ""
    parts = [_told(mend) for mend in mends if not mend.is_sql]
    parts += [_statements(*group) for group in by_hand(mends, _MOST_STATEMENTS)]
    return "\n\n".join(("\nWhat mends it:", *parts)) + "\n"


def _told(mend: Mend) -> str:
    if mend.refused:
        return f"{code(mend.command)}: {inline(meaning(mend))}"
    return f"{inline(_sentence(mend.does))}:\n\n{fenced(one_line(mend.command), 'sh')}"


def _statements(does: str, mends: Sequence[Mend], more: int) -> str:
    said = "\n".join(one_line(mend.command) for mend in mends)
    rest = f"\n\n{and_more(more)}" if more else ""
    return f"{inline(_sentence(does))}:\n\n{fenced(said, 'sql')}{rest}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def code(text: str) -> str:
    """Text on one line as code: GitHub looks for mentions, issues and links everywhere else."""
    return f"<code>{inline(text)}</code>"


def inline(text: str) -> str:
    """Text on one line in which nothing means anything to Markdown or HTML, in a table too."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", one_line(text))


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any in the text
    (https://spec.commonmark.org/0.31.2/#fenced-code-blocks)."""
    shown = printable(text).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"
