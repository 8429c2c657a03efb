"""Opening the history table for writing, with what Supabase's ledger already knows."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from trueup.history.record import row_sql
from trueup.history.refusals import refused
from trueup.history.table import ensure_table
from trueup.model.history import Evidence, HistoryRow, LedgerRow, Source
from trueup.model.migration import Migration
from trueup.postgres.session.connection import Connection

TAKEN_OVER_BY = "supabase"


def start_history(
    conn: Connection,
    known: Evidence,
    files: Sequence[Migration],
    *,
    row_security: bool = False,
) -> tuple[HistoryRow, ...]:
    """Makes `_migrations` where it is missing; the rows it took over from Supabase's ledger.

    To be called under the migration lock, before the first row is written. Where `known` comes
    from the ledger, its rows are copied in the same transaction: from the first row on
    `_migrations` is believed, so it must not start by forgetting what ran. Rows get the
    checksum of the file of their version where that is what ran, and applied_by `supabase`.
    Raises CannotTell as `ensure_table` does.
    """
    rows = tuple(_taken_over(known, files)) if known.source is Source.SUPABASE else ()
    with conn.transaction():
        ensure_table(conn, row_security=row_security)
        insert_rows(conn, rows)
    return rows


def insert_rows(conn: Connection, rows: Sequence[HistoryRow]) -> None:
    """Inserts rows for what did not run now, all or none of them. Raises CannotTell."""
    if not rows:
        return
    try:
        with conn.transaction():
            conn.execute("\n".join(row_sql(row) for row in rows))
    except psycopg.Error as problem:
        raise refused(problem, "write") from problem


def _taken_over(known: Evidence, files: Sequence[Migration]) -> list[HistoryRow]:
    by_version: dict[str, Migration] = {}
    for file in files:
        by_version.setdefault(file.version, file)
    ledger = {row.version: row for row in known.ledger.rows} if known.ledger else {}
    return [_row(ledger[row.version], by_version.get(row.version)) for row in known.rows]


def _row(ran: LedgerRow, file: Migration | None) -> HistoryRow:
    """A file that is not what the ledger says ran gives no checksum: that would launder it."""
    name = ran.name or (file.name if file else "unnamed")
    edited = file is None or ran.words_differ(file.content.decode("utf-8-sig", "replace"))
    checksum = None if file is None or edited else file.checksum
    return HistoryRow(ran.version, name, checksum, applied_by=TAKEN_OVER_BY)
