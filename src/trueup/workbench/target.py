"""The live database: reached, looked at, and what its history says of our files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import CannotTell, TrueupError
from trueup.model.finding import Finding
from trueup.model.history import Evidence
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.states import NONE, States
from trueup.platform.postgres import OLDEST
from trueup.verdict.history import HistoryVerdict, judge_history
from trueup.workbench.database import open_database, revealed_url
from trueup.workbench.majors import untested_server
from trueup.workbench.old_text import old_texts
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from psycopg import Connection


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
        with open_database(project) as conn:
            return cls.of(project, conn, files)

    @classmethod
    def of(cls, project: Project, conn: Connection, files: Sequence[Migration]) -> Target:
        """The same over a connection that is open already. Raises CannotTell where the server is
        older than trueup knows."""
        from trueup.history.ledger import what_ran
        from trueup.history.table import read_history
        from trueup.postgres.read.states import read_states
        from trueup.postgres.session.connection import server_version

        major, version = server_version(conn)
        _insist_on_support(major, version)
        own, seen = read_history(conn), what_ran(conn)
        history = _judged(project, files, seen)
        recorded = tuple(row.version for row in own.rows)
        return cls(
            revealed_url(project),
            conn.info.dbname,
            major,
            version,
            history,
            recorded,
            seen,
            project.settings.resolved_platform,
            read_states(conn),
        )

    def untested(self) -> tuple[Finding, ...]:
        """A word on a server whose major trueup is not tested with."""
        return tuple(untested_server("the database", self.major, self.version))

    def judged(self, project: Project, files: Sequence[Migration]) -> HistoryVerdict:
        """What its history says of other files than those it was read with."""
        return _judged(project, files, self.evidence)

    def dump(self, pg_dump: Path) -> Schema:
        """The whole database's schema as it is now. Raises DumpFailed."""
        from trueup.postgres.read.cron import are_objects
        from trueup.postgres.read.dump import dump_schema

        return dump_schema(pg_dump, self.conninfo, jobs=are_objects(self.platform))


def _judged(project: Project, files: Sequence[Migration], seen: Evidence) -> HistoryVerdict:
    return judge_history(
        files,
        seen.rows,
        source=seen.source,
        ledger=seen.ledger,
        old_text=old_texts(project, files),
    )


def _insist_on_support(major: int, version: str) -> None:
    if major < OLDEST:
        raise CannotTell(
            f"the database runs PostgreSQL {version}; trueup needs {OLDEST} or newer",
            code="server_too_old",
            hint="upgrade the server: https://www.postgresql.org/support/versioning/",
        )


def recorded_versions(project: Project) -> tuple[str, ...]:
    """The versions that the database's history holds, if it can be reached; a new migration sorts
    after them. Nothing is said when it can't: the folder alone decides then."""
    if project.settings.database_url is None:
        return ()
    try:
        return Target.read(project, ()).recorded
    except TrueupError:
        return ()
