"""The history edge of the verdict: the files of a project against what a database says it ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.model.finding import Finding
from trueup.model.history import HistoryRow, Ledger, Source
from trueup.model.migration import Migration
from trueup.verdict.history_findings import all_findings
from trueup.verdict.moved import Moved, OldText, moved_rows
from trueup.verdict.pairs import RAN, TO_RUN, Pair, State, pair_up


@dataclass(frozen=True, slots=True)
class MigrationState:
    """One line of `status`. Everything after `state` is what history recorded, None where it
    recorded nothing."""

    version: str
    name: str
    file: str | None
    state: State
    applied_at: datetime | None = None
    applied_by: str | None = None
    execution_time_ms: int | None = None
    checksum: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryVerdict:
    """Every migration's state in file order, what there is to say about them, and the files that
    ran, are still to run, and ran in part, each in file order.

    `applied` holds edited files too: history says that they ran. A version that two files share
    counts for the one that fits its row; the other is pending and a finding forbids running it.
    `missing` are the rows without a file, `moved` those of them whose file has another version.
    """

    entries: tuple[MigrationState, ...]
    findings: tuple[Finding, ...]
    applied: tuple[Migration, ...]
    pending: tuple[Migration, ...]
    failed: tuple[Migration, ...]
    source: Source = Source.MIGRATIONS
    missing: tuple[HistoryRow, ...] = ()
    moved: tuple[Moved, ...] = ()


def judge_history(
    files: Sequence[Migration],
    rows: Sequence[HistoryRow],
    *,
    source: Source = Source.MIGRATIONS,
    ledger: Ledger | None = None,
    old_text: OldText | None = None,
) -> HistoryVerdict:
    """Compares the files, in the order in which they run, with what history recorded.

    `source` says which table `rows` come from, `ledger` is Supabase's ledger where there is one
    (model.history.evidence gives all three). `old_text` is asked only for files whose checksum
    differs, and for rows without a file while files are to run.
    """
    pairs = pair_up(files, rows)
    moved = moved_rows(pairs, ledger, old_text)
    return HistoryVerdict(
        entries=tuple(_entry(pair) for pair in pairs),
        findings=all_findings(pairs, source, ledger, old_text, moved),
        applied=_files(pairs, RAN),
        pending=_files(pairs, TO_RUN),
        failed=_files(pairs, frozenset((State.FAILED,))),
        source=source,
        missing=tuple(pair.row for pair in pairs if pair.row and pair.file is None),
        moved=moved,
    )


def _entry(pair: Pair) -> MigrationState:
    file = pair.file.path if pair.file else None
    row = pair.row
    if row is None:
        return MigrationState(pair.version, pair.name, file, pair.state)
    return MigrationState(
        pair.version,
        pair.name,
        file,
        pair.state,
        row.applied_at,
        row.applied_by,
        row.execution_time_ms,
        row.checksum,
    )


def _files(pairs: Sequence[Pair], states: frozenset[State]) -> tuple[Migration, ...]:
    return tuple(pair.file for pair in pairs if pair.file and pair.state in states)
