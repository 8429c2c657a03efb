"""Which history rows a repair changes, and why it may not: files, rows and a wish in, changes out.

A repair never touches anything but rows. So each action is allowed only where it makes history say
what is true already, or where it takes back an attempt that did not succeed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trueup.model.finding import Finding, Location, error
from trueup.model.history import Action, HistoryRow, RowChange
from trueup.model.migration import Migration
from trueup.verdict.moved import Moved
from trueup.verdict.pairs import RAN, Pair, State, pair_up


@dataclass(frozen=True, slots=True)
class Wish:
    """What a repair is asked for, by version.

    `restamp`: the row takes the checksum and name of today's file (`restamp_all`: every applied
    row that differs or has no checksum). `retry`: the row of a failed attempt goes, so that
    `apply` runs the file again. `mark_done`: a failed attempt was finished by hand. `forget`: the
    row of a file that is gone on purpose goes. `move`: the row of a file that has another version
    now follows it.
    """

    restamp: tuple[str, ...] = ()
    restamp_all: bool = False
    retry: tuple[str, ...] = ()
    mark_done: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    move: tuple[str, ...] = ()

    def each(self) -> Iterator[tuple[Action, str]]:
        """Every action asked for by version."""
        for action, versions in (
            (Action.RESTAMP, self.restamp),
            (Action.RETRY, self.retry),
            (Action.MARK_DONE, self.mark_done),
            (Action.FORGET, self.forget),
            (Action.MOVE, self.move),
        ):
            for version in versions:
                yield action, version


@dataclass(frozen=True, slots=True)
class Repair:
    """The changes that the wish comes to, and what speaks against it; with problems there are no
    changes."""

    changes: tuple[RowChange, ...]
    problems: tuple[Finding, ...]


def plan_repair(
    files: Sequence[Migration],
    rows: Sequence[HistoryRow],
    wish: Wish,
    by: str | None = None,
    moved: Sequence[Moved] = (),
) -> Repair:
    """What to change. A mark_done row gets `by` as applied_by and no applied_at: the moment of
    writing counts. A restamp that changes nothing is left out. `moved` are the rows whose file was
    found under another version: these alone can follow it."""
    pairs = {pair.version: pair for pair in pair_up(files, rows) if pair.row}
    now = {one.row.version: one.file for one in moved if one.follows}
    problems = list(_asked_twice(wish))
    changes: list[RowChange] = []
    for action, version in _asked(wish, pairs.values()):
        pair = pairs.get(version)
        if pair is None or pair.row is None:
            problems.append(_no_row(action, version))
        elif problem := _objection(action, pair, now):
            problems.append(problem)
        elif action is Action.MOVE:
            changes.append(RowChange(action, pair.row, _at_file(pair.row, now[version])))
        else:
            changes.append(RowChange(action, pair.row, _after(action, pair, pair.row, by)))
    if problems:
        return Repair((), tuple(problems))
    return Repair(tuple(change for change in changes if change.after != change.before), ())


def rows_after(rows: Sequence[HistoryRow], changes: Sequence[RowChange]) -> tuple[HistoryRow, ...]:
    """The history as it will be."""
    changed = {change.version: change.after for change in changes}
    new = (changed.get(row.version, row) for row in rows)
    return tuple(row for row in new if row is not None)


def _asked(wish: Wish, pairs: Iterable[Pair]) -> Iterator[tuple[Action, str]]:
    yield from dict.fromkeys(wish.each())
    if wish.restamp_all:
        named = {version for _, version in wish.each()}
        for pair in pairs:
            if pair.state in RAN and pair.version not in named:
                yield Action.RESTAMP, pair.version


def _after(action: Action, pair: Pair, row: HistoryRow, by: str | None) -> HistoryRow | None:
    if action in (Action.RETRY, Action.FORGET):
        return None
    checksum = pair.file.checksum if pair.file else row.checksum
    name = pair.file.name if pair.file else row.name
    if action is Action.RESTAMP:
        return replace(row, checksum=checksum, name=name)
    return replace(
        row,
        checksum=checksum,
        name=name,
        applied_at=None,
        applied_by=by or row.applied_by,
        execution_time_ms=None,
        success=True,
    )


def _at_file(row: HistoryRow, file: Migration) -> HistoryRow:
    return replace(row, version=file.version, name=file.name, checksum=file.checksum)


def _objection(action: Action, pair: Pair, now: Mapping[str, Migration]) -> Finding | None:
    if action is not Action.MOVE:
        return _OBJECTIONS[action](pair)
    if pair.version in now:
        return None
    return _refusal(
        pair,
        "no file of another version has its content, or the same statements",
        "`trueup status` says what is known of it",
    )


def _asked_twice(wish: Wish) -> Iterator[Finding]:
    first: dict[str, Action] = {}
    for action, version in wish.each():
        if first.setdefault(version, action) is not action:
            yield error(
                "repair_contradicts",
                version,
                f"two things are asked for {version}: {_flag(first[version])} and {_flag(action)}",
                "ask for one of them",
            )


def _no_row(action: Action, version: str) -> Finding:
    return error(
        "repair_no_row",
        version,
        f"history has no row for {version}, so {_flag(action)} has nothing to change",
        f"`trueup status` lists what is recorded; `trueup mark-applied {version}` records a file"
        " without running it",
    )


def _against_restamp(pair: Pair) -> Finding | None:
    if pair.state is State.FAILED:
        return _refusal(
            pair,
            "its attempt failed, so no text of it is the applied one",
            f"`trueup repair --retry {pair.version}` or `--mark-done {pair.version}`",
        )
    if pair.file is None:
        return _refusal(
            pair,
            "no file has that version, so there is no checksum to take",
            f"bring the file back, or `trueup repair --forget {pair.version}`",
        )
    return None


def _against_failed_only(pair: Pair) -> Finding | None:
    if pair.state is State.FAILED:
        return None
    return _refusal(
        pair,
        "it did not fail: history says that it was applied",
        "a change to what it made belongs in a new migration: `trueup new NAME`",
    )


def _against_forget(pair: Pair) -> Finding | None:
    if pair.file is None:
        return None
    way_out = (
        f"`trueup repair --retry {pair.version}` takes back a failed attempt"
        if pair.state is State.FAILED
        else "`--forget` is for rows whose file is gone on purpose"
    )
    return _refusal(pair, "its file is still there, so `apply` would run it again", way_out)


_OBJECTIONS: Mapping[Action, Callable[[Pair], Finding | None]] = {
    Action.RESTAMP: _against_restamp,
    Action.RETRY: _against_failed_only,
    Action.MARK_DONE: _against_failed_only,
    Action.FORGET: _against_forget,
}


def _refusal(pair: Pair, why: str, hint: str) -> Finding:
    return error(
        "repair_refused",
        pair.version,
        f"{pair.version}_{pair.name} is left alone: {why}",
        hint,
        Location(pair.file.path) if pair.file else None,
    )


def _flag(action: Action) -> str:
    return "--" + action.value.replace("_", "-")
