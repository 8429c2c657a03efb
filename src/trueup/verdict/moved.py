"""Rows without a file whose file is still there, under another version.

What such a file says has run already: to run it again would do it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from trueup.model.finding import Finding, Location, error
from trueup.model.history import HistoryRow, Ledger, row_label
from trueup.model.migration import Migration, checksum_of
from trueup.verdict.edits import statements_key
from trueup.verdict.pairs import TO_RUN, Pair

OldText = Callable[[str, str], str | None]
"""Given a version and the recorded checksum: what the file said when it was applied, None where
nobody knows. A text whose checksum is not that one is not believed."""


class Same(StrEnum):
    """By what a row was recognised in a file: its recorded content; where the text that ran is
    still known, its statements (comments and white space aside); or only its name."""

    CONTENT = "same content"
    STATEMENTS = "same statements"
    NAME = "same name"


@dataclass(frozen=True, slots=True)
class Moved:
    """A row without a file, and the file that it is about."""

    row: HistoryRow
    file: Migration
    same: Same

    @property
    def follows(self) -> bool:
        """Whether the row may follow the file: what ran is what the file says, and all of it
        did."""
        return self.same is not Same.NAME and self.row.success


def moved_rows(
    pairs: Sequence[Pair], ledger: Ledger | None, old_text: OldText | None
) -> tuple[Moved, ...]:
    """The rows without a file that a file without a row is about, each file once. Two files alike
    that both have their row, or that both are still to run, are none of them."""
    lone = [pair.row for pair in pairs if pair.row and pair.file is None]
    free = [pair.file for pair in pairs if pair.file and pair.state in TO_RUN]
    if not lone or not free:
        return ()
    key_of = cache(lambda row: _key(text_of(row, ledger, old_text)))
    ways: tuple[tuple[Same, Callable[[HistoryRow, Migration], bool]], ...] = (
        (Same.CONTENT, lambda row, file: row.checksum == file.checksum),
        (Same.STATEMENTS, lambda row, file: _is(key_of(row), file)),
        (Same.NAME, lambda row, file: row.name in (file.name, file.file_name[: -len(".sql")])),
    )
    found: dict[str, Moved] = {}
    for same, fits in ways:
        for row in (row for row in lone if row.version not in found):
            file = next((file for file in free if fits(row, file)), None)
            if file:
                free.remove(file)
                found[row.version] = Moved(row, file, same)
    return tuple(found.values())


def _key(text: str | None) -> str | None:
    return statements_key(text) if text is not None else None


def _is(key: str | None, file: Migration) -> bool:
    return key is not None and key == file_key(file)


def moved_finding(moved: Moved) -> Finding:
    """What to say of it."""
    row, file = moved.row, moved.file
    if moved.same is Same.NAME:
        message = f"no file has that version; {file.file_name} has its name and other content"
        hint = _another(row)
    else:
        message = f"its file is now {file.file_name}: {moved.same}, other version, so it must not"
        message += " run again"
        hint = _same_again(moved)
    return error(
        "history_missing_file",
        row.version,
        f"{row_label(row.version, row.name)} was applied, and {message}",
        hint,
        Location(file.path),
    )


def _same_again(moved: Moved) -> str:
    """A failed attempt can't follow its file: what of it is in the database is not known."""
    back = f"name it {row_label(moved.row.version, moved.row.name)}.sql again"
    if not moved.follows:
        return f"{back}; then settle the failed attempt"
    return f"{back}; or let history follow: `trueup repair --move {moved.row.version} --write`"


def _another(row: HistoryRow) -> str:
    return (
        f"if it is that migration, name it {row_label(row.version, row.name)}.sql again; if it is a"
        " new one, bring the old file back (git log --all --diff-filter=D --name-only shows deleted"
        " files), or, where that is gone on purpose,"
        f" `trueup repair --forget {row.version} --write`"
    )


def text_of(row: HistoryRow, ledger: Ledger | None, old_text: OldText | None) -> str | None:
    """What ran, as git or Supabase's ledger still has it; None where nobody knows."""
    old = old_text(row.version, row.checksum) if old_text and row.checksum else None
    if old is not None and checksum_of(old.encode()) == row.checksum:
        return old
    ran = ledger.row(row.version) if ledger else None
    return ran.text if ran and ran.statements else None


def file_key(file: Migration) -> str | None:
    """What a file's statements are told by; None where it has none, or nobody can read it."""
    try:
        return statements_key(file.sql)
    except UnicodeDecodeError:  # a finding of folder/
        return None
