"""`public._migrations`: what it looks like, making it, reading it.

Every statement names the schema, since a migration may leave any search_path behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from trueup.errors import CannotTell
from trueup.folder.names import LONGEST_VERSION
from trueup.history.refusals import refused
from trueup.model.history import HISTORY_NAME, HISTORY_SCHEMA, HISTORY_TABLE, History, HistoryRow
from trueup.postgres.session.connection import Connection

CREATE_TABLE = f"""CREATE TABLE IF NOT EXISTS {HISTORY_TABLE} (
    version VARCHAR({LONGEST_VERSION}) PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    checksum VARCHAR(64),
    applied_at TIMESTAMP NOT NULL,
    applied_by VARCHAR(255),
    execution_time INTEGER,
    success BOOLEAN NOT NULL
)"""

_TEXT = frozenset(("varchar", "text", "bpchar"))
_COLUMNS: Mapping[str, frozenset[str]] = {
    "version": _TEXT,
    "name": _TEXT,
    "checksum": _TEXT,
    "applied_at": frozenset(("timestamp",)),
    "applied_by": _TEXT,
    "execution_time": frozenset(("int4", "int8")),
    "success": frozenset(("bool",)),
}

# The catalogs are readable by everybody, also where the table or its schema is not.
_LOOK = f"""
SELECT c.oid, c.relkind::text AS kind,
       pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE') AS may_enter,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') AS may_read,
       c.relkind IN ('r', 'p') AND pg_catalog.row_security_active(c.oid) AS rows_hidden,
       (SELECT pg_catalog.json_object_agg(a.attname, pg_catalog.json_build_array(
                   t.typname, a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''))
          FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
                        ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                  AND i.indpred IS NULL AND i.indnkeyatts = 1 AND a.attname = 'version') AS keyed
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = '{HISTORY_SCHEMA}' AND c.relname = '{HISTORY_NAME}'
"""

# A time that Python can't hold (infinity, years BC) is read as unknown.
_SELECT = f"""
SELECT version, name, checksum,
       CASE WHEN applied_at BETWEEN '0001-01-01' AND '9999-12-31' THEN applied_at END,
       applied_by, execution_time, success
  FROM {HISTORY_TABLE}
"""


@dataclass(frozen=True, slots=True)
class _Look:
    """What the catalogs say about the table, and what we may do with it."""

    oid: int
    kind: str
    may_enter: bool
    may_read: bool
    rows_hidden: bool
    columns: Mapping[str, Sequence[Any]]
    keyed: bool


def read_history(conn: Connection) -> History:
    """Every row by version; `exists` is False where the database has no such table.

    Raises CannotTell where the table is not ours (`history_table_foreign`) or its rows can't all
    be seen (`history_unreadable`, `history_rows_hidden`): an empty answer would say that nothing
    was ever applied.
    """
    look = _look(conn)
    if look is None:
        return History()
    _insist_on_shape(look)
    _insist_on_rights(look, conn)
    try:
        rows = conn.execute(f'{_SELECT} ORDER BY version COLLATE "C"').fetchall()
    except psycopg.Error as problem:
        raise refused(problem, "read") from problem
    return History(tuple(HistoryRow(*row) for row in rows), exists=True)


def read_row(conn: Connection, version: str) -> HistoryRow | None:
    """The row of one version, None where there is none. The table exists. Raises CannotTell."""
    try:
        row = conn.execute(f"{_SELECT} WHERE version = %s", (version,)).fetchone()
    except psycopg.Error as problem:
        raise refused(problem, "read") from problem
    return HistoryRow(*row) if row else None


def _look(conn: Connection) -> _Look | None:
    try:
        row = conn.execute(_LOOK).fetchone()
    except psycopg.Error as problem:
        raise refused(problem, "look for") from problem
    return _Look(*row) if row else None


def _insist_on_shape(look: _Look) -> None:
    if look.kind not in "rp":
        raise _not_ours("it is not a table")
    problems = _shape_problems(look.columns)
    if problems:
        raise _not_ours("; ".join(problems))
    if not look.keyed:
        raise CannotTell(
            f"{HISTORY_TABLE} has no primary key on version, so one migration could be recorded"
            " twice",
            code="history_table_foreign",
            subject=HISTORY_TABLE,
            hint=f"ALTER TABLE {HISTORY_TABLE} ADD PRIMARY KEY (version);",
        )


def _shape_problems(columns: Mapping[str, Sequence[Any]]) -> list[str]:
    missing = [name for name in _COLUMNS if name not in columns]
    problems = [f"it lacks {', '.join(missing)}"] if missing else []
    for name, (kind, required) in sorted(columns.items()):
        wanted = _COLUMNS.get(name)
        if wanted is None and required:
            problems.append(f"its column {name} must be given a value that trueup doesn't know")
        if wanted is not None and kind not in wanted:
            problems.append(f"its column {name} is {kind}, not {' or '.join(sorted(wanted))}")
    return problems


def _not_ours(what: str) -> CannotTell:
    return CannotTell(
        f"{HISTORY_TABLE} is not trueup's history table: {what}",
        code="history_table_foreign",
        subject=HISTORY_TABLE,
        hint=f"it may belong to another tool; rename it (ALTER TABLE {HISTORY_TABLE} RENAME TO"
        " ...) or give it the columns version, name, checksum, applied_at, applied_by,"
        " execution_time, success",
    )


def _insist_on_rights(look: _Look, conn: Connection) -> None:
    user = conn.info.user
    if not look.may_enter or not look.may_read:
        right = (
            f"SELECT ON {HISTORY_TABLE}" if look.may_enter else f"USAGE ON SCHEMA {HISTORY_SCHEMA}"
        )
        raise CannotTell(
            f"user {user} may not read {HISTORY_TABLE}, so what was applied is not known",
            code="history_unreadable",
            subject=HISTORY_TABLE,
            hint=f'have its owner run: GRANT {right} TO "{user}";',
        )
    if look.rows_hidden:
        raise CannotTell(
            f"row security hides rows of {HISTORY_TABLE} from user {user}, so what was applied is"
            " not known",
            code="history_rows_hidden",
            subject=HISTORY_TABLE,
            hint="connect as the table's owner (on Supabase: postgres) or as a role with BYPASSRLS",
        )


def ensure_table(conn: Connection, *, row_security: bool = False) -> bool:
    """Makes the table where it is missing; whether it did.

    `row_security` switches row security on for a new table: on Supabase a table in public is
    otherwise open to everybody who has the API's public key. Its owner still sees every row.
    Raises CannotTell where the table there is not ours, or where we may not make one.
    """
    look = _look(conn)
    if look is not None:
        _insist_on_shape(look)
        return False
    try:
        with conn.transaction():
            conn.execute(CREATE_TABLE)
            if row_security:
                conn.execute(f"ALTER TABLE {HISTORY_TABLE} ENABLE ROW LEVEL SECURITY")
    except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable):
        # IF NOT EXISTS does not help against somebody doing the same: both pass the test, and
        # one fails on pg_class or pg_type. Then the table is there.
        return False
    except psycopg.Error as problem:
        raise refused(problem, "create") from problem
    return True
