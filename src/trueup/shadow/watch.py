"""Watching what a plan that is tried on a copy does to owners and rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trueup.model.holdings import Holdings
from trueup.model.rights import Rights
from trueup.model.schema import ObjectKey
from trueup.plan.hazards import rights_change
from trueup.plan.statements import Statement
from trueup.postgres.read.holdings import read_holdings
from trueup.postgres.session.connection import connect
from trueup.verdict.remade import Remade, Seen, Wanted


def _untold(_: ObjectKey) -> Rights | None:
    return None


@dataclass(frozen=True, slots=True)
class Watch:
    """What a plan is held to. `live`: what roles hold in the database that it is for, None where
    the copy itself is as good as that. `goal` tells the rights of new objects, and where rights
    are `compared` those of all."""

    live: Holdings | None = None
    goal: Wanted = _untold
    compared: bool = False


def look(conninfo: str, since: Holdings | None = None) -> Holdings:
    """What roles hold in a copy now."""
    with connect(conninfo) as conn:
        return read_holdings(conn, since)


def seen(first: Holdings, before: Holdings, conninfo: str, watch: Watch) -> Seen:
    """What a plan came to that has run in the copy, when it was as `first` at the start and as
    `before` when everything had its new name."""
    old = {(spot.space, held.oid): spot for spot, held in first.objects.items()}
    names = {s: old.get((s.space, held.oid), s) for s, held in before.objects.items()}
    return Seen(before, look(conninfo, before), watch.live, names)


def with_hazards(statements: Sequence[Statement], items: Sequence[Remade]) -> tuple[Statement, ...]:
    """The statements, with what they do to rights said at those that make the objects."""
    found = list(statements)
    for item in items:
        place = _place(statements, item.key)
        if place is not None:
            old = found[place]
            found[place] = replace(old, hazards=(*old.hazards, rights_change(item.sentence)))
    return tuple(found)


def _place(statements: Sequence[Statement], key: ObjectKey) -> int | None:
    """Where an object is made: the first CREATE about it; else the last statement about it, or
    the last of all that is about an object."""
    about = [n for n, statement in enumerate(statements) if statement.object == key]
    makes = [n for n in about if statements[n].sql.lstrip().startswith("CREATE")]
    others = [n for n, s in enumerate(statements) if s.object.kind != "SETTING"]
    return (*makes[:1], *about[-1:], *others[-1:], None)[0]
