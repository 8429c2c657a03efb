"""What the folder's journal says of commands that were interrupted, as findings: whoever reads the
folder is told, and nothing is changed by reading it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from trueup.folder.journal import Entry, Left, left
from trueup.model.finding import Finding, error, warning

LEFT: Final = frozenset({"interrupted_command", "interrupted_files", "interrupted_unreadable"})
WAY_ON: Final = (
    "the next command that writes settles it first; `trueup repair --write` does only that"
)
_DUMP: Final = "the next command that writes settles it first; `trueup dump` writes it"


def left_finding(place: Path, prefix: str) -> Finding | None:
    """What is to say of one entry; None while its maker lives, or where it had begun nothing.
    `prefix` is the migrations folder's path as messages show it, with a slash."""
    found = left(place)
    if found is None:
        return None
    shown = f"{prefix}{place.name}"
    entry = found.entry
    if entry is None:
        return _unreadable(shown)
    return _open(found, entry, shown) if entry.touches_files else _schema_only(entry, shown)


def _unreadable(shown: str) -> Finding:
    return error(
        "interrupted_unreadable",
        shown,
        f"{shown} is left of an interrupted command and can't be read",
        "a newer trueup may have made it: settle it with that one; else compare the files in it"
        " with the history (`trueup status`) and remove it",
    )


def _open(found: Left, entry: Entry, shown: str) -> Finding:
    if found.committed:
        return error(
            "interrupted_files",
            shown,
            f"`trueup {entry.verb}` was interrupted while it put {_files(entry)} in place;"
            f" what is missing lies in {shown}",
            WAY_ON,
        )
    return warning(
        "interrupted_command",
        shown,
        f"`trueup {entry.verb}` was interrupted: {_files(entry)} and what it recorded in"
        f" {entry.mark.get('where', 'the database')} belong together; whether it was recorded has"
        " to be asked there",
        f"{WAY_ON}, with that database; where it is gone for good, remove {shown}",
    )


def _schema_only(entry: Entry, shown: str) -> Finding:
    return warning(
        "interrupted_command",
        shown,
        f"`trueup {entry.verb}` was interrupted before it wrote schema.sql",
        _DUMP,
    )


def _files(entry: Entry) -> str:
    names = [*entry.creates, *(Path(move.new).name for move in entry.moves)]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
