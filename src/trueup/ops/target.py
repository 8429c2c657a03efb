"""The live database: reached, looked at, and what its history says of our files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import CannotTell
from trueup.model.history import Evidence
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.states import NONE, States
from trueup.postgres.install import OLDEST
from trueup.verdict.history import HistoryVerdict, judge_history

if TYPE_CHECKING:
    from psycopg import Connection

    from trueup.ops.project import Project


@dataclass(frozen=True, slots=True)
class Target:
    """What was read of the database: its name, server, the state of each migration in it, the
    versions that `_migrations` records, what says so, and the states that no dump tells."""

    conninfo: str
    name: str
    major: int
    version: str
    history: HistoryVerdict
    recorded: tuple[str, ...]
    evidence: Evidence
    platform: str = "postgres"
    states: States = NONE

    @classmethod
    def read(cls, project: Project, files: Sequence[Migration]) -> Target:
        """Connects, reads version and history, and disconnects. Raises ConnectionFailed and kin."""
        with project.connect() as conn:
            return cls.of(project, conn, files)

    @classmethod
    def of(cls, project: Project, conn: Connection, files: Sequence[Migration]) -> Target:
        """The same over a connection that is open already. Raises CannotTell where the server is
        older than trueup knows."""
        from trueup.history.foreign import what_ran
        from trueup.history.table import read_history
        from trueup.postgres.session import server_version
        from trueup.postgres.states import read_states

        major, version = server_version(conn)
        _insist_on_support(major, version)
        own, seen = read_history(conn), what_ran(conn)
        history = _judged(project, files, seen)
        recorded = tuple(row.version for row in own.rows)
        return cls(
            project.database_url(),
            conn.info.dbname,
            major,
            version,
            history,
            recorded,
            seen,
            project.settings.resolved_platform,
            read_states(conn),
        )

    def judged(self, project: Project, files: Sequence[Migration]) -> HistoryVerdict:
        """What its history says of other files than those it was read with."""
        return _judged(project, files, self.evidence)

    def dump(self, pg_dump: Path) -> Schema:
        """The whole database's schema as it is now. Raises DumpFailed."""
        from trueup.postgres.cron import are_objects
        from trueup.postgres.dump import dump_schema

        return dump_schema(pg_dump, self.conninfo, jobs=are_objects(self.platform))


def _judged(project: Project, files: Sequence[Migration], seen: Evidence) -> HistoryVerdict:
    return judge_history(
        files,
        seen.rows,
        source=seen.source,
        foreign=seen.foreign,
        old_text=project.old_text(files),
    )


def _insist_on_support(major: int, version: str) -> None:
    if major < OLDEST:
        raise CannotTell(
            f"the database runs PostgreSQL {version}; trueup needs {OLDEST} or newer",
            code="server_too_old",
            hint="upgrade the server: https://www.postgresql.org/support/versioning/",
        )
