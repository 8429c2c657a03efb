"""Putting files in place once their rows are committed. Every step may have been done before."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ValidationFailed
from trueup.folder.atomic import create_exclusive, explained
from trueup.folder.journal import Entry, Move, flush
from trueup.model.finding import Location
from trueup.model.migration import checksum_of


def carry_out(directory: Path, place: Path, entry: Entry) -> None:
    """Moves the old files aside, then puts the new ones, which lie in `place`, where they belong.

    Raises WriteFailed, and ValidationFailed (`file_exists`) where somebody has put another file
    in the way; what was done stays done.
    """
    move_files(directory, entry.moves)
    for name in entry.creates:
        _place(place / name, directory / name)
    flush(directory)


def move_files(directory: Path, moves: Sequence[Move]) -> None:
    """Moves files within the folder, the last first, so that no name is taken."""
    targets = {move.new for move in moves}
    for move in sorted(moves, key=lambda move: move.new, reverse=True):
        old, new = directory / move.old, directory / move.new
        with _explained(new):
            if _checksum(new) == move.checksum:
                if move.old not in targets and _checksum(old) == move.checksum:
                    old.unlink()  # put back by somebody, as by a checkout; it lies in both places
            elif old.exists():
                _insist_on_room(new)
                new.parent.mkdir(exist_ok=True)
                old.rename(new)
                flush(new.parent)


def _place(staged: Path, target: Path) -> None:
    """In one step, and never over another file."""
    with _explained(target):
        meant = _checksum(staged)
        if meant is None:
            return  # it is in place already
        if _checksum(target) != meant:
            _insist_on_room(target)
            try:
                os.link(staged, target, follow_symlinks=False)
            except FileExistsError:
                raise _in_the_way(target) from None
            except OSError:  # a file system without hard links
                create_exclusive(target, staged.read_bytes())
        staged.unlink()


def _checksum(path: Path) -> str | None:
    try:
        return checksum_of(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        return None


def _insist_on_room(path: Path) -> None:
    if os.path.lexists(path):
        raise _in_the_way(path)


def _in_the_way(path: Path) -> ValidationFailed:
    return ValidationFailed(
        f"{path} is another file than the one that an interrupted command is to put there",
        code="file_exists",
        hint="move that file away, then run `trueup repair --write`, which puts the other in place",
        location=Location(str(path)),
    )


def _explained(path: Path) -> contextlib.AbstractContextManager[None]:
    hint = "check free space (`df .`) and permissions (`ls -ld .`)"
    return explained(path, "could not be put in place", hint)
