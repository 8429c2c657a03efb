"""What a database says it has run, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from trueup.platform.supabase import LEDGER_TABLE

# Our own table, which says what ran. Its name is asked for here, in SQL and in messages.
HISTORY_SCHEMA: Final = "public"
HISTORY_NAME: Final = "_migrations"
HISTORY_TABLE: Final = f"{HISTORY_SCHEMA}.{HISTORY_NAME}"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row of `public._migrations`.

    `applied_at` is UTC without a zone, as the table has it; None only in rows taken over from
    Supabase's ledger, which records no time. `checksum` is None where a row was written by hand.
    `success` is False for a file that could not be one transaction and did not finish.
    """

    version: str
    name: str
    checksum: str | None = None
    applied_at: datetime | None = None
    applied_by: str | None = None
    execution_time_ms: int | None = None
    success: bool = True


class Action(StrEnum):
    """What a repair does to a row."""

    RESTAMP = "restamp"
    RETRY = "retry"
    MARK_DONE = "mark_done"
    FORGET = "forget"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row before and after a repair; `after` is None where the row goes, has another version
    where it follows its file, and has no applied_at where the moment of writing counts."""

    action: Action
    before: HistoryRow
    after: HistoryRow | None

    @property
    def version(self) -> str:
        """The version whose row changes."""
        return self.before.version


@dataclass(frozen=True, slots=True)
class History:
    """All rows by version, and whether the table is there at all."""

    rows: tuple[HistoryRow, ...] = ()
    exists: bool = False

    def row(self, version: str) -> HistoryRow | None:
        """The row of a version (exact text: leading zeros count), None where there is none."""
        return next((row for row in self.rows if row.version == version), None)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of Supabase's ledger, `supabase_migrations.schema_migrations`.

    `statements` is what Supabase ran, split its way; empty where the ledger is from before it
    kept them.
    """

    version: str
    name: str = ""
    statements: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The statements as one script."""
        return "\n;\n".join(self.statements)

    def words_differ(self, sql: str) -> bool:
        """Whether what ran is known and is not `sql` word for word."""
        return bool(self.statements) and _words(self.text) != _words(sql)


def _words(sql: str) -> list[str]:
    return sql.replace(";", " ").split()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What Supabase's own table says ran: its rows by version."""

    rows: tuple[LedgerRow, ...] = ()

    def row(self, version: str) -> LedgerRow | None:
        """The row of a version, None where there is none."""
        return next((row for row in self.rows if row.version == version), None)


class Source(StrEnum):
    """Where the knowledge of what a database has run comes from."""

    MIGRATIONS = HISTORY_NAME
    SUPABASE = LEDGER_TABLE
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rows that say what ran, and the table they come from.

    `ledger` is Supabase's where both are there: then `_migrations` decides and the ledger is only
    compared with it.
    """

    rows: tuple[HistoryRow, ...]
    source: Source
    ledger: Ledger | None = None


def evidence(history: History, ledger: Ledger | None) -> Evidence:
    """Whom to believe: `_migrations` once it has a row, else Supabase's ledger, else nobody.

    An empty `_migrations` beside a ledger says nothing: it is what a first apply leaves that
    failed. The first row brings the ledger's rows with it (history.start).
    """
    if history.rows or (history.exists and not (ledger and ledger.rows)):
        return Evidence(history.rows, Source.MIGRATIONS, ledger)
    if ledger is None:
        return Evidence((), Source.NONE)
    return Evidence(_as_rows(ledger.rows), Source.SUPABASE, ledger)


def _as_rows(rows: Sequence[LedgerRow]) -> tuple[HistoryRow, ...]:
    return tuple(HistoryRow(row.version, row.name) for row in rows)


def row_label(version: str, name: str) -> str:
    """A row as its file would be called, for our own sentences. A word that no file can have in its
    name is left out: anybody who writes to the table may have put anything there."""
    own = name.removesuffix(".sql").removeprefix(f"{version}_")
    words = [word for word in (version, own) if word.replace("_", "").replace("-", "").isalnum()]
    return "_".join(words) or "a row that no file can be named after"
