"""`check --format github`: workflow commands that GitHub turns into annotations on files.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from trueup.ops.check import CheckResult
from trueup.report.check import verdict_text
from trueup.report.issues import Issue, issues
from trueup.report.style import Style

# GitHub shows ten of each kind for a step and drops the rest without a word.
MOST_SHOWN: Final = 10
_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def check_github(result: CheckResult, lines: Mapping[str, int] | None = None) -> str:
    """The verdict as a plain line, then a command for each issue."""
    found = issues(result, lines)
    return "\n".join([verdict_text(result, Style()), *commands(found)])


def commands(found: Iterable[Issue]) -> Iterator[str]:
    """A workflow command for each issue; where there are too many for GitHub, the last one says
    how many more there are."""
    by_level: dict[str, list[Issue]] = {}
    for issue in found:
        by_level.setdefault(issue.level, []).append(issue)
    for level in _COMMANDS:
        of_level = by_level.get(level, [])
        shown = of_level if len(of_level) <= MOST_SHOWN else of_level[: MOST_SHOWN - 1]
        yield from (command(issue) for issue in shown)
        if len(shown) < len(of_level):
            more = len(of_level) - len(shown)
            yield f"::{_COMMANDS[level]} title=trueup::and {more} more: see the step's summary"


def command(issue: Issue) -> str:
    """One workflow command."""
    fields = {"title": f"{issue.subject} [{issue.rule}]"}
    if issue.location:
        places = {"line": issue.location.line, "col": issue.location.column}
        fields |= {"file": issue.location.file}
        fields |= {name: str(number) for name, number in places.items() if number}
    properties = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    text = f"{issue.message}\n{issue.hint}" if issue.hint else issue.message
    return f"::{_COMMANDS[issue.level]} {properties}::{_data(text)}"


def _data(text: str) -> str:
    """As the toolkit escapes it (packages/core/src/command.ts in actions/toolkit)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
