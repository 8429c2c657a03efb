"""One apply at a time.

The lock is a session-level advisory lock, held on a connection of its own. Its own, because the
files run on the other one and may do anything there, up to pg_advisory_unlock_all(); and because
each file ends a transaction, so no transaction could hold it. That connection sits idle outside
any transaction: CREATE INDEX CONCURRENTLY waits for every older snapshot, and nobody who waits
here holds one either, since waiting is asking again, never pg_advisory_lock().

A server goes on with a statement whose client was killed, while the lock's idle connection ends at
once. So the connection that does the work holds a second key while a file runs, and nobody starts
a file before that is free: what a killed apply left running is waited for, then looked at.

Through a pooler that lends server processes per transaction such locks would stay behind in the
pool, and what a migration SETs would reach other people's sessions. It is refused. Should all this
fail, the primary key of `_migrations` still keeps a migration from being recorded, and so from
running, twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo

from trueup.errors import CannotTell, LockTimeout
from trueup.history.refusals import refused
from trueup.platform import supabase
from trueup.postgres.session import interrupt
from trueup.postgres.session.connection import (
    Connection,
    backend_pid,
    connect,
    is_transaction_pooler,
)
from trueup.sql.quote import literal

# The first eight bytes of SHA-256("trueup:public._migrations"), read as a signed integer.
# Advisory locks are per database, so the same keys serve all of them.
LOCK_KEY = 2293585337190709078
WORK_KEY = LOCK_KEY + 1

# A dead client must not hold the lock for the two hours that TCP waits by default.
_SETTINGS = """
SET idle_session_timeout TO 0; SET statement_timeout TO 0; SET search_path TO pg_catalog;
SET tcp_keepalives_idle TO 30; SET tcp_keepalives_interval TO 10; SET tcp_keepalives_count TO 3;
"""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_TOLD_EVERY = 10.0
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Holder:
    """The session that has the lock, as far as we may see it; `held_for` in seconds, since it
    connected (a session that holds the lock does nothing else)."""

    pid: int
    application: str = ""
    user: str = ""
    address: str = ""
    held_for: float | None = None

    def __str__(self) -> str:
        who = f"{self.application or 'a session'} (process {self.pid}"
        who += f", user {self.user}" if self.user else ""
        who += f", from {self.address}" if self.address else ""
        who += ")"
        return who if self.held_for is None else f"{who}, for {_duration(self.held_for)}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Told at once when the lock is taken, then every ten seconds. Times are in seconds."""

    holder: Holder | None
    waited: float
    limit: float

    def __str__(self) -> str:
        who = str(self.holder) if self.holder else "a session that just let go"
        left = _duration(max(0.0, self.limit - self.waited))
        return f"waiting for the migration lock, held by {who}; giving up in {left}"


OnWait = Callable[[Waiting], None]


class MigrationLock:
    """The lock while it is held. Made by `migration_lock`."""

    def __init__(self, holder: Connection, pid: int, limit: float, on_wait: OnWait) -> None:
        self._holder = holder
        self._limit = limit
        self._on_wait = on_wait
        self.pid = pid

    def ensure_held(self) -> None:
        """Returns only if this lock is still ours; to be called before each file.

        Raises CannotTell (`lock_lost`) where the connection that holds it was cut: another apply
        may have begun.
        """
        try:
            row = self._holder.execute(_held_by(self.pid)).fetchone()
        except psycopg.Error as problem:
            raise _lost(str(problem).strip().splitlines()[0]) from problem
        if row is None:
            raise _lost("its session no longer has it")

    @contextmanager
    def at_work(self, conn: Connection) -> Iterator[None]:
        """Around everything that one file does on `conn`: starts when nothing that an earlier
        apply left running is at work any more, and with the lock in hand.

        Raises LockTimeout, or CannotTell (`lock_lost`).
        """
        try:
            _poll(conn, WORK_KEY, self._limit, self._on_wait)
        except psycopg.Error as problem:
            raise refused(problem, "lock") from problem
        try:
            self.ensure_held()
            yield
        finally:
            with suppress(psycopg.Error):  # all, since a reset in between has freed it already
                conn.execute("SELECT pg_catalog.pg_advisory_unlock_all()")


@contextmanager
def migration_lock(
    conn: Connection,
    *,
    wait_seconds: float,
    on_wait: OnWait | None = None,
    label: str = "trueup",
) -> Iterator[MigrationLock]:
    """Holds the lock of `conn`'s database on a second connection, made like `conn`.

    Asks again for `wait_seconds` (0: once) while somebody else has it, and tells `on_wait`.
    `label` is the holder's application_name, which others see while they wait. Raises LockTimeout;
    CannotTell behind a pooler that would leak the lock (`transaction_pooler`) or a balancer that
    leads to several servers (`several_servers`); ConnectionFailed where the second connection
    can't be had.
    """
    conninfo = _same_as(conn)
    if is_transaction_pooler(conn, conninfo):
        raise _pooler(conn)
    holder = connect(conninfo)
    try:
        yield _take(conn, holder, wait_seconds, on_wait or _nobody, label)
    finally:
        _let_go(holder)


def _nobody(_: Waiting) -> None:
    return None


def _same_as(conn: Connection) -> str:
    """The conninfo of an open connection, tied to the host it reached: of several in a URL the
    next connection might get another one."""
    parameters = conn.info.get_parameters()
    for key in ("target_session_attrs", "load_balance_hosts", "application_name"):
        parameters.pop(key, None)
    parameters |= {"host": conn.info.host, "port": str(conn.info.port)}
    # Said even where it is empty: PGHOSTADDR in the environment must not lead elsewhere.
    parameters["hostaddr"] = conn.info.hostaddr if parameters.get("hostaddr") else ""
    if conn.info.password:
        parameters["password"] = conn.info.password
    return make_conninfo("", **parameters)


def _take(
    conn: Connection, holder: Connection, limit: float, on_wait: OnWait, label: str
) -> MigrationLock:
    try:
        if _share_sessions(conn, holder):
            raise _pooler(conn)
        holder.execute(f"SET application_name TO {literal(_name(label))}; {_SETTINGS}")
        _poll(holder, LOCK_KEY, limit, on_wait)
        pid = backend_pid(holder)
        seen = conn.execute(_held_by(pid)).fetchone()
    except psycopg.Error as problem:
        raise refused(problem, "lock") from problem
    if seen is None:
        raise _several_servers()
    return MigrationLock(holder, pid, limit, on_wait)


def _share_sessions(one: Connection, other: Connection) -> bool:
    """Whether a pooler lends both the same server processes. In a quiet pool the first round
    shows it; in a busy one a round may miss, hence several."""
    if backend_pid(one) == one.info.backend_pid:
        return False
    return any(_shared_once(one, other) for _ in range(_ROUNDS))


def _shared_once(one: Connection, other: Connection) -> bool:
    before = backend_pid(one)
    with other.transaction():
        return backend_pid(other) == before or backend_pid(one) != before


def _name(label: str) -> str:
    return "".join(c for c in label if c.isascii() and c.isprintable())[:63]


def _poll(conn: Connection, key: int, limit: float, on_wait: OnWait) -> None:
    started = time.monotonic()
    pause, told_at = _FIRST_PAUSE, -_TOLD_EVERY
    while not _try(conn, key):
        waited = time.monotonic() - started
        waiting = Waiting(_who(conn, key), waited, limit)
        if waited >= limit:
            raise _timeout(waiting)
        if waited - told_at >= _TOLD_EVERY:
            on_wait(waiting)
            told_at = waited
        # Jitter, so that eight who wait do not ask in step.
        interrupt.pause(min(pause * random.uniform(0.5, 1.0), limit - waited))  # noqa: S311
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _try(conn: Connection, key: int) -> bool:
    row = conn.execute(f"SELECT pg_catalog.pg_try_advisory_lock({key})").fetchone()
    return bool(row and row[0])


def _who(conn: Connection, key: int) -> Holder | None:
    row = conn.execute(
        "SELECT l.pid, a.application_name, a.usename, pg_catalog.host(a.client_addr),"
        " extract(epoch FROM pg_catalog.clock_timestamp() - a.backend_start)::float8"
        " FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
        f" WHERE {_is_held(key)} LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    pid, application, user, address, held_for = row
    return Holder(pid, application or "", user or "", address or "", held_for)


def _is_held(key: int) -> str:
    """The condition for a row of pg_locks to be about `key` in this database: the view shows a
    bigint key as its two halves, with objsubid 1."""
    return f"""l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.classid = {(key >> 32) & 0xFFFFFFFF} AND l.objid = {key & 0xFFFFFFFF}
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d
                          WHERE d.datname = pg_catalog.current_database())"""


def _held_by(pid: int) -> str:
    return f"SELECT 1 FROM pg_catalog.pg_locks l WHERE l.pid = {pid} AND {_is_held(LOCK_KEY)}"


def _let_go(holder: Connection) -> None:
    with suppress(psycopg.Error):
        holder.execute(f"SELECT pg_catalog.pg_advisory_unlock({LOCK_KEY})")
    with suppress(psycopg.Error):
        holder.close()


def _lost(why: str) -> CannotTell:
    return CannotTell(
        f"the migration lock was lost, so no further migration is started: {why}",
        code="lock_lost",
        hint="`trueup status` shows what was applied; then run the command again",
    )


def _timeout(waiting: Waiting) -> LockTimeout:
    hint = "wait for it to finish, or allow more time (lock_wait in trueup.toml, in seconds)"
    if waiting.holder:
        hint += (
            "; if it is known to be dead, an administrator can end it: SELECT"
            f" pg_terminate_backend({waiting.holder.pid});"
        )
    who = str(waiting.holder) if waiting.holder else "a session that just let go"
    return LockTimeout(
        f"another trueup is at work on this database: {who}; waited {_duration(waiting.waited)}",
        hint=hint,
    )


def _pooler(conn: Connection) -> CannotTell:
    return CannotTell(
        "this connection goes through a pooler that shares server sessions between clients: locks"
        " and settings of a migration would reach other people's sessions",
        code="transaction_pooler",
        hint=f"take the session pooler's URL (port {supabase.SESSION_PORT} instead of"
        f" {supabase.TRANSACTION_PORT}) or the direct connection"
        if supabase.is_host(conn.info.host)
        else "connect to the server itself, or through a pool in session mode (pgbouncer:"
        " pool_mode = session)",
    )


def _several_servers() -> CannotTell:
    return CannotTell(
        "two connections made from the same URL reached two different servers or databases",
        code="several_servers",
        hint="name one server, the primary, in the database URL, not a balancer in front of many",
    )


def _duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
