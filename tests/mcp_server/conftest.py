"""Fixtures for tests of the MCP server: a project with a database, in git."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import projects
from projects import Project
from trueup.postgres.server.cluster import Cluster


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the server runs on."""
    return "asyncio"


@pytest.fixture
def project(
    pg: Cluster, fresh_database: Callable[[Cluster], str], tmp_path: Path, monkeypatch: object
) -> Project:
    """An empty project with an empty database."""
    return projects.make(tmp_path / "project", fresh_database(pg))


@pytest.fixture
def shop(project: Project) -> Project:
    """A project whose one migration is applied: a table with a row, and a view on it."""
    project.migration(
        "CREATE TABLE customers (id integer PRIMARY KEY, email text NOT NULL);\n"
        "CREATE VIEW emails AS SELECT email FROM customers;\n",
        name="start",
    )
    assert project.run("apply").status == 0
    project.execute("INSERT INTO customers VALUES (1, 'ada@example.org')")
    return project
