"""Changing rows that are there: only as `verdict.repair` planned it, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from trueup.errors import CannotTell
from trueup.history.refusals import refused
from trueup.model.history import HISTORY_TABLE, Action, RowChange
from trueup.postgres.session.connection import Connection

_NOW = "clock_timestamp() AT TIME ZONE 'UTC'"
_SAME = "version = %s AND (name, checksum, success) IS NOT DISTINCT FROM (%s, %s, %s)"


def change_rows(conn: Connection, changes: Sequence[RowChange]) -> None:
    """Carries out the changes in one transaction.

    Raises CannotTell: `history_changed` where a row is no longer as it was when the changes were
    planned, or as `refused` says; then nothing was changed.
    """
    try:
        with conn.transaction():
            for change in changes:
                _change(conn, change)
    except psycopg.Error as problem:
        raise refused(problem, "write") from problem


def _change(conn: Connection, change: RowChange) -> None:
    before, after = change.before, change.after
    same = (before.version, before.name, before.checksum, before.success)
    if after is None:
        done = conn.execute(f"DELETE FROM {HISTORY_TABLE} WHERE {_SAME}", same)
    else:
        at = _NOW if change.action is Action.MARK_DONE else "applied_at"
        fields = (after.version, after.name, after.checksum, after.success, after.execution_time_ms)
        done = conn.execute(
            f"UPDATE {HISTORY_TABLE} SET version = %s, name = %s, checksum = %s, success = %s,"
            f" execution_time = %s, applied_by = %s, applied_at = {at} WHERE {_SAME}",
            (*fields, after.applied_by, *same),
        )
    if done.rowcount != 1:
        raise CannotTell(
            f"the row of {change.version} changed while it was looked at; nothing was written",
            code="history_changed",
            subject=change.version,
            hint="run the command again",
        )
