"""The two steps of the action that are ours: the check with its reports, and the comment."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.action.comment import COMMENT_FILE, CommentFailedError, put_comment, with_mark
from trueup.action.inputs import Inputs, PullRequest
from trueup.config import Settings, load_settings
from trueup.errors import TrueupError
from trueup.exits import DONE, MISUSED, status_of
from trueup.ops.check import CheckResult, check
from trueup.report.check import check_json
from trueup.report.github import check_github, commands
from trueup.report.issues import Issue, issues, of_error
from trueup.report.junit import check_junit
from trueup.report.markdown import COMMENT_LIMIT, SUMMARY_LIMIT, check_markdown, error_markdown
from trueup.report.sarif import sarif_log
from trueup.sql.schema_blocks import object_lines
from trueup.workbench.files import read_schema_text
from trueup.workbench.project import Project

_WORDS = {True: "true", False: "false", None: "unknown"}


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs one step. `check` returns 0 whatever it found: later steps still have to run, and the
    last one ends the job with the status that is among the outputs."""
    if list(arguments) == ["check"]:
        return check_step(environ)
    if list(arguments) == ["comment"]:
        return comment_step(environ)
    sys.stderr.write("usage: python -m trueup.action check|comment\n")
    return MISUSED


@dataclass(frozen=True, slots=True)
class _Told:
    """Everything a check has to say: `markdown` takes a limit in bytes."""

    status: int
    in_sync: bool | None
    drift: int
    found: tuple[Issue, ...]
    lines: str
    result: CheckResult | None


def check_step(environ: Mapping[str, str]) -> int:
    """Checks, and writes annotations, summary, reports and outputs."""
    inputs = Inputs.read(environ)
    told = _told(inputs, environ)
    sys.stdout.write(f"{told.lines}\n")
    inputs.reports.mkdir(parents=True, exist_ok=True)
    _write_reports(inputs, told)
    _write_summary(inputs, told)
    _write_outputs(inputs, told)
    return DONE


def _told(inputs: Inputs, environ: Mapping[str, str]) -> _Told:
    try:
        project = Project(_settings(inputs, environ))
        result = check(project)
    except TrueupError as problem:
        found = of_error(problem)
        lines = "\n".join(["could not tell", *commands(found)])
        return _Told(problem.exit_status, None, 0, found, lines, None)
    text = read_schema_text(project).text if result.drift else None
    places = object_lines(text) if text else {}
    return _Told(
        status_of(result.in_sync),
        result.in_sync,
        len(result.drift),
        issues(result, places),
        check_github(result, places),
        result,
    )


def _settings(inputs: Inputs, environ: Mapping[str, str]) -> Settings:
    overrides = {"database_url": inputs.database_url, "shadow_url": inputs.shadow_url}
    return load_settings(
        inputs.directory, project=inputs.directory, environ=environ, overrides=overrides
    )


def _markdown(told: _Told, inputs: Inputs, limit: int | None = None) -> str:
    if told.result is None:
        return error_markdown(told.found)
    elsewhere = "the full report is in the artifact trueup-report" if inputs.artifact else ""
    return check_markdown(told.result, limit=limit, elsewhere=elsewhere)


def _write_reports(inputs: Inputs, told: _Told) -> None:
    reports = {
        "report.md": _markdown(told, inputs),
        "trueup.sarif": sarif_log(told.found, complete=told.in_sync is not None),
        COMMENT_FILE: with_mark(_markdown(told, inputs, COMMENT_LIMIT - 200), told.in_sync),
    }
    if told.result is not None:
        value = {"schema_version": 1, **check_json(told.result)}
        reports["report.json"] = json.dumps(value, indent=2, ensure_ascii=False)
        reports["junit.xml"] = check_junit(told.result)
    for name, text in reports.items():
        _write(inputs.reports / name, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text if text.endswith("\n") else f"{text}\n", "utf-8", "backslashreplace")


def _write_summary(inputs: Inputs, told: _Told) -> None:
    """GitHub refuses the whole summary of a step that is larger than its limit."""
    if inputs.summary is None:
        return
    taken = inputs.summary.stat().st_size if inputs.summary.exists() else 0
    with inputs.summary.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(_markdown(told, inputs, SUMMARY_LIMIT - taken - 1) + "\n")


def _write_outputs(inputs: Inputs, told: _Told) -> None:
    if inputs.outputs is None:
        return
    values = {
        "in-sync": _WORDS[told.in_sync],
        "drift-count": str(told.drift),
        "report": str(inputs.reports / "report.md"),
        "reports": str(inputs.reports),
        "sarif": str(inputs.reports / "trueup.sarif"),
        "status": str(told.status),
    }
    with inputs.outputs.open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


def comment_step(environ: Mapping[str, str]) -> int:
    """Puts the report into the pull request's one comment. What can't be done (a fork's token may
    not write) is a warning: the verdict does not depend on it."""
    pull_request = PullRequest.read(environ)
    if pull_request is None:
        return DONE
    text = (Inputs.read(environ).reports / COMMENT_FILE).read_text(encoding="utf-8")
    try:
        done = put_comment(pull_request, text)
    except CommentFailedError as problem:
        issue = Issue("comment_failed", "warning", "pull request comment", str(problem), "", None)
        done = "\n".join(commands([issue]))
    sys.stdout.write(f"{done}\n")
    return DONE
