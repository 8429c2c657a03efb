"""Running one file, all of it or nothing of it where PostgreSQL allows that.

The ordinary file goes to the server as one simple query in one round trip, which PostgreSQL runs as
one implicit transaction (https://www.postgresql.org/docs/current/protocol-flow.html, "Multiple
Statements in a Simple Query"). Two things are appended. SET CONSTRAINTS ALL IMMEDIATE makes a
violated deferred constraint an error with a statement of its own, not one of whatever comes last,
and makes a single VACUUM or CREATE INDEX CONCURRENTLY admit that it is not transactional. After it
comes the caller's bookkeeping.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import psycopg
from psycopg import pq
from psycopg.errors import Diagnostic

from trueup.errors import StatementFailed, TrueupError
from trueup.model.finding import Location
from trueup.postgres.run.blame import (
    CORRECT_IT,
    NOTHING_APPLIED,
    Failed,
    Query,
    SourceFile,
    character_offset,
    connection_lost,
    is_syntax_error,
    must_run_alone,
    needless,
)
from trueup.postgres.session.connection import Connection
from trueup.postgres.session.wire import Refusal, ask, leave_transaction
from trueup.sql.script import CopyIn
from trueup.sql.transactions import Shape
from trueup.sql.tree import kind_of, parse_one

_TAIL = "\n;SET CONSTRAINTS ALL IMMEDIATE;\n"
_TAIL_TAG = "SET CONSTRAINTS"
_TAKE_BEGIN_OUT = (
    "nothing of this file was applied; PostgreSQL runs this only outside of a transaction: take it"
    " out of BEGIN ... COMMIT, best into a file of its own"
)
_ENDS_IN_ROLLBACK = "WARNING: the file's last transaction ends in ROLLBACK, so it changed nothing"


class Watch(Protocol):
    """Who looks at what a file did, before it is committed."""

    def enter(self, conn: Connection) -> None:
        """Before the file: sees what there is, and leaves a transaction open."""

    def look(self, conn: Connection) -> None:
        """After the file and its record, in the same transaction, with nothing left to fire.
        Whatever it raises has everything rolled back."""

    def restore(self, conn: Connection) -> None:
        """After a rollback: puts right what that does not undo."""


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """SQL that keeps a record of a file with it.

    `record` runs inside the file's own transaction as its last act. For a file that can't be one
    transaction `begin` is committed before it (a history row with success=false) and `finish` after
    it has run (the row becomes a success). Each may be several statements. The file may have
    changed role, session authorization or search_path by then: the SQL resets what it relies on.
    With a `watch` the file runs as one transaction or not at all.
    """

    record: str
    begin: str
    finish: str
    watch: Watch | None = None


@dataclass(frozen=True, slots=True)
class FileRun:
    """What came of a file: whether it was one transaction, how many statements it had, the
    notices as `SEVERITY: text`, and how long it took. `remarks` are those of the notices that are
    ours, not the server's: a statement passed over, a file that undoes itself."""

    transactional: bool
    statements: int
    notices: tuple[str, ...]
    milliseconds: int
    remarks: tuple[str, ...] = ()


def run_file(conn: Connection, text: str, path: str, book: Bookkeeping | None = None) -> FileRun:
    """Run a file as psql would, but as one transaction with `book.record` wherever that can be.

    `text` has no byte order mark; `path` is what errors name. A file with one BEGIN ... COMMIT
    around it stays one transaction. A file with several, or with statements PostgreSQL refuses in
    a transaction, runs statement by statement between `book.begin` and `book.finish`.

    Raises StatementFailed where PostgreSQL refuses a statement (`statement_failed`), the history
    can't be written (`bookkeeping_failed`), a transaction is left open (`transaction_left_open`),
    or the file holds what can't be had: a NUL (`nul_byte`), a command of psql
    (`psql_command_unsupported`), standard strings turned off (`string_setting_unsupported`).
    ConnectionFailed (`connection_lost`) where the server went away.
    The connection is in no transaction afterwards, or closed.
    """
    started = time.monotonic()
    with _notices(conn) as notices:
        runner = _Runner(conn, SourceFile.read(text, path), book, notices)
        try:
            transactional, statements = runner.run()
        except BaseException:
            leave_transaction(conn)  # an interruption may have come between two statements
            raise
    elapsed = round((time.monotonic() - started) * 1000)
    remarks = tuple(runner.remarks)
    return FileRun(transactional, statements, (*notices, *remarks), elapsed, remarks)


def reset_session(conn: Connection) -> None:
    """Make the session as it was when it was opened, in one round trip.

    DISCARD ALL (https://www.postgresql.org/docs/current/sql-discard.html) undoes settings, role,
    session authorization, temporary tables, prepared statements, cursors, LISTEN, advisory locks
    and cached sequences. It leaves three things: a custom setting ("app.x") stays known, as the
    empty string; loaded libraries stay loaded; and what ALTER ROLE or ALTER DATABASE ... SET
    changed takes effect only in a new session (see `shadow.replay`).

    Raises ConnectionFailed `connection_lost`.
    """
    leave_transaction(conn)
    refusal = ask(conn, "DISCARD ALL").refusal
    if refusal:
        conn.close()
        raise connection_lost("between two files", refusal)


@contextmanager
def _notices(conn: Connection) -> Iterator[list[str]]:
    collected: list[str] = []

    def take(said: Diagnostic) -> None:
        severity = said.severity_nonlocalized or said.severity
        collected.append(f"{severity}: {said.message_primary}")

    conn.add_notice_handler(take)
    try:
        yield collected
    finally:
        conn.remove_notice_handler(take)


class _Copies(Iterator[str]):
    """The data for the COPY statements of a file, in order; `last` is what was handed out last."""

    def __init__(self, copies: Sequence[CopyIn]) -> None:
        self._left = iter(copies)
        self.last: CopyIn | None = None

    def __next__(self) -> str:
        self.last = next(self._left)
        return self.last.data


class _Runner:
    """One file on its way; `file` changes when statements of it turn out to be needless."""

    def __init__(
        self, conn: Connection, file: SourceFile, book: Bookkeeping | None, notices: list[str]
    ) -> None:
        self.conn = conn
        self.file = file
        self.book = book
        self.notices = notices
        self.remarks: list[str] = []

    def run(self) -> tuple[bool, int]:
        """Whether it was one transaction, and how many statements ran."""
        while True:
            shape = self.file.form.shape
            if self.book is None and self.file.is_empty:
                return True, 0
            if shape is Shape.OPEN:
                raise self.file.left_open()
            if shape is Shape.OWN:
                return self._parted()
            came = self._as_one()
            if isinstance(came, int):
                return True, came
            self.notices.clear()
            if not self._mend(came):
                return self._parted(came)

    def _parted(self, failed: Failed | None = None) -> tuple[bool, int]:
        """Statement by statement, for what can't be one transaction. Raises where somebody is to
        look at the whole before it is committed."""
        if self._watch:
            raise self._error(failed, NOTHING_APPLIED) if failed else self._not_one()
        return False, self._one_by_one()

    @property
    def _watch(self) -> Watch | None:
        return self.book.watch if self.book else None

    def _not_one(self) -> StatementFailed:
        return StatementFailed(
            "the file begins or ends a transaction, and what it does is looked at before it is"
            " committed",
            code="sql_ends_transaction",
            source=self.file.text,
            hint="leave transaction control out; all statements run in one transaction anyway",
            location=Location(self.file.path),
        )

    def _as_one(self) -> int | Failed:
        """How many statements ran, or what failed; then nothing was applied."""
        if self._watch is None:
            came = self._at_once()
            if self._leave_transaction():
                raise self.file.left_open()
            return came
        try:
            if self.file.form.end is not None:
                raise self._not_one()
            self._watch.enter(self.conn)
            came = self._at_once()
            came = came if isinstance(came, Failed) else self._commit(self._watch) or came
        except BaseException:
            self._undo(self._watch)
            raise
        if isinstance(came, Failed):
            self._undo(self._watch)
        return came

    def _at_once(self) -> int | Failed:
        """The file and its record as one query."""
        query = Query(self.file, f"{_TAIL}{self.book.record}\n;" if self.book else _TAIL)
        copies = _Copies(self.file.copies)
        answer = ask(self.conn, query.sql, copies)
        if answer.refusal:
            self._leave_transaction()
            done = len(answer.tags)
            return query.blame(done, answer.refusal, copies.last, self._counts_bytes())
        before = len(answer.tags) - answer.tags[::-1].index(_TAIL_TAG) - 1
        return before + (self.file.form.end is not None)

    def _commit(self, watch: Watch) -> Failed | None:
        """What was recorded may have fired triggers too: they go first, then it is looked at."""
        if self.conn.pgconn.transaction_status != pq.TransactionStatus.INTRANS:
            raise self._not_one()
        refusal = ask(self.conn, _TAIL).refusal
        if refusal is None:
            watch.look(self.conn)
            refusal = ask(self.conn, "COMMIT").refusal
        return Failed(refusal, 0, None) if refusal else None

    def _undo(self, watch: Watch) -> None:
        self._leave_transaction()
        if not self.conn.closed:
            with suppress(psycopg.Error):  # what made it fail is what there is to tell
                watch.restore(self.conn)

    def _mend(self, failed: Failed) -> bool:
        """Whether to try again as one transaction, without a statement that is not needed or with
        psql's commands taken out; False: statement by statement. Raises where neither helps."""
        if failed.part is None or failed.refusal.lost:
            raise self._error(failed, NOTHING_APPLIED)
        if is_syntax_error(failed.refusal) and self.file.has_psql_at(failed.offset):
            self.file = self.file.as_script()
            return True
        tree = parse_one(self.file.sql[failed.part])
        if remark := needless(failed.refusal, tree):
            self.remarks.append(remark)
            self.file = self.file.without(failed.part)
            return True
        if not must_run_alone(failed.refusal, tree):
            raise self._error(failed, NOTHING_APPLIED)
        begin = self.file.form.begin
        if begin is not None and failed.offset > begin:
            settings = kind_of(tree) == "VariableSetStmt"  # SET TRANSACTION came too late
            raise self._error(failed, NOTHING_APPLIED if settings else _TAKE_BEGIN_OUT)
        return False

    def _one_by_one(self) -> int:
        """Run the statements as psql does, each a query of its own; how many ran."""
        if self.file.sql is self.file.text and "\\" in self.file.text:
            self.file = self.file.as_script()
        if self.book:
            self._keep(self.book.begin)
        copies = _Copies(self.file.copies)
        for part in self.file.slices:
            self._alone(part, copies)
        if self._leave_transaction():
            raise self.file.left_open()
        if self.book:
            self._keep(self.book.finish)
        if self.file.form.end is not None:
            self.remarks.append(_ENDS_IN_ROLLBACK)
        return len(self.file.slices)

    def _alone(self, part: slice, copies: _Copies) -> None:
        in_transaction = self.conn.pgconn.transaction_status != pq.TransactionStatus.IDLE
        sql = self.file.sql[part]
        refusal = ask(self.conn, sql, copies).refusal
        if refusal is None:
            return
        self._leave_transaction()
        remark = None if in_transaction else needless(refusal, parse_one(sql))
        if remark is None:
            offset = part.start + (character_offset(sql, refusal, self._counts_bytes()) or 0)
            # With a history row left behind, its keeper says what to do about it.
            hint = "" if self.book else CORRECT_IT
            raise self._error(Failed(refusal, offset, part, copies.last), hint)
        self.remarks.append(remark)

    def _keep(self, sql: str) -> None:
        refusal = ask(self.conn, sql).refusal
        if refusal or self._leave_transaction():
            self._leave_transaction()
            raise self.file.not_recorded(refusal or Refusal("its transaction was left open"))

    def _error(self, failed: Failed, hint: str) -> TrueupError:
        if failed.refusal.lost:
            self.conn.close()
        return self.file.failure(failed, hint)

    def _leave_transaction(self) -> bool:
        return leave_transaction(self.conn)

    def _counts_bytes(self) -> bool:
        """A database without an encoding counts bytes where others count characters."""
        return self.conn.info.parameter_status("server_encoding") == "SQL_ASCII"
