"""Throwaway projects: a git repository with migrations, a database, and the command line.

project = projects.make(tmp_path, servers.fresh_database(pg))
project.migration("create table t (id int)")
assert project.run("apply").status == 0
assert project.run("check").json["in_sync"] is True
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from trueup.cli.main import main
from trueup.postgres.server.cluster import Cluster

# What would lead a project to another database than its own.
_LEADING = ("DATABASE_URL", "TRUEUP_DATABASE_URL", "TRUEUP_SHADOW_URL", "PGPASSWORD", "PGHOST")
_FIRST_VERSION = 20250101000000
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What one run of the command line said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which must be one JSON object and nothing else."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        assert value["schema_version"] == 1
        return value

    @property
    def codes(self) -> list[str]:
        """The codes of the findings in a JSON answer."""
        return [finding["code"] for finding in self.json["findings"]]

    @property
    def drift(self) -> list[tuple[str, str, str]]:
        """Kind, schema and name of each object that is not in sync, in a JSON answer."""
        objects = [item["object"] for item in self.json["drift"]]
        return [(it["kind"], it["schema"], it["name"]) for it in objects]


@dataclass
class Project:
    """A folder with migrations, and the URL of its database (None for no database)."""

    root: Path
    url: str | None
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The migrations folder."""
        return self.root / "migrations"

    @property
    def schema_file(self) -> Path:
        """schema.sql."""
        return self.root / "schema.sql"

    def migration(self, sql: str, name: str = "step", version: int | None = None) -> str:
        """Writes the next migration file and returns its version."""
        count = len(list(self.folder.glob("*.sql")))
        text = str(version or _FIRST_VERSION + count)
        (self.folder / f"{text}_{name}.sql").write_text(sql, encoding="utf-8")
        return text

    def settings(self, toml: str) -> None:
        """Writes trueup.toml."""
        (self.root / "trueup.toml").write_text(toml, encoding="utf-8")

    def run(self, verb: str, *arguments: str) -> Answer:
        """Runs a command in this process, with JSON as its answer."""
        return self.command(verb, "--format", "json", *arguments)

    def command(self, *arguments: str) -> Answer:
        """Runs a command line of the project in this process."""
        with _environ({**self._variables(), **self.environ}):
            return call(self._line(arguments))

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Starts a command line of the project as a process of its own."""
        return start(self._line(arguments), {**self._variables(), **self.environ}, **options)

    def connect(self) -> psycopg.Connection[Any]:
        """A session in the project's database, in autocommit."""
        assert self.url is not None
        return psycopg.connect(self.url, autocommit=True)

    def execute(self, sql: str) -> None:
        """Runs SQL in the project's database behind trueup's back."""
        with self.connect() as connection:
            connection.execute(sql.encode())

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query in the project's database."""
        with self.connect() as connection:
            return connection.execute(sql.encode()).fetchall()

    def files(self) -> dict[str, bytes]:
        """Every file of the project but git's own, by its path; empty where it can't be read."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            if os.access(path, os.R_OK, effective_ids=True)
            else b""
            for path in self.root.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(self.root).parts
        }

    def _line(self, arguments: Sequence[str]) -> list[str]:
        verb, *rest = arguments
        return [verb, "-C", str(self.root), *rest]

    def _variables(self) -> dict[str, str]:
        return {"TRUEUP_DATABASE_URL": self.url} if self.url else {}


def make(root: Path, url: str | None) -> Project:
    """An empty project in a git repository at `root`."""
    (root / "migrations").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True, env=_clean_git())
    return Project(root, url)


@contextlib.contextmanager
def cloned(project: Project, cluster: Cluster, admin: psycopg.Connection[Any]) -> Iterator[Project]:
    """The same project over a copy of its database, dropped after. `admin` is a session of the
    cluster in another database; nobody else may be in the one that is copied."""
    name = f"clone_{os.getpid()}_{next(_numbers)}"
    origin = conninfo_to_dict(project.url or "")["dbname"]
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(str(origin))
    )
    # Copying files is cheap without fsync; 14 knows nothing else.
    admin.execute(copy + sql.SQL(" STRATEGY file_copy" if cluster.install.major >= 15 else ""))
    try:
        yield Project(project.root, cluster.conninfo(name), project.environ)
    finally:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def call(arguments: Sequence[str]) -> Answer:
    """Runs a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)
    return Answer(status, out.getvalue(), err.getvalue())


def start(
    arguments: Sequence[str], environ: Mapping[str, str], **options: Any
) -> subprocess.Popen[str]:
    """Starts a command line as a process of its own, in a process group of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEADING}
    return subprocess.Popen(
        [sys.executable, "-m", "trueup", *arguments],
        env={**kept, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def finish(process: subprocess.Popen[str], seconds: float = 60) -> Answer:
    """Waits for a process and takes what it said."""
    out, err = process.communicate(timeout=seconds)
    return Answer(process.returncode, out, err)


@contextlib.contextmanager
def _environ(variables: Mapping[str, str]) -> Iterator[None]:
    """The environment of a test, without what would lead to another database."""
    before = dict(os.environ)
    for name in _LEADING:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _clean_git() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
