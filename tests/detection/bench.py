"""What the cases and the silence start from: one project and one database for each major."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

import projects
import servers
from detection.table import Case
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.server.install import Install

BASE = Path(__file__).parent / "base"

_SETTINGS = 'schemas = ["public", "app"]\n'
_WITH_RIGHTS = 'privileges = true\nschema_file = "schema_with_rights.sql"\n'


class Bench:
    """One major: a project, and the database that every case starts from."""

    def __init__(self, install: Install) -> None:
        self._open = ExitStack()
        self.cluster: Cluster = servers.cluster(install)
        self.root = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
        template = self._open.enter_context(servers.temporary_database(self.cluster, "detection"))
        self.project = projects.make(self.root, template)
        self._write_files()
        self._bring_up()
        found = self.project.query("SELECT name FROM pg_available_extensions")
        self.extensions = {name for (name,) in found}
        self.admin = psycopg.connect(self.cluster.conninfo(), autocommit=True)
        self._open.callback(self.admin.close)
        self.close = self._open.close

    def _write_files(self) -> None:
        shutil.copytree(BASE, self.project.folder, dirs_exist_ok=True)
        self.project.settings(_SETTINGS)
        (self.root / "rights.toml").write_text(_SETTINGS + _WITH_RIGHTS)

    def _bring_up(self) -> None:
        answer = self.project.run("apply")
        assert answer.status == 0, answer.err + answer.out
        answer = self.project.run("dump", "--config", str(self.root / "rights.toml"))
        assert answer.status == 0, answer.err + answer.out

    @contextmanager
    def clone(self, case: Case) -> Iterator[projects.Project]:
        """The project with a database of its own, as it was when the migrations had run."""
        with projects.cloned(self.project, self.cluster, self.admin) as project:
            try:
                yield project
            finally:
                for statement in case.before_drop:
                    project.execute(statement)
        for statement in case.after_drop:
            self.admin.execute(statement.encode())


_benches: dict[int, Bench] = {}


def bench_of(install: Install) -> Bench:
    """The bench of a major, made by the first case that needs it."""
    if install.major not in _benches:
        _benches[install.major] = Bench(install)
    return _benches[install.major]


def close_all() -> None:
    """Removes every bench."""
    while _benches:
        _benches.popitem()[1].close()
