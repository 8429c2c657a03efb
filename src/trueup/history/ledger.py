"""Supabase's own ledger, `supabase_migrations.schema_migrations`.

The Supabase CLI (pkg/migration/history.go in supabase/cli) began with the column version alone and
added statements and name later; Supabase's dashboard and MCP server write the same table.
"""

from __future__ import annotations

import psycopg

from trueup.errors import CannotTell
from trueup.history.refusals import refused
from trueup.history.table import read_history
from trueup.model.history import Evidence, Ledger, LedgerRow, evidence
from trueup.platform.supabase import LEDGER_NAME, LEDGER_SCHEMA, LEDGER_TABLE, MIGRATION_ROLE
from trueup.postgres.session.connection import Connection

_LOOK = f"""
SELECT pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
         AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
         AND NOT pg_catalog.row_security_active(c.oid),
       (SELECT pg_catalog.array_agg(a.attname::text) FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = '{LEDGER_SCHEMA}' AND c.relname = '{LEDGER_NAME}'
   AND c.relkind IN ('r', 'p')
"""


def read_ledger(conn: Connection) -> Ledger | None:
    """The ledger's rows by version; None where there is no ledger.

    Raises CannotTell (`ledger_unreadable`) where we may not see all of its rows.
    """
    try:
        look = conn.execute(_LOOK).fetchone()
        if look is None or "version" not in (look[1] or ()):
            return None
        if not look[0]:
            raise _unreadable(conn)
        return Ledger(tuple(_rows(conn, look[1])))
    except psycopg.Error as problem:
        raise refused(problem, "read Supabase's ledger beside") from problem


def what_ran(conn: Connection) -> Evidence:
    """The rows that say what the database has run, from whichever table is to be believed.

    Raises CannotTell as `read_history` does, and where only an unreadable ledger would know.
    """
    history = read_history(conn)
    try:
        ledger = read_ledger(conn)
    except CannotTell as problem:
        if problem.code != "ledger_unreadable" or not history.rows:
            raise
        ledger = None
    return evidence(history, ledger)


def _rows(conn: Connection, columns: list[str]) -> list[LedgerRow]:
    name = "coalesce(name, '')" if "name" in columns else "''"
    statements = "coalesce(statements, '{}')" if "statements" in columns else "'{}'::text[]"
    found = conn.execute(
        f"SELECT version::text, {name}::text, {statements}::text[] FROM {LEDGER_TABLE}"
        ' ORDER BY version::text COLLATE "C"'
    )
    return [LedgerRow(v, n, tuple(s or "" for s in parts)) for v, n, parts in found]


def _unreadable(conn: Connection) -> CannotTell:
    return CannotTell(
        f"user {conn.info.user} may not read {LEDGER_TABLE}, Supabase's record of what was applied",
        code="ledger_unreadable",
        subject=LEDGER_TABLE,
        hint=f"connect as {MIGRATION_ROLE}, the role the Supabase CLI uses",
    )
