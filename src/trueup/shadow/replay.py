"""Replaying migrations from empty: every file in order, each in a session as good as new.

All files run over one connection, reset in one round trip between them, which costs a fraction of
a psql per file. Settings made with ALTER ROLE or ALTER DATABASE ... SET reach only new sessions, so
the connection is opened anew where a file changed them. One limit: when such a statement runs
inside a function that an earlier file made, the file that calls it shows nothing of it, and the
setting waits for the next new session.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trueup.model.migration import Migration
from trueup.postgres.run.file import FileRun, reset_session, run_file
from trueup.postgres.session.connection import Connection, reopen

# What a note says of a file that PostgreSQL would not run as one transaction.
NOT_ONE = "it can't be one transaction"

# Cheap tests before the catalog is asked; what they mean is for the server to say. The second is
# for SQL that is put together at run time.
_SETS_FOR_SESSIONS = re.compile(
    r"alter(?:\s|--[^\n]*\n|/\*.*?\*/)+(?:role|user|database)\b", re.IGNORECASE | re.DOTALL
)
_SETS_AT_RUN_TIME = ("execute", "alter", "set")
# https://www.postgresql.org/docs/current/catalog-pg-db-role-setting.html; zero stands for all.
_SESSION_SETTINGS = """
SELECT coalesce(string_agg(format('%s %s %s', setdatabase, setrole, setconfig), ';'
                           ORDER BY setdatabase, setrole), '')
FROM pg_catalog.pg_db_role_setting
WHERE setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database
                          WHERE datname = pg_catalog.current_database()))
  AND setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user))
"""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What came of each file, in order; keys are the migrations' paths."""

    runs: Mapping[str, FileRun]

    @property
    def files(self) -> int:
        """How many files ran."""
        return len(self.runs)

    @property
    def not_transactional(self) -> tuple[str, ...]:
        """The files that could not be one transaction."""
        return tuple(path for path, run in self.runs.items() if not run.transactional)

    def notes(self) -> tuple[str, ...]:
        """What is worth telling: files that are no single transaction, statements passed over.
        The server's own notices (`runs[path].notices`) are not."""
        lines: list[str] = []
        for path, run in self.runs.items():
            lines.extend(f"{path}: {remark.split(': ', 1)[-1]}" for remark in run.remarks)
            if not run.transactional:
                lines.append(f"{path}: {NOT_ONE}; a failure leaves part of it")
        return tuple(lines)


def replay(
    conn: Connection,
    migrations: Sequence[Migration],
    on_file: Callable[[int, Migration], None] | None = None,
) -> ReplayReport:
    """Run all files in order; `on_file` is told index and file before each.

    `conn` is from `session.connect`. Its session is reset after every file, the last included.
    Raises StatementFailed for the first file that fails, ConnectionFailed (`connection_lost`).
    """
    runs: dict[str, FileRun] = {}
    session = _Session(conn)
    for number, migration in enumerate(migrations):
        if on_file:
            on_file(number, migration)
        text = migration.sql
        session.before(text)
        runs[migration.path] = run_file(conn, text, migration.path)
        session.after()
    return ReplayReport(runs)


class _Session:
    """A session that is as good as new after each file."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._suspect = False
        self._settings: str | None = None

    def before(self, text: str) -> None:
        """Look at what is about to run."""
        self._suspect = _may_set_for_sessions(text)
        if self._suspect and self._settings is None:
            self._settings = self._read()

    def after(self) -> None:
        """Undo what ran did to the session."""
        reset_session(self._conn)
        if not self._suspect:
            return
        settings = self._read()
        if settings != self._settings:
            reopen(self._conn)
        self._settings = settings

    def _read(self) -> str:
        row = self._conn.execute(_SESSION_SETTINGS).fetchone()
        return str(row[0]) if row else ""


def _may_set_for_sessions(text: str) -> bool:
    if _SETS_FOR_SESSIONS.search(text):
        return True
    lowered = text.lower()
    return all(word in lowered for word in _SETS_AT_RUN_TIME) and any(
        word in lowered for word in ("role", "user", "database")
    )
