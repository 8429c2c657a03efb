"""What mends an object that is not in sync: the directions that are open (`words`, the contract's
`remedies`), and for each what there is to run. Everybody else only shows it.

The two directions of `reconcile` are not for everything. Where something else than a hand may have
changed the database, that comes first; rights are in its plans only where schema.sql holds them;
and the declarative files are none of its business.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trueup.model.mend import Mend, text_of
from trueup.verdict.drift import LIVE_MOVED, Drift, Standing, Verdict

_BOTH = ("adopt", "revert")
_OFFERED: Mapping[Verdict, tuple[str, ...]] = {
    Verdict.IN_SYNC: (),
    Verdict.DATABASE_CHANGED: _BOTH,
    Verdict.SCHEMA_FILE_STALE: ("regenerate",),
    Verdict.MIGRATION_MISSING: (*_BOTH, "regenerate"),
    Verdict.DIVERGED: (*_BOTH, "regenerate"),
    Verdict.SCHEMA_FILE_MISMATCH: ("regenerate",),
    Verdict.DECLARATIVE_DIFFERS: ("adopt",),
}
_SHUT: Mapping[Standing, frozenset[str]] = {
    Standing.PLAIN: frozenset(),
    Standing.PENDING: frozenset(_BOTH),
    Standing.TOUCHED: frozenset(_BOTH),
    Standing.STRANGER: frozenset(_BOTH),
    Standing.BLANK: frozenset({"revert"}),
    Standing.INVALID: frozenset({"adopt"}),
    Standing.STUCK: frozenset(_BOTH),
}
_UNSETTLED = frozenset({Standing.PENDING, Standing.TOUCHED})
# More versions than these are not spelled out.
_SPELLED_OUT = 20

_ADOPT = Mend(
    "trueup reconcile --adopt --write", "reconcile", "write what the database has as a migration"
)
_REVERT = Mend(
    "trueup reconcile --revert --apply", "reconcile", "take the database back to its migrations"
)
_REGENERATE = Mend("trueup dump", "regenerate_schema", "write schema.sql anew from the migrations")
_MARK = "record the pending migrations whose changes are there already, without running them"
_DECLARED = (
    "print the migration that the declarative files call for, to be put into a file of `trueup"
    " new NAME`; or change those files"
)
_APPLY = Mend("trueup apply", None, "run the pending migrations first, then look again")
_STATUS = Mend(
    "trueup status",
    "status",
    "say how to settle what ran there and has no file here; that comes first",
)
_FILES = replace(_STATUS, does="list the files; those that ran there are to be marked first")
_BASELINE = Mend("trueup baseline", None, "declare the database as it is the start")
TAKE_BACK = "to take rights back, run in the database"
SAY = "to keep rights, say in a migration (`trueup new NAME`, then `trueup mark-applied VERSION`)"
# In the order in which they are told.
_ORDER = (
    "status",
    "mark-applied",
    "apply",
    "baseline",
    "reconcile --adopt",
    "reconcile --revert",
    "dump",
    "diff",
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the project's state says of every remedy: whether the plans of `reconcile` hold rights,
    the versions that are pending, whether none is on record as applied (`blank`), and the codes of
    the findings on which `reconcile` stops."""

    plans_rights: bool = False
    pending: tuple[str, ...] = ()
    blank: bool = False
    stops: tuple[str, ...] = ()


def words(verdict: Verdict, standing: Standing = Standing.PLAIN) -> tuple[str, ...]:
    """The directions that are open, as words of the contract."""
    if (verdict, standing) == (Verdict.MIGRATION_MISSING, Standing.STRANGER):
        return ()  # schema.sql agrees with the database: it is the file that is missing
    rest = tuple(word for word in _OFFERED[verdict] if word not in _SHUT[standing])
    return ("mark-applied", *rest) if standing is Standing.PENDING else rest


def standing_as(
    item: Drift, standing: Standing, cause: str, versions: tuple[str, ...] = ()
) -> Drift:
    """The same object, now that more is known of it."""
    open_ways = words(item.verdict, standing)
    return replace(item, standing=standing, cause=cause, versions=versions, remedies=open_ways)


def with_mends(drift: Sequence[Drift], here: Circumstances) -> tuple[Drift, ...]:
    """The drift with what mends each object. What holds for one may depend on the others: a
    revert of everything is refused where one object waits for a pending file."""
    case = _Case.of(drift, here)
    return tuple(replace(item, mend=tuple(_mends(item, case))) for item in drift)


def all_mends(drift: Iterable[Drift]) -> tuple[Mend, ...]:
    """Every remedy of a drift once: commands in a fixed order, then SQL."""
    found = dict.fromkeys(mend for item in drift for mend in item.mend)
    return tuple(sorted(found, key=_rank))


def _rank(mend: Mend) -> int:
    if mend.is_sql:
        return len(_ORDER) + (mend.does == SAY)
    return next(n for n, verb in enumerate(_ORDER) if mend.command.startswith(f"trueup {verb}"))


@dataclass(frozen=True, slots=True)
class _Case:
    """What the whole drift says of the remedies of each part of it: the versions to mark, the
    objects to which a revert must keep (empty: to none), whether the declarative files differ in
    rights that no plan holds unasked."""

    here: Circumstances
    marked: tuple[str, ...]
    only: tuple[str, ...]
    declared_rights: bool

    @classmethod
    def of(cls, drift: Sequence[Drift], here: Circumstances) -> _Case:
        waiting = [item for item in drift if item.standing is Standing.PENDING]
        named = {version for item in waiting for version in item.versions}
        marked = tuple(v for v in here.pending if not named or v in named) if waiting else ()
        free = [item for item in drift if _is_planned(item, here) and "revert" in item.remedies]
        stuck = any(i.standing in _UNSETTLED for i in drift if _is_planned(i, here))
        declared = (i for i in drift if i.verdict is Verdict.DECLARATIVE_DIFFERS)
        return cls(
            here,
            marked,
            tuple(_pattern(item) for item in free) if stuck else (),
            any(item.is_rights for item in declared) and not here.plans_rights,
        )


def _is_planned(item: Drift, here: Circumstances) -> bool:
    """Whether `reconcile` has it in view."""
    return item.verdict in LIVE_MOVED and (here.plans_rights or not item.is_rights)


def _pattern(item: Drift) -> str:
    """For --only, as a shell takes it: exactly this object."""
    return shlex.quote(re.sub(r"([*?\[])", r"[\1]", str(item.key)))


def _mends(item: Drift, case: _Case) -> Iterator[Mend]:
    if item.standing is Standing.STRANGER:
        yield _STATUS
    if item.standing is Standing.TOUCHED:
        yield _FILES if case.here.blank else _APPLY
    for word in item.remedies:
        yield from _WAYS[word](item, case)
    if item.standing is Standing.BLANK:
        yield _FILES if case.here.pending else _BASELINE


def _adopt(item: Drift, case: _Case) -> Iterator[Mend]:
    if item.verdict is Verdict.DECLARATIVE_DIFFERS:
        flag = " --privileges" if case.declared_rights else ""
        command = f"trueup diff migrations declarative --sql{flag}"
        yield Mend(command, "apply_migration", _DECLARED)
    elif not _is_planned(item, case.here):
        yield from _by_hand(item, "say")
    elif case.here.pending and not case.here.stops:
        yield replace(_ADOPT, refused=_pending(case.here.pending))
    else:
        yield replace(_ADOPT, refused=_stopped(case))


def _revert(item: Drift, case: _Case) -> Iterator[Mend]:
    if not _is_planned(item, case.here):
        yield from _by_hand(item, "take_back")
        return
    only = f" --only {' '.join(case.only)}" if case.only else ""
    yield replace(_REVERT, command=f"{_REVERT.command}{only}", refused=_stopped(case))


def _by_hand(item: Drift, way: str) -> Iterator[Mend]:
    """Rights that no plan holds: the statements themselves."""
    statements = getattr(item.by_hand, way, ())
    if statements and way == "say":
        yield Mend(text_of(statements), "apply_migration", SAY)
    elif statements:
        yield Mend(text_of(statements), None, TAKE_BACK)


def _regenerate(item: Drift, case: _Case) -> Iterator[Mend]:
    yield _REGENERATE


def _mark(item: Drift, case: _Case) -> Iterator[Mend]:
    spelled = " ".join(case.marked) if len(case.marked) <= _SPELLED_OUT else ""
    yield Mend(f"trueup mark-applied {spelled or 'VERSION...'}", None, _MARK)


_WAYS: Mapping[str, Callable[[Drift, _Case], Iterator[Mend]]] = {
    "adopt": _adopt,
    "revert": _revert,
    "regenerate": _regenerate,
    "mark-applied": _mark,
}


def _pending(versions: Sequence[str]) -> str:
    if len(versions) == 1:
        return "a migration is pending; apply it, or mark it as applied, first"
    return f"{len(versions)} migrations are pending; apply them, or mark them as applied, first"


def _stopped(case: _Case) -> str | None:
    if not case.here.stops:
        return None
    return f"the history has to be settled first ({', '.join(dict.fromkeys(case.here.stops))})"
