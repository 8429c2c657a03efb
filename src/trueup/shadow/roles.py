"""What belongs to a whole server and not to one database: roles, memberships, settings, rights on
databases. On a lent server, a replay must leave all of it as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from trueup.postgres.session.connection import Connection

_ROLES = """
    SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
           rolbypassrls, rolconnlimit, rolvaliduntil::text
    FROM pg_catalog.pg_roles
    WHERE NOT starts_with(rolname, 'pg_') AND NOT starts_with(rolname, %(leases)s)"""
# inherit_option and set_option are there from 16 on
# (https://www.postgresql.org/docs/current/catalog-pg-auth-members.html).
_MEMBERS = """
    SELECT r.rolname, m.rolname, coalesce(g.rolname, ''), a.admin_option,
           to_jsonb(a) ->> 'inherit_option', to_jsonb(a) ->> 'set_option'
    FROM pg_catalog.pg_auth_members a
    JOIN pg_catalog.pg_roles r ON r.oid = a.roleid JOIN pg_catalog.pg_roles m ON m.oid = a.member
    LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantor
    WHERE NOT starts_with(r.rolname, %(leases)s)"""
_SETTINGS = """
    SELECT coalesce(d.datname, ''), coalesce(r.rolname, ''), unnest(s.setconfig)
    FROM pg_catalog.pg_db_role_setting s
    LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
    WHERE d.datname IS NULL OR NOT starts_with(d.datname, %(leases)s)"""
_RIGHTS = """
    SELECT d.datname, coalesce(r.rolname, ''), x.privilege_type, x.is_grantable
    FROM pg_catalog.pg_database d,
         aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
    WHERE NOT starts_with(d.datname, %(leases)s)"""
_OWNERS = """
    SELECT d.datname, r.rolname FROM pg_catalog.pg_database d
    JOIN pg_catalog.pg_roles r ON r.oid = d.datdba
    WHERE NOT starts_with(d.datname, %(leases)s)"""
_PASSWORDS = "SELECT rolname, rolpassword FROM pg_catalog.pg_authid"
_ATTRIBUTES = (
    "SUPERUSER", "INHERIT", "CREATEROLE", "CREATEDB", "LOGIN", "REPLICATION", "BYPASSRLS",
)  # fmt: skip
# Settings whose values are lists of quoted names (variable_is_guc_list_quote in PostgreSQL's
# src/bin/pg_dump/dumputils.c): one literal would make one long name of them.
_LISTS = frozenset(
    ("local_preload_libraries", "search_path", "session_preload_libraries",
     "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories")
)  # fmt: skip
_LIST_ITEM = re.compile(r'"((?:[^"]|"")*)"|([^,\s"]+)')
_MAY_TOUCH = re.compile(
    r"\b(?:create|alter|drop)\s+(?:role|user|group|database)\b|\bexecute\b|\bdatabase\b"
    r"|\b(?:grant|revoke)\s+[\w\", ]+\s(?:to|from)\b",
    re.IGNORECASE,
)
LEASES = "trueup_shadow_"
_NOTHING = sql.SQL("")

Row = tuple[Any, ...]


def may_touch_roles(text: str) -> bool:
    """Whether to look anew after this text; what a text hides is seen at the end all the same."""
    return bool(_MAY_TOUCH.search(text))


@dataclass(frozen=True, slots=True)
class RolesGuard:
    """A server's roles, memberships, settings and rights on databases at one moment. `passwords`
    are only known to superusers, and never written anywhere."""

    roles: Mapping[str, Row]
    members: frozenset[Row] = frozenset()
    settings: frozenset[Row] = frozenset()
    rights: frozenset[Row] = frozenset()
    owners: Mapping[str, str] = field(default_factory=dict)
    passwords: Mapping[str, str | None] = field(default_factory=dict, repr=False)

    @classmethod
    def look(cls, conn: Connection) -> RolesGuard:
        """How it is now, leased databases left out."""
        leases = {"leases": LEASES}
        return cls(
            {row[0]: tuple(row[1:]) for row in conn.execute(_ROLES, leases)},
            frozenset(conn.execute(_MEMBERS, leases)),
            frozenset(conn.execute(_SETTINGS, leases)),
            frozenset(conn.execute(_RIGHTS, leases)),
            dict(conn.execute(_OWNERS, leases).fetchall()),
            _passwords(conn),
        )

    def note(self, after: RolesGuard) -> str:
        """What the next run needs to put things back, should this one die; passwords are left
        out, since everybody on the server may read it."""
        return json.dumps([_plain(self), _plain(after)])

    def restore(self, conn: Connection, after: RolesGuard) -> tuple[str, ...]:
        """Takes back what differs between this moment and `after`, unless somebody changed it
        since; returns what could not be."""
        now = self.look(conn)
        work = _Work(conn)
        for statement in self._undo(after, now):
            work.do(statement)
        # Which memberships went with a role or with their grantor shows only now.
        for row in sorted(self.members - self.look(conn).members, key=repr):
            work.do(_grant_role(row))
        return tuple(work.problems)

    def _undo(self, after: RolesGuard, now: RolesGuard) -> Iterator[sql.Composable]:
        for database, owner in self.owners.items():
            if after.owners.get(database, owner) != owner == self.owners.get(database):
                yield _alter("DATABASE", database, " OWNER TO {}", sql.Identifier(owner))
        for row in (after.rights - self.rights) & now.rights:
            yield _right("REVOKE {} ON DATABASE {} FROM {}", row)
        for row in (self.rights - after.rights) - now.rights:
            grantable = sql.SQL(" WITH GRANT OPTION" if row[3] else "")
            yield _right("GRANT {} ON DATABASE {} TO {}", row) + grantable
        for row in sorted((after.members - self.members) & now.members, key=repr):
            yield _revoke_role(row)
        for name in (after.roles.keys() - self.roles.keys()) & now.roles.keys():
            yield sql.SQL("DROP ROLE {}").format(sql.Identifier(name))
        for name in (self.roles.keys() - after.roles.keys()) - now.roles.keys():
            yield sql.SQL("CREATE ROLE {}").format(sql.Identifier(name))
        yield from self._attributes(after, now)
        yield from self._settings(after, now)

    def _attributes(self, after: RolesGuard, now: RolesGuard) -> Iterator[sql.Composable]:
        for name, was in self.roles.items():
            changed = after.roles.get(name)
            if changed != was and now.roles.get(name) == changed:
                words = [w if on else f"NO{w}" for w, on in zip(_ATTRIBUTES, was, strict=False)]
                words.append(f"CONNECTION LIMIT {was[-2]}")
                yield _alter("ROLE", name, " " + " ".join(words))
                if changed is None or changed[-1] != was[-1]:
                    yield _alter(
                        "ROLE", name, " VALID UNTIL {}", sql.Literal(was[-1] or "infinity")
                    )
            # A run that died has noted none; without a note nothing is known to have changed.
            secret = self.passwords.get(name)
            if self.passwords and after.passwords.get(name) != secret:
                yield _alter("ROLE", name, " PASSWORD {}", sql.Literal(secret))

    def _settings(self, after: RolesGuard, now: RolesGuard) -> Iterator[sql.Composable]:
        # One that is set again keeps its place among the others.
        kept = {(*row[:2], row[2].partition("=")[0]) for row in self.settings}
        for database, role, setting in sorted((after.settings - self.settings) & now.settings):
            name = setting.partition("=")[0]
            if (not role or role in self.roles) and (database, role, name) not in kept:
                yield _scope(database, role) + sql.SQL(" RESET {}").format(_name(name))
        for database, role, setting in sorted((self.settings - after.settings) - now.settings):
            name, _, value = setting.partition("=")
            yield _scope(database, role) + sql.SQL(" SET {} = {}").format(
                _name(name), _value(name, value)
            )


def restore_from(note: str, conn: Connection) -> tuple[str, ...]:
    """Takes back what a run noted before it died; what could not be. Nothing where the note is
    not ours."""
    try:
        before, after = (_from_plain(value) for value in json.loads(note))
    except (KeyError, TypeError, ValueError):
        return ()
    return before.restore(conn, after)


class _Work:
    """Statements one by one: what one can't do must not keep the others from being done."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.problems: list[str] = []

    def do(self, statement: sql.Composable) -> None:
        try:
            with self._conn.transaction():
                self._conn.execute(statement.as_string(self._conn).encode())
        except psycopg.Error as refusal:
            said = refusal.diag.message_primary or str(refusal).strip()
            self.problems.append(f"the lent server was not put back as it was: {said}")


def _passwords(conn: Connection) -> dict[str, str | None]:
    row = conn.execute(
        "SELECT has_table_privilege('pg_catalog.pg_authid'::regclass, 'SELECT')"
    ).fetchone()
    return dict(conn.execute(_PASSWORDS).fetchall()) if row and row[0] else {}


def _plain(guard: RolesGuard) -> dict[str, Any]:
    return {
        "roles": {name: list(row) for name, row in guard.roles.items()},
        "members": sorted(map(list, guard.members), key=repr),
        "settings": sorted(map(list, guard.settings)),
        "rights": sorted(map(list, guard.rights)),
        "owners": dict(guard.owners),
    }


def _from_plain(value: Mapping[str, Any]) -> RolesGuard:
    def rows(found: Iterable[list[Any]]) -> frozenset[Row]:
        return frozenset(map(tuple, found))

    return RolesGuard(
        {name: tuple(row) for name, row in value["roles"].items()},
        rows(value["members"]),
        rows(value["settings"]),
        rows(value["rights"]),
        value["owners"],
    )


def _alter(kind: str, name: str, rest: str, *parts: sql.Composable) -> sql.Composed:
    text = sql.SQL("ALTER {} {}").format(sql.SQL(kind), sql.Identifier(name))
    return text + sql.SQL(rest).format(*parts)


def _right(pattern: str, row: Row) -> sql.Composed:
    database, grantee, privilege, _ = row
    who = sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
    return sql.SQL(pattern).format(sql.SQL(privilege), sql.Identifier(database), who)


def _revoke_role(row: Row) -> sql.Composed:
    role, member, grantor = row[:3]
    text = sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(role), sql.Identifier(member))
    by = sql.SQL(" GRANTED BY {}").format(sql.Identifier(grantor)) if grantor else _NOTHING
    return text + by + sql.SQL(" CASCADE")


def _grant_role(row: Row) -> sql.Composed:
    role, member, grantor, admin, inherit, may_set = row
    text = sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(member))
    if inherit is not None:
        text += sql.SQL(f" WITH ADMIN {admin}, INHERIT {inherit}, SET {may_set}")
    elif admin:
        text += sql.SQL(" WITH ADMIN OPTION")
    return text + (
        sql.SQL(" GRANTED BY {}").format(sql.Identifier(grantor)) if grantor else _NOTHING
    )


def _scope(database: str, role: str) -> sql.Composed:
    """What the setting is of: a role, all roles, either in one database, or a database."""
    if database and not role:
        return sql.SQL("ALTER DATABASE {}").format(sql.Identifier(database))
    who = sql.Identifier(role) if role else sql.SQL("ALL")
    inside = sql.SQL(" IN DATABASE {}").format(sql.Identifier(database)) if database else _NOTHING
    return sql.SQL("ALTER ROLE {}").format(who) + inside


def _name(setting: str) -> sql.Composable:
    return sql.SQL(".").join(map(sql.Identifier, setting.split(".")))


def _value(name: str, value: str) -> sql.Composable:
    if name.lower() not in _LISTS:
        return sql.Literal(value)
    items = [quoted.replace('""', '"') or bare for quoted, bare in _LIST_ITEM.findall(value)]
    return sql.SQL(", ").join(map(sql.Literal, items or [""]))
