"""What was lost, judged from what was there before and what is there now, whatever the SQL said."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from trueup.model.census import Counted, Relation, State
from trueup.model.hazard import DATA_LOSS, Hazard

_SYSTEM: Final = frozenset({"pg_catalog", "information_schema"})
_LARGE_OBJECTS: Final = ("pg_largeobject", "pg_largeobject_metadata")
_NONE: Final = Counted()
Oids = Collection[int]


def lost(
    before: State, after: State, same: Oids, back: Oids, agreed: Collection[str] = ()
) -> tuple[Hazard, ...]:
    """`same`: tables whose rows were read before and after and say the same; `back`: sequences
    that will give values again which they gave before; `agreed`: subjects that are not said again.
    """
    return (
        *_gone(before, after, agreed),
        *_columns(before, after, agreed),
        *_rows(before, after, same, agreed),
        *_files(before, after, same, agreed),
        *_sequences(before, after, back, agreed),
        *(hazard for hazard in _uncounted(before, after) if hazard.subject not in agreed),
    )


def covered(state: State, relation: Relation, agreed: Collection[str], column: str = "") -> bool:
    """Whether a relation, or what it belongs to, is among the subjects. A bare name is one that
    was found along the session's path."""
    chain = [state.relations.get(oid) for oid in state.ancestors(relation.oid)]
    tail = f".{column}" if column else ""
    return any(
        f"{name}{tail}" in agreed for one in chain if one is not None for name in _names(state, one)
    )


def _names(state: State, relation: Relation) -> Iterator[str]:
    yield relation.name
    schemas = (it for it in state.path if state.relation(it, relation.title) is not None)
    if next(schemas, None) == relation.schema:
        yield relation.title


def _gone(before: State, after: State, agreed: Collection[str]) -> Iterator[Hazard]:
    for one in before.relations.values():
        if one.oid in after.relations or covered(before, one, agreed):
            continue
        if one.kind in ("r", "p"):
            about = f" (about {one.rows:.0f} rows)" if one.rows > 0 else ""
            yield _hazard(one.name, f"table {one.name} is dropped with what it holds{about}")
        elif one.kind == "S" and one.oid not in before.parents:
            yield _hazard(one.name, f"sequence {one.name} is dropped with what it holds")


def _columns(before: State, after: State, agreed: Collection[str]) -> Iterator[Hazard]:
    for oid, had in before.columns.items():
        one, has = before.relations.get(oid), after.columns.get(oid)
        if one is None or had == has or oid not in after.relations:
            continue
        left = json.loads(has or "{}")
        for number, name in json.loads(had).items():
            if number not in left and not covered(before, one, agreed, name):
                subject = f"{one.name}.{name}"
                yield _hazard(subject, f"column {name} of {one.name} is dropped with its values")


def _rows(before: State, after: State, same: Oids, agreed: Collection[str]) -> Iterator[Hazard]:
    """Partitions are told as the table they are parts of."""
    deleted: Counter[Relation] = Counter()
    updated: Counter[Relation] = Counter()
    for oid in after.counted:
        one, count = before.relations.get(oid), counted(before, after, oid)
        if one is None or one.schema in _SYSTEM or oid in same:
            continue
        if (count.deleted or count.updated) and not covered(before, one, agreed):
            deleted[_root(before, one)] += count.deleted
            updated[_root(before, one)] += count.updated
    for one, number in (+deleted).items():
        yield _hazard(one.name, f"{_number(number)} of {one.name} {_be(number)} deleted")
    for one, number in (+updated).items():
        if one not in +deleted:
            yield _hazard(one.name, f"{_number(number)} of {one.name} {_be(number)} changed")


def counted(before: State, after: State, oid: int) -> Counted:
    """What the transaction did to the rows of one relation since `before`."""
    now, then = after.counted.get(oid, _NONE), before.counted.get(oid, _NONE)
    return Counted(*(a - b for a, b in zip(now, then, strict=True)))


def _root(state: State, one: Relation) -> Relation:
    tree = [state.relations.get(oid) for oid in state.ancestors(one.oid)]
    return next((up for up in reversed(tree) if up is not None and up.kind == "p"), one)


def _files(before: State, after: State, same: Oids, agreed: Collection[str]) -> Iterator[Hazard]:
    for oid, one in before.relations.items():
        now = after.relations.get(oid)
        if now is None or one.kind != "r" or one[4:6] == now[4:6]:  # file and persistence
            continue
        if covered(before, one, agreed):
            continue
        if one.persistence == "p" and now.persistence == "u":
            yield _hazard(
                one.name, f"table {one.name} is no longer logged: a crash of the server empties it"
            )
        elif one.file != now.file and oid not in same:
            about = f" (about {one.rows:.0f})" if one.rows > 0 else ""
            yield _hazard(one.name, f"all rows{about} of {one.name} are removed, or changed")


def _sequences(
    before: State, after: State, back: Oids, agreed: Collection[str]
) -> Iterator[Hazard]:
    for oid in back:
        one = before.relations.get(oid)
        if one is not None and oid in after.relations and not covered(before, one, agreed):
            yield _hazard(
                one.name, f"sequence {one.name} goes back: it gives values again that it gave"
            )


def _uncounted(before: State, after: State) -> Iterator[Hazard]:
    """What no counter of a table tells."""
    for oid in after.counted:
        one, count = after.relations.get(oid), counted(before, after, oid)
        if one is None or one.schema != "pg_catalog":
            continue
        if one.title in _LARGE_OBJECTS and (count.updated or count.deleted):
            yield _hazard("large objects", "large objects are changed or removed")
        elif one.title == "pg_foreign_table" and count.inserted and count.deleted:
            yield _hazard(
                "foreign tables",
                "a foreign table is made and dropped again: what it did to the other server's rows"
                " is not counted here",
            )
    for oid, mode in after.touched:
        foreign = after.relations.get(oid)
        # Who makes a table holds the gravest lock on it; who empties or alters one does too.
        made = mode == "AccessExclusiveLock" and oid not in before.relations
        if foreign is not None and not made:
            yield _hazard(
                foreign.name,
                f"rows of the foreign table {foreign.name} may be changed on the other server,"
                " which is not counted here",
            )


def _hazard(subject: str, message: str) -> Hazard:
    return Hazard(DATA_LOSS, subject, message)


def _number(rows: int) -> str:
    return f"{rows} row" if rows == 1 else f"{rows} rows"


def _be(rows: int) -> str:
    return "is" if rows == 1 else "are"
