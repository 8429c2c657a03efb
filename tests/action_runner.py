"""Runs the steps of a composite action as GitHub's runner would, with its files in place.

Only what action.yml uses is understood: `${{ }}` with inputs, github, runner and steps, `==`,
`!=`, `&&`, `||`, `!`, cancelled() and hashFiles(). Steps that use another action are only noted.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|==|!=|&&|\|\||!|[()]|[\w.*-]+)")


@dataclass
class Job:
    """What came of the steps."""

    status: int = 0
    log: str = ""
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""


def load() -> dict[str, Any]:
    """action.yml."""
    value = yaml.safe_load((ROOT / "action.yml").read_text())
    assert isinstance(value, dict)
    return value


def run_action(
    workspace: Path,
    temporary: Path,
    inputs: Mapping[str, str],
    *,
    github: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    skip: tuple[str, ...] = (),
) -> Job:
    """Runs every step whose condition holds, except those whose id is in `skip`."""
    action, job = load(), Job()
    temporary.mkdir(parents=True, exist_ok=True)
    given = {name: str(each.get("default", "")) for name, each in action["inputs"].items()}
    assert set(inputs) <= set(given)
    contexts: dict[str, Any] = {
        "inputs": given | dict(inputs),
        "github": {"event_name": "push", "token": "", **(github or {})},
        "runner": {"temp": str(temporary), "os": "Linux"},
        "steps": {},
    }
    contexts["inputs"] = {n: expand(v, contexts) for n, v in contexts["inputs"].items()}
    for number, step in enumerate(action["runs"]["steps"]):
        _step(step, f"{number}", contexts, job, workspace, temporary, environ or {}, skip)
    job.outputs = {
        name: expand(each["value"], contexts) for name, each in action["outputs"].items()
    }
    return job


def _step(
    step: dict[str, Any],
    number: str,
    contexts: dict[str, Any],
    job: Job,
    workspace: Path,
    temporary: Path,
    environ: Mapping[str, str],
    skip: tuple[str, ...],
) -> None:
    condition = str(step.get("if", "success"))
    runs = job.status == 0 if condition == "success" else truthy(expand_value(condition, contexts))
    if "cancelled()" not in condition and job.status:
        runs = False
    if not runs or step.get("id") in skip:
        return
    if "uses" in step:
        job.used[step["uses"].split("@")[0]] = {
            name: expand(str(value), contexts) for name, value in step["with"].items()
        }
        return
    files = {name: temporary / f"{name}-{number}" for name in ("GITHUB_OUTPUT",)}
    files["GITHUB_STEP_SUMMARY"] = temporary / "summary.md"
    for file in files.values():
        file.touch()
    own = {name: expand(str(value), contexts) for name, value in step.get("env", {}).items()}
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(temporary),
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(temporary),
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        **{name: str(file) for name, file in files.items()},
        **environ,
        **own,
    }
    assert "${{" not in step["run"], "an input in a script is an injection"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=workspace,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    job.log += done.stdout + done.stderr
    job.status = job.status or done.returncode
    job.summary = files["GITHUB_STEP_SUMMARY"].read_text()
    outputs = dict(
        line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines() if line
    )
    if "id" in step:
        contexts["steps"][step["id"]] = {"outputs": outputs}


def expand(text: str, contexts: Mapping[str, Any]) -> str:
    """A text with every `${{ }}` filled in."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: str(_evaluate(m[1], contexts)), text)


def expand_value(text: str, contexts: Mapping[str, Any]) -> Any:
    """The value of a condition."""
    inner = re.fullmatch(r"\$\{\{(.*)\}\}", text.strip())
    return _evaluate(inner[1] if inner else text, contexts)


def truthy(value: Any) -> bool:
    """As GitHub takes it."""
    return value not in ("", False, None)


def _evaluate(text: str, contexts: Mapping[str, Any]) -> Any:
    tokens = [match[1] for match in _TOKEN.finditer(text)]
    value, rest = _or(tokens, contexts)
    assert not rest, f"{text}: {rest}"
    return value


def _or(tokens: list[str], contexts: Mapping[str, Any]) -> tuple[Any, list[str]]:
    value, rest = _and(tokens, contexts)
    while rest[:1] == ["||"]:
        other, rest = _and(rest[1:], contexts)
        value = value if truthy(value) else other
    return value, rest


def _and(tokens: list[str], contexts: Mapping[str, Any]) -> tuple[Any, list[str]]:
    value, rest = _compare(tokens, contexts)
    while rest[:1] == ["&&"]:
        other, rest = _compare(rest[1:], contexts)
        value = other if truthy(value) else value
    return value, rest


def _compare(tokens: list[str], contexts: Mapping[str, Any]) -> tuple[Any, list[str]]:
    value, rest = _unit(tokens, contexts)
    if rest[:1] in (["=="], ["!="]):
        other, after = _unit(rest[1:], contexts)
        return (value == other) == (rest[0] == "=="), after
    return value, rest


def _unit(tokens: list[str], contexts: Mapping[str, Any]) -> tuple[Any, list[str]]:
    head, *rest = tokens
    if head == "!":
        value, rest = _unit(rest, contexts)
        return not truthy(value), rest
    if head == "(":
        value, rest = _or(rest, contexts)
        return value, rest[1:]
    if head.startswith("'"):
        return head[1:-1].replace("''", "'"), rest
    if rest[:1] == ["("]:
        end = rest.index(")")
        return {"cancelled": False, "hashFiles": "0123abcd"}[head], rest[end + 1 :]
    found: Any = contexts
    for part in head.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return found, rest
