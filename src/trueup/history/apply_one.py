"""Running one migration together with its row: both, or neither, or a row that says failed."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import NoReturn

import psycopg

from trueup.errors import CannotTell, StatementFailed, ValidationFailed
from trueup.folder.names import LONGEST_VERSION
from trueup.history.lock import MigrationLock
from trueup.history.record import begin_sql, finish_sql, record_sql
from trueup.history.refusals import refused
from trueup.history.table import read_row
from trueup.model.finding import Location
from trueup.model.history import HISTORY_TABLE, HistoryRow
from trueup.model.migration import Migration
from trueup.postgres.run.file import Bookkeeping, FileRun, Watch, reset_session, run_file
from trueup.postgres.session import interrupt
from trueup.postgres.session.connection import Connection

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_TRANSIENT = {
    "55P03": "a lock it needs was not free within lock_timeout",
    "40P01": "it deadlocked with another session",
    "40001": "it collided with a concurrent transaction",
}
_UNIQUE_VIOLATION = "23505"
_UNDEFINED_TABLE = "42P01"

_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often. Times are in seconds; a timeout of 0 is none.

    `lock_timeout`: how long a statement may wait for a lock. Who waits for a lock stands in front
    of everybody who comes later, so a short one with many retries keeps an application alive.
    `retries`: how often a whole file is tried again. `pause`: before the first retry, doubled for
    each further one up to half a minute, and varied by half.
    """

    lock_timeout: float = 2.0
    statement_timeout: float = 0.0
    retries: int = 10
    pause: float = 0.5


@dataclass(frozen=True, slots=True)
class Retry:
    """Told before each further try of a file."""

    migration: Migration
    attempt: int
    retries: int
    reason: str
    pause: float

    def __str__(self) -> str:
        return (
            f"{self.migration.file_name} was rolled back: {self.reason};"
            f" retry {self.attempt} of {self.retries} in {self.pause:.1f} s"
        )


@dataclass(frozen=True, slots=True)
class AppliedMigration:
    """A migration that ran, its row as the database has it now, what the server said on the way
    (`notices`), and how many times it was tried."""

    migration: Migration
    row: HistoryRow
    transactional: bool
    statements: int
    notices: tuple[str, ...]
    attempts: int


def apply_migration(
    conn: Connection,
    migration: Migration,
    lock: MigrationLock,
    *,
    by: str | None = None,
    limits: Limits | None = None,
    on_retry: Callable[[Retry], None] | None = None,
    watch: Watch | None = None,
) -> AppliedMigration:
    """Runs a pending migration on `conn`, which is in no transaction, and records it.

    The history table exists (`ensure_table`). `by` goes into applied_by, else the session's user.
    A file that was rolled back for want of a lock, by a deadlock or by a serialization failure is
    run again, as `limits` allow, and `on_retry` is told. `watch` looks at what the file did before
    it is committed; what that raises is raised here, with nothing left of the file.

    Raises StatementFailed where the file failed: then nothing of it is left, or, where it can't
    be one transaction, its row with success=false is, and the hint says what to do. CannotTell:
    `already_applied` and `migration_failed` where a row of this version turns out to be there,
    `lock_lost` where the lock is gone; LockTimeout where an earlier apply is still at work;
    ConnectionFailed `connection_lost`. ValidationFailed for a version that history can't hold.
    """
    _insist_on_a_version(migration)
    limits = limits or Limits()
    for attempt in count(1):
        reset_session(conn)
        with lock.at_work(conn):
            try:
                ran = _run(conn, migration, by, limits, watch)
                return _result(conn, migration, ran, attempt)
            except StatementFailed as problem:
                pause = _before_retry(conn, migration, problem, attempt, limits)
                retry = Retry(migration, attempt, limits.retries, _why(problem), pause)
        (on_retry or _nobody)(retry)
        interrupt.pause(pause)
    raise AssertionError("count() has no end")


def _nobody(_: Retry) -> None:
    return None


def _insist_on_a_version(migration: Migration) -> None:
    if len(migration.version) > LONGEST_VERSION:
        raise ValidationFailed(
            f"the version of {migration.file_name} has {len(migration.version)} digits, and"
            f" history holds {LONGEST_VERSION} at most",
            code="migration_version_too_long",
            subject=migration.version,
            hint="rename it to YYYYMMDDHHMMSS_name.sql",
            location=Location(migration.path),
        )


def _run(
    conn: Connection, migration: Migration, by: str | None, limits: Limits, watch: Watch | None
) -> FileRun:
    row = read_row(conn, migration.version)
    if row is not None:
        raise _on_record(migration, row)
    _set_up(conn, limits)
    book = Bookkeeping(
        record=record_sql(migration, by),
        begin=begin_sql(migration, by),
        finish=finish_sql(migration, by),
        watch=watch,
    )
    return run_file(conn, migration.sql, migration.path, book)


def _set_up(conn: Connection, limits: Limits) -> None:
    with suppress(psycopg.Error):  # not every platform has it
        # A killed client's migration is then rolled back soon, not when it has run to its end.
        conn.execute("SET client_connection_check_interval TO '5s'")
    try:
        conn.execute(
            f"SET lock_timeout TO {_milliseconds(limits.lock_timeout)};"
            f" SET statement_timeout TO {_milliseconds(limits.statement_timeout)}"
        )
    except psycopg.Error as problem:
        raise refused(problem, "prepare to write") from problem


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000)) if seconds > 0 else 0


def _result(conn: Connection, migration: Migration, ran: FileRun, attempt: int) -> AppliedMigration:
    """Believes the database, not the absence of an error: the file may have done anything."""
    reset_session(conn)
    row = read_row(conn, migration.version)
    if row is None or not row.success:
        raise CannotTell(
            f"{migration.file_name} ran, but its row is not in the history table",
            code="history_row_lost",
            subject=migration.version,
            hint=f"see whether the file, or a trigger or rule on {HISTORY_TABLE}, takes rows"
            f" away; once it is in place, `trueup mark-applied {migration.version}` records it",
            location=Location(migration.path),
        )
    return AppliedMigration(
        migration, row, ran.transactional, ran.statements, ran.notices, attempts=attempt
    )


def _before_retry(
    conn: Connection,
    migration: Migration,
    problem: StatementFailed,
    attempt: int,
    limits: Limits,
) -> float:
    """Seconds to wait before the next try. Raises what there is to say where there is none."""
    reset_session(conn)
    row = read_row(conn, migration.version)
    if row is not None:
        _explain_row(migration, problem, row)
    if problem.sqlstate == _UNDEFINED_TABLE and problem.code == "bookkeeping_failed":
        _explain_lost_table(migration, problem)
    if problem.sqlstate not in _TRANSIENT or attempt > limits.retries:
        raise problem
    return _pause(limits, attempt)


def _pause(limits: Limits, attempt: int) -> float:
    doubled = min(limits.pause * (1 << min(attempt - 1, 20)), _LONGEST_PAUSE)
    return doubled * random.uniform(0.5, 1.5)  # noqa: S311 - so that two who collided part


def _why(problem: StatementFailed) -> str:
    return _TRANSIENT[problem.sqlstate]


def _explain_row(migration: Migration, problem: StatementFailed, row: HistoryRow) -> NoReturn:
    """The file left a row although it failed, or somebody else's row is what made it fail."""
    theirs = problem.code == "bookkeeping_failed" and problem.sqlstate == _UNIQUE_VIOLATION
    if theirs or row.success:
        raise _on_record(migration, row) from problem
    version = migration.version
    problem.hint = "; ".join(
        part
        for part in (
            problem.hint,
            "this file can't be one transaction, so what ran before this statement is still in"
            " the database (a failed CREATE INDEX CONCURRENTLY leaves an invalid index, which"
            " `trueup check` names with the statement that drops it). Either undo that and have the"
            f" whole file run again: `trueup repair --retry {version} --write`, `trueup apply`; or"
            f" finish the rest by hand and say so: `trueup repair --mark-done {version} --write`",
        )
        if part
    )
    raise problem


def _explain_lost_table(migration: Migration, problem: StatementFailed) -> NoReturn:
    raise CannotTell(
        f"{migration.file_name} removes {HISTORY_TABLE}, so it can't be recorded; it was rolled"
        " back",
        code="history_table_dropped",
        subject=migration.version,
        hint="leave the history table alone: drop single objects instead of the schema public",
        location=Location(migration.path),
    ) from problem


def _on_record(migration: Migration, row: HistoryRow) -> CannotTell:
    when = f" at {row.applied_at:%Y-%m-%d %H:%M:%S} UTC" if row.applied_at else ""
    who = f" by {row.applied_by}" if row.applied_by else ""
    if row.success:
        return CannotTell(
            f"{migration.file_name} was recorded as applied{when}{who} in the meantime; it was not"
            " run again",
            code="already_applied",
            subject=migration.version,
            hint="run the command again: it reads the history anew",
            location=Location(migration.path),
        )
    return CannotTell(
        f"an attempt of {migration.file_name} is on record{when}{who} and did not succeed",
        code="migration_failed",
        subject=migration.version,
        hint=f"after cleaning up, `trueup repair --retry {migration.version} --write`; if all of it"
        f" is in place, `trueup repair --mark-done {migration.version} --write`",
        location=Location(migration.path),
    )
