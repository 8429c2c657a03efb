"""What there is to say about files and history rows, each with the next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from trueup.model.finding import Finding, Location, error, info, warning
from trueup.model.history import (
    HISTORY_NAME,
    HISTORY_TABLE,
    HistoryRow,
    Ledger,
    LedgerRow,
    Source,
    row_label,
)
from trueup.model.migration import Migration, checksum_of
from trueup.verdict.edits import Edit, compare_texts
from trueup.verdict.ledger import ledger_findings, view_ledger
from trueup.verdict.moved import Moved, OldText, moved_finding
from trueup.verdict.pairs import TO_RUN, Pair, State

_SHOWN = 5


def all_findings(
    pairs: Sequence[Pair],
    source: Source,
    ledger: Ledger | None,
    old_text: OldText | None,
    moved: Sequence[Moved] = (),
) -> tuple[Finding, ...]:
    """Errors about single migrations first, then what holds for all of them. `moved` are the rows
    whose file has another version now."""
    found: list[Finding] = list(_duplicates(pairs))
    files = {one.row.version: one for one in moved}
    for pair in pairs:
        found.extend(_about(pair, pairs, source, old_text, files.get(pair.version), ledger))
    found.extend(_beside_ledger(pairs, source, ledger))
    found = _with_matches(found, pairs, source, ledger)
    found.extend(_no_checksum(pairs, source))
    found.extend(_pending(pairs, source))
    return tuple(found)


def _with_matches(
    found: list[Finding], pairs: Sequence[Pair], source: Source, ledger: Ledger | None
) -> list[Finding]:
    """A row of Supabase's ledger that is about a file of another version is told as that."""
    view = view_ledger([pair.file for pair in pairs if pair.file], ledger)
    ours = source is Source.MIGRATIONS
    recorded = {pair.version for pair in pairs if pair.row} if ours else set()
    rest = [f for f in found if f.code != "foreign_row" or not view.match_of(f.subject)]
    return [*rest, *ledger_findings(view, recorded)]


def _about(
    pair: Pair,
    pairs: Sequence[Pair],
    source: Source,
    old_text: OldText | None,
    moved: Moved | None,
    ledger: Ledger | None,
) -> Iterator[Finding]:
    if pair.row and pair.file is None and source is Source.SUPABASE:
        yield _not_ours(pair.row, ledger.row(pair.version) if ledger else None)
    elif pair.row and pair.file is None:
        yield moved_finding(moved) if moved else _missing(pair.row, pairs)
    if pair.state is State.FAILED:
        yield _failed(pair)
    if pair.file and pair.row and not _same_name(pair.file, pair.row):
        yield _name_differs(pair.file, pair.row)
    if pair.state is State.EDITED and pair.file and pair.row:
        yield _edited(pair.file, pair.row, old_text)
    if pair.state is State.OUT_OF_ORDER and pair.file:
        yield _out_of_order(pair.file, pairs)


def _not_ours(row: HistoryRow, ran: LedgerRow | None) -> Finding:
    return error(
        "foreign_row",
        row.version,
        f"Supabase's ledger says {row_label(row.version, row.name)} was applied, but no file has"
        " that version",
        _file_for(row.version, ran),
    )


def _file_for(version: str, ran: LedgerRow | None) -> str:
    if ran and ran.statements:
        return (
            "`trueup repair --write-files --write` writes it from the ledger's statements and"
            " records it"
        )
    return (
        "the ledger did not keep its statements: bring the file back from git, or from whoever"
        f" applied it; where it is gone, `supabase migration repair --status reverted {version}`"
        " takes the row out of the ledger, and `trueup reconcile --adopt --write` then writes what"
        " it made"
    )


def _missing(row: HistoryRow, pairs: Sequence[Pair]) -> Finding:
    newest = max((pair.version for pair in pairs if pair.file), default="")
    older = "; an older release goes on with `trueup apply --allow-newer-database`"
    return error(
        "history_missing_file",
        row.version,
        f"{row_label(row.version, row.name)} was applied to this database, but no file has that"
        " version",
        "bring the file back (git log --all --diff-filter=D --name-only shows deleted files; it"
        " may also be on a branch that is not merged); if it is gone on purpose,"
        f" `trueup repair --forget {row.version} --write`"
        + (older if row.success and row.version > newest else ""),
    )


def _failed(pair: Pair) -> Finding:
    version = pair.version
    return error(
        "migration_failed",
        version,
        f"{row_label(version, pair.name)} failed half-way: it can't run in one transaction, so"
        " what ran before the failure is still in the database",
        "look at what is there (`trueup check`), then either undo it and have the file run again:"
        f" `trueup repair --retry {version} --write`, `trueup apply`; or finish it by hand and say"
        f" so: `trueup repair --mark-done {version} --write`",
        _at(pair.file),
    )


def _same_name(file: Migration, row: HistoryRow) -> bool:
    """Other tools record the whole file name; rows of old ledgers have none."""
    stem = file.file_name.removesuffix(".sql")
    return row.name in ("", file.name, stem, file.file_name)


def _name_differs(file: Migration, row: HistoryRow) -> Finding:
    return warning(
        "history_name_differs",
        file.version,
        f"the database ran {file.version} as {row.name!r}, the file is named {file.name!r}",
        f"if the file was only renamed, `trueup repair --restamp {file.version} --write`; if two"
        " branches picked the same version, give this file a later one",
        Location(file.path),
    )


def _edited(file: Migration, row: HistoryRow, old_text: OldText | None) -> Finding:
    old = old_text(file.version, row.checksum) if old_text and row.checksum else None
    known = old is not None and checksum_of(old.encode()) == row.checksum
    edit = _edit_since(old, file) if old is not None and known else None
    if edit and edit.cosmetic:
        return warning(
            "migration_edited_cosmetic",
            file.version,
            f"{file.file_name} was edited after it was applied, but only in comments or white"
            " space: its statements are the same",
            f"`trueup repair --restamp {file.version} --write` records the new text",
            Location(file.path),
        )
    return error(
        "migration_edited",
        file.version,
        f"{file.file_name} was edited after it was applied{_extent(edit)}",
        "put the applied text back and make the change a new migration (`trueup new NAME`); if"
        " the edit is right and the database has it already,"
        f" `trueup repair --restamp {file.version} --write`",
        Location(file.path, edit.line if edit else None),
    )


def _extent(edit: Edit | None) -> str:
    if edit is None:
        return ": its checksum is not the recorded one"
    if edit.line is None:
        return ": statements at its end were removed"
    of = "statement" if edit.statements == 1 else "statements"
    return f": {edit.changed} of {edit.statements} {of} changed, the first on line {edit.line}"


def _out_of_order(file: Migration, pairs: Sequence[Pair]) -> Finding:
    newest = next(pair for pair in reversed(pairs) if pair.row)
    return warning(
        "out_of_order",
        file.version,
        f"{file.file_name} is pending, but {row_label(newest.version, newest.name)}, which comes"
        " after it, has already run",
        "`trueup apply` runs it now, while a replay from empty runs it earlier, and refuses where"
        " that gives another schema; where the order matters for rows, give it a later version"
        " first",
        Location(file.path),
    )


def _duplicates(pairs: Sequence[Pair]) -> Iterator[Finding]:
    counts = Counter(pair.version for pair in pairs)
    for version in (version for version, count in counts.items() if count > 1):
        files = [pair.file for pair in pairs if pair.version == version and pair.file]
        yield error(
            "migration_duplicate_version",
            version,
            f"version {version} is used by {len(files)} files: "
            + ", ".join(file.file_name for file in files),
            "give all but the one that was applied first a new version: `trueup new NAME` makes"
            " one; the history can record each version once",
            _at(files[-1]),
        )


def _beside_ledger(
    pairs: Sequence[Pair], source: Source, ledger: Ledger | None
) -> Iterator[Finding]:
    if ledger is None:
        return
    if source is Source.SUPABASE:
        yield from _ledger_edits(pairs, ledger)
        return
    files = {pair.version: pair.file for pair in pairs if pair.file}
    recorded = {pair.version for pair in pairs if pair.row}
    first = min(recorded, default="")
    for row in ledger.rows:
        file = files.get(row.version)
        # A baseline stands for everything that came before it.
        if row.version not in recorded and (file or row.version > first):
            yield _unrecorded(row, file)


def _unrecorded(row: LedgerRow, file: Migration | None) -> Finding:
    label = row_label(row.version, row.name)
    if file:
        message = (
            f"Supabase's ledger says {label} was applied, {HISTORY_NAME} does not: `trueup apply`"
            " would run it a second time"
        )
        hint = (
            f"`trueup mark-applied {row.version}`; for all of them"
            " `trueup mark-applied --from-supabase`"
        )
    else:
        message = f"{label} was applied through Supabase, and no file has that version"
        hint = _file_for(row.version, row)
    return error("foreign_row", row.version, message, hint, _at(file))


def _ledger_edits(pairs: Sequence[Pair], ledger: Ledger) -> Iterator[Finding]:
    """The ledger keeps no checksum, but newer ones keep the statements themselves."""
    rows = {row.version: row for row in ledger.rows}
    for pair in pairs:
        if not (pair.file and pair.row):
            continue
        edit = _edit_since_ledger(rows[pair.version], pair.file)
        if edit and not edit.cosmetic:
            yield warning(
                "foreign_row_differs",
                pair.version,
                f"{pair.file.file_name} is not what Supabase's ledger says was run{_extent(edit)}",
                "see the ledger's text with `supabase migration fetch`; changes belong in a new"
                " migration (`trueup new NAME`)",
                Location(pair.file.path, edit.line),
            )


def _edit_since(old: str, file: Migration) -> Edit | None:
    """How a file differs from an older text; None where that can't be told."""
    try:
        new = file.sql
    except UnicodeDecodeError:  # a finding of folder/
        return None
    return compare_texts(old, new)


def _edit_since_ledger(row: LedgerRow, file: Migration) -> Edit | None:
    """The same for a text that was split into statements; word for word the same is not parsed,
    since that would cost half a second a MB for nothing."""
    if not row.words_differ(file.content.decode("utf-8-sig", "replace")):
        return None
    return _edit_since(row.text, file)


def _no_checksum(pairs: Sequence[Pair], source: Source) -> Iterator[Finding]:
    bare = [p for p in pairs if p.file and p.row and p.row.success and p.row.checksum is None]
    if not bare or source is not Source.MIGRATIONS:
        return
    which = _some([pair.version for pair in bare])
    yield info(
        "history_no_checksum",
        bare[0].version,
        f"history has no checksum for {which}: an edit of {_them(bare)} would go unnoticed",
        f"`trueup repair {_restamp(bare)} --write` records the checksums of today's files",
    )


def _restamp(pairs: Sequence[Pair]) -> str:
    return f"--restamp {pairs[0].version}" if len(pairs) == 1 else "--restamp-all"


def _pending(pairs: Sequence[Pair], source: Source) -> Iterator[Finding]:
    waiting = [pair for pair in pairs if pair.state in TO_RUN]
    if source is Source.NONE:
        yield info(
            "no_history",
            HISTORY_NAME,
            f"this database has no record of migrations (neither {HISTORY_TABLE} nor Supabase's"
            " ledger)",
            "`trueup apply` runs every file; if the database has their objects already,"
            " `trueup mark-applied VERSION...` says so; if there are no files yet,"
            " `trueup baseline`",
        )
    if waiting:
        count = len(waiting)
        yield info(
            "migrations_pending",
            waiting[0].version,
            f"{count} {'migration is' if count == 1 else 'migrations are'} pending: "
            + _some([pair.file.file_name for pair in waiting if pair.file]),
            f"`trueup apply` runs {_them(waiting)}",
        )


def _them(pairs: Sequence[Pair]) -> str:
    return "it" if len(pairs) == 1 else "them"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _at(file: Migration | None) -> Location | None:
    return Location(file.path) if file else None
