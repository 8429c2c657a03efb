"""What a replay does to a lent server's roles, noted there as it goes: should the run die, the next
one takes it back.

The note is the comment of a role of its own, `trueup_shadow_<random>`, which goes in the very
transaction that puts everything back. A user who may not make roles can't change any either, and
needs no note. Passwords are not noted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import sql

from trueup.model.migration import Migration
from trueup.postgres.session.connection import Connection
from trueup.postgres.session.interrupt import sheltered
from trueup.shadow.roles import LEASES, RolesGuard, may_touch_roles, restore_from
from trueup.shadow.shadow import OnFile

_MAY_MAKE = "SELECT rolsuper OR rolcreaterole FROM pg_catalog.pg_roles WHERE rolname = current_user"
_LEFT = """
    SELECT rolname, coalesce(shobj_description(oid, 'pg_authid'), '') FROM pg_catalog.pg_roles
    WHERE starts_with(rolname, %s)"""


@dataclass
class Journal:
    """The notes of one run; `name` is that of the role that carries them, None without one."""

    keeper: Connection
    before: RolesGuard
    name: str | None
    _due: bool = False

    def write(self, after: RolesGuard | None = None) -> None:
        """Notes how it was before, and how it is now, or will be in a moment."""
        if self.name:
            text = self.before.note(after or RolesGuard.look(self.keeper))
            self.keeper.execute(
                sql.SQL("COMMENT ON ROLE {} IS {}").format(
                    sql.Identifier(self.name), sql.Literal(text)
                )
            )

    def watching(self, on_file: OnFile | None) -> OnFile:
        """To be told of each file before it runs."""

        def tell(number: int, count: int, migration: Migration) -> None:
            self.catch_up()
            self._due = may_touch_roles(migration.sql)
            if on_file:
                on_file(number, count, migration)

        return tell

    def catch_up(self) -> None:
        """Looks anew where the last file may have changed something."""
        if self._due:
            self.write()
            self._due = False


@contextmanager
def guarded_roles(keeper: Connection, say: Callable[[str], None]) -> Iterator[Journal]:
    """Puts everything back after the block, whatever happened in it. What new roles own lies in
    leased databases, which are dropped by then."""
    before = RolesGuard.look(keeper)
    journal = Journal(keeper, before, _make_carrier(keeper))
    try:
        journal.write(before)
        yield journal
    finally:
        with sheltered(), keeper.transaction():
            problems = before.restore(keeper, RolesGuard.look(keeper))
            if journal.name:
                _drop(keeper, journal.name)
        for problem in problems:
            say(problem)


def clear_up_roles(keeper: Connection) -> tuple[str, ...]:
    """Takes back what runs did that died; what could not be. Nobody else may be at work."""
    problems: list[str] = []
    for name, note in keeper.execute(_LEFT, [LEASES]).fetchall():
        with keeper.transaction():
            problems += restore_from(note, keeper)
            _drop(keeper, name)
    return tuple(problems)


def _make_carrier(keeper: Connection) -> str | None:
    row = keeper.execute(_MAY_MAKE).fetchone()
    if not (row and row[0]):
        return None
    name = LEASES + secrets.token_hex(6)
    keeper.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
    return name


def _drop(keeper: Connection, name: str) -> None:
    keeper.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
