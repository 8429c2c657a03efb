"""`check --format sarif`: for code scanning and whatever else reads SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; GitHub shows only results that
have a place, so an issue without one is put on the schema file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from trueup import __version__
from trueup.ops.check import CheckResult
from trueup.report.issues import DEFAULT_FILE, Issue, issues

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST_RESULTS: Final = 5000  # GitHub takes 25,000 a run and keeps the first 5,000


def check_sarif(result: CheckResult, lines: Mapping[str, int] | None = None) -> str:
    """The SARIF log of a check."""
    return sarif_log(issues(result, lines), complete=result.in_sync is not None)


def sarif_log(found: Iterable[Issue], *, complete: bool) -> str:
    """A SARIF log; `complete` says whether everything asked for could be compared."""
    kept = list(found)[:_MOST_RESULTS]
    rules = list(dict.fromkeys(issue.rule for issue in kept))
    run = {
        "tool": {"driver": _driver(rules, kept)},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": complete}],
        "results": [_result(issue, rules) for issue in kept],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _driver(rules: list[str], found: list[Issue]) -> dict[str, Any]:
    levels = {issue.rule: issue.level for issue in reversed(found)}
    return {
        "name": "trueup",
        "version": __version__,
        "rules": [
            {
                "id": code,
                "shortDescription": {"text": code.replace("_", " ")},
                "help": {"text": f"docs/errors.md, {code}"},
                "defaultConfiguration": {"level": levels[code]},
            }
            for code in rules
        ],
    }


def _result(issue: Issue, rules: list[str]) -> dict[str, Any]:
    text = f"{issue.subject}: {issue.message}"
    return {
        "ruleId": issue.rule,
        "ruleIndex": rules.index(issue.rule),
        "level": issue.level,
        "message": {"text": f"{text}\nWhat to do: {issue.hint}" if issue.hint else text},
        "locations": [{"physicalLocation": _place(issue)}],
        "partialFingerprints": {"trueup/v1": _fingerprint(issue)},
    }


def _place(issue: Issue) -> dict[str, Any]:
    file = issue.location.file if issue.location else DEFAULT_FILE
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file.lstrip("/"), errors="replace")}}
    if issue.location and issue.location.line:
        place["region"] = {"startLine": issue.location.line}
        if issue.location.column:
            place["region"]["startColumn"] = issue.location.column
    return place


def _fingerprint(issue: Issue) -> str:
    """The same issue keeps its identity when lines move."""
    file = issue.location.file if issue.location else ""
    parts = "\0".join((issue.rule, issue.subject, file))
    return hashlib.sha256(parts.encode("utf-8", "backslashreplace")).hexdigest()[:32]
