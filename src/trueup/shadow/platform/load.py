"""Loading a platform into a fresh database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from trueup.errors import CannotTell
from trueup.shadow.platform.calls import absent_extensions, prepare
from trueup.shadow.platform.catalog import ROLE_FILES, platform_scripts
from trueup.shadow.platform.rewrite import rewrite
from trueup.sql.statements import statements

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading.

    `roles` were made and `memberships` (role, member) granted to roles that were there before:
    both lie outside the database. A cluster of our own goes with all of it; a lent server must be
    given back without: drop the roles first, then revoke the memberships. `absent` are the
    stand-ins whose files the server hasn't got: their CREATE EXTENSION must go through `rewrite`.
    """

    roles: tuple[str, ...] = ()
    memberships: tuple[tuple[str, str], ...] = ()
    absent: frozenset[str] = frozenset()


def load_platform(
    conn: Connection, name: str, major: int, *, auto_expose_new_tables: bool
) -> Loaded:
    """Load a platform into the fresh database of `conn`, an autocommit session of a superuser.

    Roles that exist are left as they are. The session's settings are undone. Raises CannotTell
    `platform_needs_superuser`, and psycopg.Error where the database is not fresh.
    """
    scripts = platform_scripts(name, major, auto_expose_new_tables=auto_expose_new_tables)
    if not _is_superuser(conn):
        if not scripts:
            return Loaded()
        raise CannotTell(
            "a platform can be loaded only by a superuser: it makes roles, event triggers and "
            "extensions",
            code="platform_needs_superuser",
            hint="name a superuser in --shadow-url, or leave it out: trueup then starts a "
            "throwaway server of its own",
        )
    absent = absent_extensions(conn)
    prepare(conn, absent)
    roles = _Roles(conn)
    for label, text in scripts:
        if label.rpartition("/")[2] in ROLE_FILES:
            roles.run(text)
        else:
            conn.execute(rewrite(text, standing_in=absent, absent=absent).text.encode())
    conn.execute("DISCARD ALL")
    return roles.loaded(absent)


def make_roles(conn: Connection, name: str, major: int) -> None:
    """Only the platform's roles, their memberships and settings, which `load_platform` makes
    too."""
    roles = _Roles(conn)
    for label, text in platform_scripts(name, major, auto_expose_new_tables=False):
        if label.rpartition("/")[2] in ROLE_FILES:
            roles.run(text)


def _is_superuser(conn: Connection) -> bool:
    row = conn.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user").fetchone()
    return bool(row and row[0])


class _Roles:
    """Role statements, run one by one: roles may exist already, and are not ours then."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        rows = conn.execute("SELECT rolname FROM pg_roles").fetchall()
        self._before = frozenset(row[0] for row in rows)
        self._members_before = self._members()

    def run(self, text: str) -> None:
        for tree, statement in statements(text):
            if not self._passes_over(tree):
                self._conn.execute(statement.encode())

    def _passes_over(self, tree: Any) -> bool:
        """A role that was there keeps its attributes and settings; memberships are always granted
        (granting one twice is no error)."""
        kind = type(tree).__name__
        if kind == "CreateRoleStmt":
            return tree.role in self._before
        if kind == "AlterRoleSetStmt":
            return tree.role.rolename in self._before - {"postgres"}
        return False

    def loaded(self, absent: frozenset[str]) -> Loaded:
        rows = self._conn.execute("SELECT rolname FROM pg_roles").fetchall()
        made = {row[0] for row in rows} - self._before
        granted = self._members() - self._members_before
        return Loaded(
            tuple(sorted(made)),
            tuple(sorted(p for p in granted if not made.intersection(p))),
            absent,
        )

    def _members(self) -> frozenset[tuple[str, str]]:
        rows = self._conn.execute(
            "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members"
        )
        return frozenset((role, member) for role, member in rows)
