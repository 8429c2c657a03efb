"""Files and history rows side by side, and the state that each pair is in.

Versions are compared as exact text: `001` and `1` are two versions, as they are in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from trueup.model.history import HistoryRow
from trueup.model.migration import Migration


class State(StrEnum):
    """What became of a migration; each value is a word of the contract."""

    APPLIED = "applied"
    PENDING = "pending"
    MISSING = "missing"
    EDITED = "edited"
    FAILED = "failed"
    OUT_OF_ORDER = "out_of_order"


RAN = frozenset((State.APPLIED, State.EDITED))
TO_RUN = frozenset((State.PENDING, State.OUT_OF_ORDER))


@dataclass(frozen=True, slots=True)
class Pair:
    """A file and the row of its version; one of them may be missing, never both.

    `late` marks a file without a row that stands before something that has run.
    """

    file: Migration | None
    row: HistoryRow | None
    late: bool = False

    @property
    def version(self) -> str:
        return self.file.version if self.file else self._row.version

    @property
    def name(self) -> str:
        return self.file.name if self.file else self._row.name

    @property
    def state(self) -> State:
        if self.row is None:
            return State.OUT_OF_ORDER if self.late else State.PENDING
        if not self.row.success:
            return State.FAILED
        if self.file is None:
            return State.MISSING
        edited = self.row.checksum is not None and self.row.checksum != self.file.checksum
        return State.EDITED if edited else State.APPLIED

    @property
    def _row(self) -> HistoryRow:
        assert self.row is not None  # noqa: S101 - the class says so
        return self.row


def pair_up(files: Sequence[Migration], rows: Sequence[HistoryRow]) -> tuple[Pair, ...]:
    """Files with their rows in file order; rows without a file stand where their version would
    sort."""
    owners = _owners(files, rows)
    lone = sorted((row for row in rows if row.version not in owners), key=lambda row: row.version)
    pairs: list[Pair] = []
    for file in files:
        while lone and lone[0].version < file.version:
            pairs.append(Pair(None, lone.pop(0)))
        owner = owners.get(file.version)
        pairs.append(Pair(file, owner[1] if owner and owner[0] is file else None))
    pairs.extend(Pair(None, row) for row in lone)
    return _mark_late(pairs)


def _owners(
    files: Sequence[Migration], rows: Sequence[HistoryRow]
) -> dict[str, tuple[Migration, HistoryRow]]:
    """For each version on record the file that its row is about."""
    by_version: dict[str, list[Migration]] = {}
    for file in files:
        by_version.setdefault(file.version, []).append(file)
    return {
        row.version: (_best_fit(by_version[row.version], row), row)
        for row in rows
        if row.version in by_version
    }


def _best_fit(candidates: Sequence[Migration], row: HistoryRow) -> Migration:
    """Of files that share a version the one with the recorded content, else the recorded name."""
    if len(candidates) == 1:
        return candidates[0]
    return max(candidates, key=lambda file: (file.checksum == row.checksum, file.name == row.name))


def _mark_late(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    newest = max((at for at, pair in enumerate(pairs) if pair.row), default=-1)
    recorded = {pair.version for pair in pairs if pair.row}
    return tuple(
        Pair(pair.file, pair.row, late=at < newest and pair.version not in recorded)
        for at, pair in enumerate(pairs)
    )
