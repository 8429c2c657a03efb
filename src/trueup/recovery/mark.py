"""Telling databases apart, and asking one of them whether a command's rows are in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from trueup.folder.journal import Witness

if TYPE_CHECKING:
    from trueup.model.history import HistoryRow
    from trueup.postgres.session.connection import Connection


def mark_of(conn: Connection) -> dict[str, str]:
    """What tells this database from others, and where it was reached."""
    from trueup.postgres.session.connection import lasting_identity

    where = f"{conn.info.host}:{conn.info.port}/{conn.info.dbname}"
    return {"where": where, **lasting_identity(conn)}


def same_database(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two marks are of one database: by what the server says of itself where both were
    told, else by the way that led there."""
    if one.get("oid") != other.get("oid"):
        return False
    if one.get("system") and other.get("system"):
        return one["system"] == other["system"]
    return one.get("where") == other.get("where")


def is_committed(conn: Connection, witness: Witness) -> bool:
    """Whether what the witness names is there. Raises CannotTell where the history can't be
    read."""
    from trueup.history.ledger import read_ledger
    from trueup.history.table import read_history

    history = read_history(conn) if witness.rows else None
    ledger = read_ledger(conn) if witness.ledger else None
    seen = [
        history is not None and _is_it(history.row(version), checksum, witness)
        for version, checksum in witness.rows
    ]
    seen += [ledger is not None and ledger.row(it) is not None for it in witness.ledger]
    return any(seen) if witness.any_of else all(seen)


def _is_it(row: HistoryRow | None, checksum: str | None, witness: Witness) -> bool:
    """A row that says failed counts where one file is meant: parts of it are in the database."""
    if row is None or (witness.any_of and not row.success):
        return False
    return checksum is None or row.checksum == checksum
