"""Why PostgreSQL would not let us at the history table, and what to ask for."""

from __future__ import annotations

import psycopg
from psycopg import errors

from trueup.errors import CannotTell, ConnectionFailed
from trueup.model.history import HISTORY_SCHEMA, HISTORY_TABLE

_GRANTS = {
    "create": f"GRANT USAGE, CREATE ON SCHEMA {HISTORY_SCHEMA} TO the role (PostgreSQL 15 and newer"
    " give CREATE there to the database's owner only), or let the owner run trueup once",
    "write": f"GRANT SELECT, INSERT, UPDATE, DELETE ON {HISTORY_TABLE} TO the role, or connect as"
    " the table's owner",
}


def refused(problem: psycopg.Error, deed: str) -> CannotTell:
    """The error to raise when doing `deed` (read, look for, create, write) to the table failed."""
    said = problem.diag.message_primary or str(problem).strip()
    if _is_lost(problem):
        return ConnectionFailed(
            f"the connection was lost on trying to {deed} {HISTORY_TABLE}: {said}",
            code="connection_lost",
            hint="run the command again; `trueup status` shows what was recorded",
        )
    if isinstance(problem, errors.ReadOnlySqlTransaction):
        return read_only(said)
    code, hint = _reason(problem, deed)
    return CannotTell(
        f"cannot {deed} {HISTORY_TABLE}: {said}", code=code, subject=HISTORY_TABLE, hint=hint
    )


def _is_lost(problem: psycopg.Error) -> bool:
    """No SQLSTATE means that libpq speaks, not the server; 57P01 and kin are the server's last
    words (terminated, shutting down), 08 is the class of connection failures."""
    if not isinstance(problem, psycopg.OperationalError):
        return False
    return problem.sqlstate is None or problem.sqlstate.startswith(("08", "57P0"))


def read_only(said: str) -> CannotTell:
    """The error for a replica, or a role or database that is set to read-only."""
    return CannotTell(
        f"this database takes no changes: {said}",
        code="database_read_only",
        hint="a replica (pg_is_in_recovery()) never does: connect to the primary; otherwise look"
        " at default_transaction_read_only of the role and the database",
    )


def _reason(problem: psycopg.Error, deed: str) -> tuple[str, str]:
    if isinstance(problem, errors.InsufficientPrivilege):
        return f"history_{'unreadable' if deed == 'read' else 'not_writable'}", _GRANTS.get(
            deed, f"GRANT SELECT ON {HISTORY_TABLE} TO the role"
        )
    if isinstance(problem, errors.InvalidSchemaName):
        return (
            "schema_public_missing",
            f"the history lives in schema {HISTORY_SCHEMA}: CREATE SCHEMA {HISTORY_SCHEMA};",
        )
    return "history_not_usable", "see PostgreSQL's message"
