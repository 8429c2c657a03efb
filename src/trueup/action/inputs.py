"""What the action is told: its inputs and GitHub's files, from environment variables alone.

action.yml passes every input as INPUT_NAME and never puts one into a script: whoever can choose a
branch's name or a title could otherwise run commands in the job.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Inputs:
    """`reports` is the folder for the reports, `summary` and `outputs` GitHub's files for the step
    summary and for outputs (None outside of GitHub)."""

    directory: Path
    database_url: str | None
    shadow_url: str | None
    reports: Path
    summary: Path | None
    outputs: Path | None
    artifact: bool

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Inputs:
        """From the variables of the step."""
        workspace = Path(environ.get("GITHUB_WORKSPACE") or ".")
        temporary = Path(environ.get("RUNNER_TEMP") or "/tmp")  # noqa: S108
        return cls(
            workspace / (environ.get("INPUT_DIRECTORY") or "."),
            environ.get("INPUT_DATABASE_URL") or None,
            environ.get("INPUT_SHADOW_URL") or None,
            temporary / "trueup-reports",
            _file(environ, "GITHUB_STEP_SUMMARY"),
            _file(environ, "GITHUB_OUTPUT"),
            environ.get("INPUT_ARTIFACT", "true") == "true",
        )


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where the comment goes. `token` is only ever sent to `api`, in a header."""

    api: str
    repository: str
    number: int
    token: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> PullRequest | None:
        """The pull request that started the job; None where there is none, or no token."""
        token, repository = environ.get("INPUT_TOKEN"), environ.get("GITHUB_REPOSITORY")
        event = environ.get("GITHUB_EVENT_PATH")
        if not (token and repository and event):
            return None
        try:
            told = json.loads(Path(event).read_text(encoding="utf-8"))
            number = int(told["pull_request"]["number"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        api = environ.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(api.rstrip("/"), repository, number, token)
