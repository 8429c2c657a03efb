"""Rows of Supabase's ledger that no file has the version of, matched to files all the same.

The common case: an agent applies a migration through Supabase's MCP server, which stamps it with
its own time, while the file in git has the time at which it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trueup.model.finding import Finding, Location, error, warning
from trueup.model.history import Ledger, LedgerRow
from trueup.model.migration import Migration
from trueup.verdict.edits import statements_key
from trueup.verdict.moved import file_key

_NO_WORD = re.compile(r"[^a-z0-9]+")


class Likeness(StrEnum):
    """By what a row was matched: its statements are the file's (comments and white space aside),
    or it has the file's name and the ledger kept no statements."""

    STATEMENTS = "statements"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Match:
    """A ledger's row and the file that it is about, under another version."""

    row: LedgerRow
    file: Migration
    like: Likeness


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Supabase's ledger beside the files: rows of a file's own version, rows matched to another
    version, and rows that no file is about."""

    same: tuple[LedgerRow, ...] = ()
    matches: tuple[Match, ...] = ()
    alone: tuple[LedgerRow, ...] = ()

    def match_of(self, version: str) -> Match | None:
        """The match of a row's version, None without one."""
        return next((match for match in self.matches if match.row.version == version), None)


def view_ledger(files: Sequence[Migration], ledger: Ledger | None) -> LedgerView:
    """Which file each row is about. Only rows and files without a partner are parsed."""
    rows = ledger.rows if ledger else ()
    versions, recorded = {file.version for file in files}, {row.version for row in rows}
    same = tuple(row for row in rows if row.version in versions)
    lone = [row for row in rows if row.version not in versions]
    free = [file for file in files if file.version not in recorded] if lone else []
    matches = tuple(_matches(lone, free))
    found = {match.row.version for match in matches}
    return LedgerView(same, matches, tuple(row for row in lone if row.version not in found))


def ledger_findings(view: LedgerView, recorded: Iterable[str]) -> Iterator[Finding]:
    """What to say of the matches. `recorded` are the versions that `_migrations` has."""
    known = frozenset(recorded)
    for match in view.matches:
        row, file = match.row, match.file
        how = "the same statements" if match.like is Likeness.STATEMENTS else "the same name"
        hint = "`trueup repair --restamp-ledger` shows what makes them agree, and why it is safe"
        if file.version in known:
            yield warning(
                "ledger_version_differs",
                row.version,
                f"Supabase's ledger has {file.file_name} as {row.version}: {how}, another version",
                hint,
                Location(file.path),
            )
        else:
            yield error(
                "foreign_row",
                file.version,
                f"Supabase's ledger says {file.file_name} was applied as {row.version} ({how},"
                " another version): `trueup apply` would run it a second time",
                hint,
                Location(file.path),
            )


def _matches(rows: Sequence[LedgerRow], files: Sequence[Migration]) -> Iterator[Match]:
    left = {file.path: file for file in files}
    keys: dict[str, list[Migration]] = {}
    for file in files:
        if key := file_key(file):
            keys.setdefault(key, []).append(file)
    for row in rows:
        key = statements_key(row.text) if row.statements else None
        like = Likeness.STATEMENTS if row.statements else Likeness.NAME
        candidates = keys.get(key or "", []) if row.statements else list(left.values())
        found = _the_one(row, [f for f in candidates if f.path in left], like)
        if found:
            del left[found.path]
            yield Match(row, found, like)


def _the_one(row: LedgerRow, files: Sequence[Migration], like: Likeness) -> Migration | None:
    """One file alone, or one alone of the row's name; a name must not be guessed."""
    named = [file for file in files if row.name and _plain(file.name) == _plain(row.name)]
    if len(named) == 1:
        return named[0]
    return files[0] if len(files) == 1 and like is Likeness.STATEMENTS else None


def _plain(name: str) -> str:
    return _NO_WORD.sub("_", name.lower()).strip("_")
