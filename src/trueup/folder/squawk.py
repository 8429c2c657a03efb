"""Lint by squawk (https://squawkhq.com, PyPI squawk-cli), where it is installed.

What it says is advice. Whether a statement is SQL is PostgreSQL's to judge, so squawk's own
opinion of that is left out; its settings (.squawk.toml) and its comments count.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from trueup.model.finding import Finding, Location, warning
from trueup.model.migration import Migration

_PATIENCE = 20.0
# The syntax is PostgreSQL's business, and the timeouts are set for each migration (`lock_timeout`,
# `statement_timeout` in trueup.toml).
_NOT_TOLD = frozenset(
    {
        "require-lock-timeout",
        "require-statement-timeout",
        "require-timeout-settings",
        "syntax-error",
    }
)


def lint(files: Iterable[Migration], root: Path, major: int | None) -> list[Finding]:
    """What squawk says of the files: `migration_lint`, and `lint_failed` where it can't. Nothing
    without squawk. `root`: where its settings are looked for; `major`: the server's, if known."""
    program = squawk()
    if program is None:
        return []
    options = ["--reporter=json", "--assume-in-transaction"]
    options += [f"--pg-version={major}.0"] if major else []
    return [f for file in files for f in _said([program, *options], file, root)]


def squawk() -> str | None:
    """The program: on PATH, or beside the Python that runs us, where pip puts it."""
    beside = Path(sys.executable).with_name("squawk")
    return shutil.which("squawk") or (str(beside) if beside.is_file() else None)


def _said(command: list[str], file: Migration, root: Path) -> Iterator[Finding]:
    try:
        # Standard input, not the path: squawk takes a path for a pattern.
        done = subprocess.run(
            [*command, f"--stdin-filepath={file.path}"],
            input=file.sql.encode(),
            cwd=root,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
        for item in json.loads(done.stdout):
            if item["rule_name"] not in _NOT_TOLD:
                yield _finding(file, item)
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as problem:
        yield warning(
            "lint_failed",
            file.version,
            f"squawk could not look at {file.file_name}: {type(problem).__name__}",
            f'run `squawk {file.path}` to see why, or set lint = "off"',
            Location(file.path),
        )


def _finding(file: Migration, item: dict[str, Any]) -> Finding:
    rule = item["rule_name"]
    advice = str(item.get("help") or "change it").rstrip(".")
    return warning(
        "migration_lint",
        file.version,
        f"{item['message'].rstrip('.')} (squawk {rule})",
        f"{advice}; or write `-- squawk-ignore {rule}` above the statement",
        Location(file.path, item["line"] + 1, item["column"] + 1),
    )
