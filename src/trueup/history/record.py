"""The SQL that writes a migration's row in the same transaction as the migration.

It runs right after a file that may have done anything to the session: another role, an empty
search_path, read-only defaults, other timeouts. So it first takes the session back to the role
that logged in, and names every object with its schema. The primary key is what keeps
two applies apart: should they ever run the same file at once, the second one's INSERT fails and
takes its file with it.
"""

from __future__ import annotations

from trueup.history.person import clean
from trueup.model.history import HISTORY_NAME, HISTORY_TABLE, HistoryRow
from trueup.model.migration import Migration
from trueup.sql.quote import literal

_COLUMNS = "(version, name, checksum, applied_at, applied_by, execution_time, success)"
_NOW = "(clock_timestamp() AT TIME ZONE 'UTC')"

# RESET ROLE too: RESET SESSION AUTHORIZATION leaves a role alone that was set at login.
_OURSELVES = "RESET SESSION AUTHORIZATION; RESET ROLE;"
# SET LOCAL, since what the file set for its session is none of our business; DEFAULT, since
# triggers on the table may count on the usual path.
_SETTLED = "SET LOCAL search_path TO DEFAULT; SET LOCAL row_security TO on;"
# Must come first: a transaction can't become writable once it has taken a snapshot. And what a
# file left behind as timeouts was not meant for the row.
_PATIENT = "SET LOCAL statement_timeout TO '60s'; SET LOCAL lock_timeout TO '30s';"
_WRITABLE = f"SET TRANSACTION READ WRITE; {_PATIENT}"


def record_sql(migration: Migration, by: str | None) -> str:
    """Inserts the row as the last act of the file's own transaction, whose start it measures
    from. Any row of this version makes it fail (23505)."""
    values = _values(migration, by, _milliseconds("transaction_timestamp()"), success=True)
    return f"""{_PATIENT} {_OURSELVES} {_SETTLED}
INSERT INTO {HISTORY_TABLE} {_COLUMNS} VALUES {values};"""


def begin_sql(migration: Migration, by: str | None) -> str:
    """Inserts the row of an attempt, success false, to be committed before a file that can't be
    one transaction. Any row of this version makes it fail (23505)."""
    values = _values(migration, by, "NULL", success=False)
    before = f"{_WRITABLE} {_OURSELVES} {_SETTLED}"
    return f"{before}\nINSERT INTO {HISTORY_TABLE} {_COLUMNS} VALUES {values};"


def finish_sql(migration: Migration, by: str | None) -> str:
    """Turns the attempt into a success, in a transaction of its own; applied_at moves from the
    start to the end. Where the file took the row away, it is written anew."""
    values = _values(migration, by, "NULL", success=True)
    took = _milliseconds(f"({HISTORY_NAME}.applied_at AT TIME ZONE 'UTC')")
    return f"""{_WRITABLE} {_OURSELVES} {_SETTLED}
INSERT INTO {HISTORY_TABLE} {_COLUMNS} VALUES {values}
ON CONFLICT (version) DO UPDATE
   SET success = true, execution_time = {took}, applied_at = excluded.applied_at
 WHERE NOT {HISTORY_NAME}.success;"""


def row_sql(row: HistoryRow) -> str:
    """Inserts a row for something that did not run now; without a time it gets this moment's."""
    at = literal(row.applied_at.isoformat(" ")) if row.applied_at else _NOW
    took = "NULL" if row.execution_time_ms is None else str(row.execution_time_ms)
    checksum = literal(row.checksum) if row.checksum else "NULL"
    fields = (literal(row.version), literal(clean(row.name)), checksum, at, _by(row.applied_by))
    values = f"({', '.join(fields)}, {took}, {row.success})"
    return f"INSERT INTO {HISTORY_TABLE} {_COLUMNS} VALUES {values};"


def _values(migration: Migration, by: str | None, took: str, *, success: bool) -> str:
    name, checksum = literal(clean(migration.name)), literal(migration.checksum)
    fields = (literal(migration.version), name, checksum, _NOW, _by(by), took)
    return f"({', '.join(fields)}, {str(success).lower()})"


def _by(person: str | None) -> str:
    return literal(clean(person)) if person else "session_user"


def _milliseconds(since: str) -> str:
    """Milliseconds since a timestamptz, as far as the column can hold them (24 days)."""
    passed = f"extract(epoch FROM clock_timestamp() - {since}) * 1000"
    return f"least({passed}, 2147483647)::integer"
