"""What in a history forbids which verb, each by one rule.

`apply` starts on no error at all: running on top of one would hide why it is there. `reconcile`
stops where something else than a person may have made what the database has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trueup.model.finding import Finding
from trueup.model.history import HistoryRow, Ledger, Source, row_label
from trueup.verdict.history import HistoryVerdict

_NO_FILE, _LEDGER = "history_missing_file", "foreign_row"
_AGAINST_RECONCILE = frozenset(
    {"migration_failed", "migration_duplicate_version", _NO_FILE, _LEDGER}
)


def against_apply(history: HistoryVerdict, *, allow_newer: bool = False) -> tuple[Finding, ...]:
    """Every error; with `allow_newer`, but for rows that are only newer than the checkout."""
    passed = {row.version for row in newer_rows(history)} if allow_newer else set()
    return tuple(
        found
        for found in history.findings
        if found.is_error and not (found.code == _NO_FILE and found.subject in passed)
    )


def against_reconcile(history: HistoryVerdict) -> tuple[Finding, ...]:
    """What leaves open whose work the database's objects are."""
    return tuple(found for found in history.findings if found.code in _AGAINST_RECONCILE)


def newer_rows(history: HistoryVerdict) -> tuple[HistoryRow, ...]:
    """The rows without a file, where all of them are of a newer release: whole, later than every
    file of the checkout, and about none of its files. Else none."""
    last = max((entry.version for entry in history.entries if entry.file), default="")
    newer = all(row.success and row.version > last for row in history.missing)
    ours = history.source is Source.MIGRATIONS and not history.moved
    return history.missing if newer and ours else ()


def strangers(history: HistoryVerdict, ledger: Ledger | None = None) -> tuple[str, ...]:
    """What ran on the database and is not told by the files that history calls applied, in
    words."""
    return tuple(dict.fromkeys(_strangers(history, ledger)))


def _strangers(history: HistoryVerdict, ledger: Ledger | None) -> Iterator[str]:
    names = {entry.version: entry.name for entry in history.entries}
    recorded = {row.version: row.name for row in ledger.rows} if ledger else {}
    for found in history.findings:
        version = found.subject
        label = row_label(version, names.get(version) or recorded.get(version) or "")
        if found.code == _NO_FILE:
            yield f"{label}, which ran here and has no file in this checkout"
        elif found.code == _LEDGER:
            yield f"{label}, which Supabase's ledger says ran here"


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
