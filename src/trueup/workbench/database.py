"""Reaching the project's database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.config import require_database
from trueup.errors import UsageError
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from psycopg import Connection


def revealed_url(project: Project) -> str:
    """The database's URL, secret and all. Raises UsageError where none is configured."""
    return require_database(project.settings).reveal()


def open_database(project: Project) -> Connection:
    """A connection to the database. Raises ConnectionFailed, and UsageError when it is not the
    database that the configuration expects."""
    from trueup.postgres.session.connection import connect

    conn = connect(revealed_url(project))
    expected, name = project.settings.database_name, conn.info.dbname
    if expected is not None and name != expected:
        conn.close()
        raise UsageError(
            f"this is database {name}; the configuration expects {expected}",
            code="database_name_differs",
            hint="check the database URL, or database_name in trueup.toml",
        )
    return conn
