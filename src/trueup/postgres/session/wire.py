"""One simple query and everything the server answers to it.

psycopg's own `execute` keeps only the error of a query with several statements; to say which of
them failed one must count the results before it, so this speaks to `psycopg.pq`, psycopg's
documented wrapper of libpq. A COPY FROM STDIN among the statements is fed from `copies`.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import psycopg
from psycopg import pq

from trueup.postgres.session.connection import Connection

# How long an interrupted query may take to admit that it was cancelled, in seconds.
_PATIENCE = 5.0
# Characters of COPY data handed to libpq at once; it grows its buffer by what we give it.
_PORTION = 1 << 16

_FIELD = pq.DiagnosticField
_OPEN_TRANSACTION = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server said against a statement. `position` counts characters of the query from 1
    and is None where the server gave none; `lost` says that the connection is gone."""

    message: str
    sqlstate: str = ""
    detail: str = ""
    hint: str = ""
    context: str = ""
    position: int | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The command tag of every statement that completed, and what ended the query early."""

    tags: tuple[str, ...]
    refusal: Refusal | None = None


def ask(conn: Connection, sql: str, copies: Iterator[str] | None = None) -> Answer:
    """Send `sql` as one simple query and wait for all of its results; rows are thrown away.

    Whatever interrupts the wait (Ctrl-C, an exception from a signal handler) cancels the query,
    leaves no transaction behind and goes on its way; a server that does not react within five
    seconds costs the connection.
    """
    exchange = _Exchange(conn.pgconn, copies or iter(()))
    try:
        return exchange.run(sql.encode())
    except BaseException:
        _abandon(conn)
        raise


def leave_transaction(conn: Connection) -> bool:
    """Roll back what is open; whether something was."""
    if conn.pgconn.transaction_status not in _OPEN_TRANSACTION:
        return False
    ask(conn, "ROLLBACK")
    return True


class _Exchange:
    """The results of one query as they come in."""

    def __init__(self, pgconn: pq.abc.PGconn, copies: Iterator[str]) -> None:
        self.pgconn = pgconn
        self.copies = copies
        self.tags: list[str] = []
        self.refusal: Refusal | None = None

    def run(self, query: bytes) -> Answer:
        try:
            self.pgconn.send_query(query)
            while (result := _next_result(self.pgconn)) is not None:
                self._take(result)
        except psycopg.OperationalError as broken:
            self.refusal = replace(self.refusal or Refusal(str(broken).strip()), lost=True)
        if self.refusal and self.pgconn.status == pq.ConnStatus.BAD:
            self.refusal = replace(self.refusal, lost=True)
        return Answer(tuple(self.tags), self.refusal)

    def _take(self, result: pq.abc.PGresult) -> None:
        if result.status == pq.ExecStatus.COPY_IN:
            _feed(self.pgconn, next(self.copies, ""))  # psql: the end of the file ends the data
        elif result.status == pq.ExecStatus.COPY_OUT:
            _drain_copy(self.pgconn)
        elif result.status == pq.ExecStatus.FATAL_ERROR:
            self.refusal = self.refusal or _refusal(result)
        elif tag := result.command_status:
            self.tags.append(tag.decode(errors="replace"))


class _TooLong(Exception):
    """The server did not answer before the deadline."""


def _next_result(pgconn: pq.abc.PGconn, deadline: float | None = None) -> pq.abc.PGresult | None:
    _flush(pgconn, deadline)
    while pgconn.is_busy():
        _wait(pgconn, select.POLLIN, deadline)
        pgconn.consume_input()
    while pgconn.notifies():
        pass
    return pgconn.get_result()


def _flush(pgconn: pq.abc.PGconn, deadline: float | None = None) -> None:
    """Get everything out, reading on the way: a server that talks while we send would block."""
    while pgconn.flush():
        if _wait(pgconn, select.POLLIN | select.POLLOUT, deadline) & select.POLLIN:
            pgconn.consume_input()


def _wait(pgconn: pq.abc.PGconn, events: int, deadline: float | None) -> int:
    """Wait for the socket; the deadline is one of the monotonic clock."""
    poll = select.poll()
    poll.register(pgconn.socket, events)
    left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
    ready = poll.poll(left)
    if not ready:
        raise _TooLong
    return ready[0][1]


def _feed(pgconn: pq.abc.PGconn, data: str) -> None:
    for start in range(0, len(data), _PORTION):
        pgconn.put_copy_data(data[start : start + _PORTION].encode())
        _flush(pgconn)
    pgconn.put_copy_end()


def _drain_copy(pgconn: pq.abc.PGconn, deadline: float | None = None) -> None:
    while (size := pgconn.get_copy_data(1)[0]) >= 0:
        if size == 0:
            _wait(pgconn, select.POLLIN, deadline)
            pgconn.consume_input()


def _refusal(result: pq.abc.PGresult) -> Refusal:
    def said(field: pq.DiagnosticField) -> str:
        return (result.error_field(field) or b"").decode(errors="replace").strip()

    position = said(_FIELD.STATEMENT_POSITION)
    return Refusal(
        said(_FIELD.MESSAGE_PRIMARY) or result.error_message.decode(errors="replace").strip(),
        said(_FIELD.SQLSTATE),
        said(_FIELD.MESSAGE_DETAIL),
        said(_FIELD.MESSAGE_HINT),
        said(_FIELD.CONTEXT),
        int(position) if position else None,
    )


def _abandon(conn: Connection) -> None:
    """Cancel the running query and take in its end, or close the connection."""
    try:
        conn.cancel_safe(timeout=_PATIENCE)
        _settle(conn.pgconn, time.monotonic() + _PATIENCE)
        leave_transaction(conn)
    except (psycopg.Error, _TooLong):
        pass  # the connection is closed below
    finally:
        if conn.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            conn.close()


def _settle(pgconn: pq.abc.PGconn, deadline: float) -> None:
    """Take in all results of a cancelled query."""
    while (result := _next_result(pgconn, deadline)) is not None:
        if result.status == pq.ExecStatus.COPY_IN:
            pgconn.put_copy_end(b"interrupted")
        elif result.status == pq.ExecStatus.COPY_OUT:
            _drain_copy(pgconn, deadline)
