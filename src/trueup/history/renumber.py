"""Giving history rows new versions, because their files got new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from trueup.errors import CannotTell
from trueup.history.refusals import refused
from trueup.model.history import HISTORY_TABLE, HistoryRow
from trueup.postgres.session.connection import Connection


@dataclass(frozen=True, slots=True)
class RowMove:
    """A row as it is, and the version and name that it gets."""

    row: HistoryRow
    version: str
    name: str


def renumber(conn: Connection, moves: Sequence[RowMove]) -> None:
    """Carries out the moves in one transaction; nothing else of a row changes.

    Raises CannotTell: `history_changed` where a row is no longer as it was read, or as `refused`
    says; then nothing was changed.
    """
    try:
        with conn.transaction():
            # From the last on, so that a version is free before another row takes it.
            for move in sorted(moves, key=lambda move: move.version, reverse=True):
                _move(conn, move)
    except psycopg.Error as problem:
        raise refused(problem, "write") from problem


def _move(conn: Connection, move: RowMove) -> None:
    done = conn.execute(
        f"UPDATE {HISTORY_TABLE} SET version = %s, name = %s WHERE version = %s AND checksum = %s",
        (move.version, move.name, move.row.version, move.row.checksum),
    )
    if done.rowcount != 1:
        raise CannotTell(
            f"the row of {move.row.version} changed while it was looked at; nothing was written",
            code="history_changed",
            subject=move.row.version,
            hint="run the command again",
        )
