"""Printing: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TextIO

from trueup.errors import StatementFailed, TrueupError
from trueup.report.findings import finding_json, finding_text
from trueup.report.style import Style


def style_for(stream: TextIO, choice: str) -> Style:
    """Colours when asked for, or when a person looks on and has not said NO_COLOR."""
    if choice != "auto":
        return Style(choice == "always")
    return Style(stream.isatty() and not os.environ.get("NO_COLOR") and _terminal())


def _terminal() -> bool:
    return os.environ.get("TERM", "") != "dumb"


def out(text: str) -> None:
    """A result, on standard output."""
    if text:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def out_json(value: dict[str, Any]) -> None:
    """One JSON object, alone on standard output."""
    json.dump({"schema_version": 1, **value}, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def note(text: str) -> None:
    """A message, on standard error."""
    sys.stderr.write(f"{text}\n")


def show_error(problem: TrueupError, arguments: Sequence[str]) -> None:
    """An error for people on standard error; as JSON on standard output where that was asked."""
    if _asked_for_json(arguments):
        out_json({"findings": [finding_json(finding) for finding in problem.findings()]})
    style = style_for(sys.stderr, _color(arguments))
    failures = [problem] if isinstance(problem, StatementFailed) else problem.failures
    for failure in failures:
        from trueup.report.excerpt import failure_text

        note(f"{style.red('error:')} {failure_text(failure)}")
    told = {finding for failure in failures for finding in failure.findings()}
    for finding in problem.findings():
        if finding not in told:
            note(finding_text(finding, style))


def _own(arguments: Sequence[str]) -> Sequence[str]:
    """The arguments that are ours: `run -- COMMAND` passes the rest on."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _asked_for_json(arguments: Sequence[str]) -> bool:
    own = list(_own(arguments))
    return "--format=json" in own or ("--format", "json") in pairwise(own)


def _color(arguments: Sequence[str]) -> str:
    own = list(_own(arguments))
    for choice in ("always", "never"):
        if f"--color={choice}" in own or ("--color", choice) in pairwise(own):
            return choice
    return "auto"
