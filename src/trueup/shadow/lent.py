"""Replaying on a server the user lent (--shadow-url): databases are leased there, and exactly what
was made is dropped again, also what a killed run left behind.

Each lease is a database `trueup_shadow_<random>` whose maker holds a session-level advisory lock
on its name; a database of that form whose lock is free has lost its maker. Roles belong to the
whole server, so a replay runs alone there: a second run waits for the first, and what it does to
roles is taken back (`journal`).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from trueup.errors import CannotTell, ConnectionFailed, LockTimeout
from trueup.model.migration import Migration
from trueup.platform import SUPABASE
from trueup.platform.supabase import MIGRATION_ROLE
from trueup.postgres.session.connection import Connection, connect, describe
from trueup.postgres.session.interrupt import pause, sheltered
from trueup.shadow.adapter import Adapter
from trueup.shadow.keys import Ground
from trueup.shadow.platform.load import Loaded, load_platform, make_roles
from trueup.shadow.replaying import bring_up
from trueup.shadow.role_notes import Journal, clear_up_roles, guarded_roles
from trueup.shadow.roles import LEASES, RolesGuard
from trueup.shadow.sessions import with_settings
from trueup.shadow.shadow import OnFile

_SERVER_LOCK = 0x7472_7565_7570_5348  # "trueupSH": one replay at a time on a lent server
_PAUSE_SECONDS = 0.1


@dataclass
class LentPlace:
    """A leased database with the migrations in it."""

    host: LentHost
    keeper: Connection
    name: str
    absent: frozenset[str]
    notes: tuple[str, ...] = ()

    @property
    def conninfo(self) -> str:
        """The leased database."""
        return self.host.session(self.name)

    def adapter(self) -> Adapter:
        """What fits files to this server: no files of extensions can be added to it."""
        return Adapter(self.host.major, self.absent, self.absent)

    @contextmanager
    def another(self) -> Iterator[str]:
        """A second leased database of the platform beside it."""
        with _lease(self.host, self.keeper) as (name, _):
            yield self.host.session(name)

    def keep(self, key: str) -> None:
        """Nothing is left on a server that is not ours."""


@dataclass(frozen=True)
class LentHost:
    """A scratch server that the user named. `url` connects to a database there in which nothing
    is changed; its role must be allowed to create databases and roles."""

    url: str = field(repr=False)
    major: int
    version: str
    pg_dump: Path
    platform: str
    ground: Ground
    wait_seconds: float = 300.0
    say: Callable[[str], None] = field(default=lambda _: None, compare=False)
    extensions: frozenset[str] = frozenset()
    expose: bool = False

    def conninfo(self, dbname: str) -> str:
        """The conninfo of a database on the lent server."""
        return make_conninfo(self.url, dbname=dbname)

    def session(self, dbname: str) -> str:
        """The same with the settings that the platform gives every session."""
        return with_settings(self.conninfo(dbname), self.platform)

    @contextmanager
    def at(
        self, migrations: Sequence[Migration], keys: Sequence[str], on_file: OnFile | None
    ) -> Iterator[LentPlace]:
        """A leased database where `migrations` have run."""
        with _keeper(self.url) as keeper, self._alone(keeper):
            _insist_on_postgres(self, keeper)
            _drop_abandoned(keeper)
            for problem in clear_up_roles(keeper):
                self.say(problem)
            with guarded_roles(keeper, self.say) as journal:
                _announce_platform(self, journal)
                with _lease(self, keeper) as lease:
                    yield self._replayed(journal, lease, migrations, on_file)

    def _replayed(
        self,
        journal: Journal,
        lease: tuple[str, Loaded],
        migrations: Sequence[Migration],
        on_file: OnFile | None,
    ) -> LentPlace:
        name, loaded = lease
        place = LentPlace(self, journal.keeper, name, loaded.absent)
        told = journal.watching(on_file)
        place.notes = bring_up(place.conninfo, migrations, 0, place.adapter(), told)
        journal.catch_up()
        return place

    @contextmanager
    def _alone(self, keeper: Connection) -> Iterator[None]:
        """Waits until no other run replays on this server; polled, so that Ctrl-C works."""
        self._wait(keeper)
        yield
        # A session that is closed holds its locks until the server has noticed.
        keeper.execute("SELECT pg_advisory_unlock_all()")

    def _wait(self, keeper: Connection) -> None:
        end = time.monotonic() + self.wait_seconds
        told = False
        while not _got(keeper, _SERVER_LOCK):
            if time.monotonic() > end:
                raise LockTimeout(
                    f"another trueup run is replaying on {describe(self.url)}",
                    code="shadow_busy",
                    hint="wait for it, or name another scratch server with --shadow-url",
                )
            if not told:
                self.say(f"waiting for another trueup run on {describe(self.url)}")
                told = True
            pause(_PAUSE_SECONDS)


def _keeper(url: str) -> Connection:
    """The session that holds our locks. Advisory locks count within one database only, so every
    run must hold them in the same one, whichever the URL names."""
    try:
        return connect(make_conninfo(url, dbname="postgres"), application_name="trueup shadow")
    except ConnectionFailed:
        return connect(url, application_name="trueup shadow")


@contextmanager
def _lease(host: LentHost, keeper: Connection) -> Iterator[tuple[str, Loaded]]:
    """A fresh database with the platform in it, dropped after."""
    name = LEASES + secrets.token_hex(6)
    _got(keeper, _lock_of(name))
    try:
        _create(keeper, name)
        yield name, _loaded(host, name)
    finally:
        with sheltered():
            _drop(keeper, name)


def _create(keeper: Connection, name: str) -> None:
    names = sql.Identifier(name), sql.Identifier(_template(keeper))
    try:
        keeper.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(*names))
    except psycopg.Error as problem:
        may_not = isinstance(problem, psycopg.errors.InsufficientPrivilege)
        raise CannotTell(
            f"no database can be made on the shadow server as user {keeper.info.user}: "
            f"{problem.diag.message_primary or problem}",
            code="shadow_not_usable",
            hint="ALTER ROLE ... CREATEDB, or name another role in --shadow-url"
            if may_not
            else "name another scratch server with --shadow-url, or leave it out",
        ) from problem


def _template(keeper: Connection) -> str:
    """template0 holds what PostgreSQL brings and nothing that the server's owner put into
    template1; a server can be without it, and only a template may be copied by everybody."""
    row = keeper.execute(
        "SELECT max(datname) FROM pg_catalog.pg_database"
        " WHERE datname = 'template0' AND datistemplate"
    ).fetchone()
    return str(row[0]) if row and row[0] else "template1"


def _loaded(host: LentHost, name: str) -> Loaded:
    with connect(host.conninfo(name), application_name="trueup shadow") as conn:
        return load_platform(conn, host.platform, host.major, auto_expose_new_tables=host.expose)


def _announce_platform(host: LentHost, journal: Journal) -> None:
    """Notes what the platform is about to do to roles, before it does: found by trying."""
    try:
        with journal.keeper.transaction(force_rollback=True):
            make_roles(journal.keeper, host.platform, host.major)
            after = RolesGuard.look(journal.keeper)
    except psycopg.errors.InsufficientPrivilege:
        return  # load_platform says what to do
    journal.write(after)


def _insist_on_postgres(host: LentHost, conn: Connection) -> None:
    """Supabase's migrations run as postgres, and its default privileges are those of postgres:
    as somebody else they would give other owners and other rights."""
    if host.platform == SUPABASE and conn.info.user != MIGRATION_ROLE:
        raise CannotTell(
            f"user {conn.info.user} of the shadow server is not called postgres, so a Supabase"
            " project can't be replayed there with the owners and rights it has",
            code="shadow_role_differs",
            hint="connect as postgres in --shadow-url (CREATE ROLE postgres SUPERUSER LOGIN ...),"
            " or leave it out: trueup then starts a throwaway server of its own",
        )


def _drop(keeper: Connection, name: str) -> None:
    keeper.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_abandoned(keeper: Connection) -> None:
    """Drops the databases of runs that died: their locks went with them."""
    rows = keeper.execute(
        "SELECT datname FROM pg_catalog.pg_database WHERE starts_with(datname, %s)", [LEASES]
    ).fetchall()
    for (name,) in rows:
        if _got(keeper, _lock_of(name)):
            _drop(keeper, name)


def _got(conn: Connection, key: int) -> bool:
    row = conn.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
    return bool(row and row[0])


def _lock_of(name: str) -> int:
    """A signed 64-bit lock key from a database's name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
