"""Supabase projects whose database has run their migration, for tests that change it by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import projects
import servers
from trueup.config import load_settings
from trueup.workbench.files import read_files
from trueup.workbench.project import Project
from trueup.workbench.shadows import open_shadow

_FOUND = {install.major for install in servers.INSTALLS}
MAJORS = [
    *([pytest.param(15, marks=pytest.mark.slow, id="pg15")] if 15 in _FOUND else []),
    *([pytest.param(17, id="pg17")] if 17 in _FOUND else []),
]


def make(root: Path, major: int = 17) -> projects.Project:
    """A project without a database, taken for one of Supabase by its config.toml."""
    project = projects.make(root, None)
    (root / "supabase").mkdir()
    (root / "supabase" / "config.toml").write_text(f"[db]\nmajor_version = {major}\n")
    return project


@contextmanager
def applied(root: Path, major: int, migration: str) -> Iterator[projects.Project]:
    """A project and its database, which has run this one migration."""
    project = make(root, major)
    version = project.migration(migration)
    dumped = project.command("dump")
    assert dumped.status == 0, dumped.err
    opened = Project(load_settings(root))
    shadow = open_shadow(opened, major)
    with shadow.place(read_files(opened).migrations) as place:
        project.url = place.conninfo
        assert project.command("mark-applied", version).status == 0
        yield project


@contextmanager
def copied(bench: projects.Project) -> Iterator[projects.Project]:
    """The same project over a copy of its database; files that come meanwhile go again."""
    assert bench.url is not None
    admin = make_conninfo(bench.url, dbname="template1")
    files = bench.files()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE DATABASE copy TEMPLATE postgres")
    copy = make_conninfo(bench.url, dbname="copy")
    yield projects.Project(bench.root, copy, bench.environ)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE copy WITH (FORCE)")
    _put_back(bench, files)


def _put_back(bench: projects.Project, files: dict[str, bytes]) -> None:
    for path in bench.folder.iterdir():
        if str(path.relative_to(bench.root)) not in files:
            path.unlink()
    bench.schema_file.write_bytes(files["schema.sql"])
