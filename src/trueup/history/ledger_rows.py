"""Giving rows of Supabase's ledger another version: only as planned, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from trueup.errors import CannotTell
from trueup.history.ledger import read_ledger
from trueup.history.refusals import refused
from trueup.model.history import LedgerRow
from trueup.platform.supabase import LEDGER_TABLE
from trueup.postgres.session.connection import Connection


def restamp_rows(conn: Connection, changes: Sequence[tuple[LedgerRow, str]]) -> None:
    """Gives each row the version beside it, in one transaction. Nothing else of it changes.

    Raises CannotTell: `history_changed` where a row is no longer as it was or the version is
    taken, or as `refused` says; then nothing was changed.
    """
    if not changes:
        return
    try:
        with conn.transaction():
            conn.execute(f"LOCK TABLE {LEDGER_TABLE} IN SHARE ROW EXCLUSIVE MODE")
            now = read_ledger(conn)
            for row, version in changes:
                if now is None or now.row(row.version) != row or now.row(version):
                    raise _changed(row)
                conn.execute(
                    f"UPDATE {LEDGER_TABLE} SET version = %s WHERE version = %s",
                    (version, row.version),
                )
    except psycopg.Error as problem:
        raise refused(problem, "write Supabase's ledger beside") from problem


def _changed(row: LedgerRow) -> CannotTell:
    return CannotTell(
        f"the ledger's row of {row.version} changed while it was looked at; nothing was written",
        code="history_changed",
        subject=row.version,
        hint="run the command again",
    )
