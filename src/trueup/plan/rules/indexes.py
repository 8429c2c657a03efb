"""Indexes, and indexes as parts of a partitioned table's index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar

from trueup.model.hazard import Hazard
from trueup.model.kinds import TABLES, WITH_ROWS
from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.steps import CREATE, DROP, Edge
from trueup.plan.tables.opening import ATTACH
from trueup.plan.tables.tails import REPLICA, entry_changes, read_entry, reset_tail
from trueup.plan.work import Work
from trueup.sql.names import relation as named
from trueup.sql.quote import qualified, quote
from trueup.sql.tree import first

INDEX_ATTACH = "INDEX ATTACH"


def index_name(element: Element) -> str:
    """The name of the index, also of the one behind a constraint."""
    return element.key.name if element.key.kind == "INDEX" else read_entry(element.ddl).constraint


def whole_index(element: Element, side: Side) -> ObjectKey | None:
    """The partitioned index that this one is a part of."""
    attach = side.get(ObjectKey(INDEX_ATTACH, element.key.schema, index_name(element)))
    return _whole_of(attach, side) if attach else None


def _whole_of(attach: Element, side: Side) -> ObjectKey | None:
    """Of all the indexes that an INDEX ATTACH stands on, the one that its text alters."""
    altered = _altered(attach.ddl)
    for need in sorted(attach.needs):
        known = side.get(need) if need.kind in _INDEXED else None
        if known and (need.schema, index_name(known)) == altered:
            return need
    return None


@lru_cache(maxsize=1 << 16)
def _altered(ddl: str) -> tuple[str, str]:
    stmt: Any = first(ddl)
    return named(stmt.relation)


_INDEXED = ("INDEX", "CONSTRAINT")


def is_freed(element: Element, work: Work) -> bool:
    """Whether a partition's table is detached and stays, which makes its indexes its own."""
    return any(
        work.goes(ObjectKey(ATTACH, need.schema, need.name)) and not work.goes(need)
        for need in element.needs
        if need.kind in TABLES
    )


def _leaves(element: Element, work: Work) -> bool:
    """Whether an index of a partition goes without the whole index: freed, or with its table."""
    tables = [need for need in element.needs if need.kind in TABLES]
    return is_freed(element, work) or any(work.goes(table) for table in tables)


class IndexRule(Rule):
    """Indexes hold no data of their own: what can't be altered is made anew."""

    kinds: ClassVar[tuple[str, ...]] = ("INDEX",)
    space: ClassVar[str] = "relation"

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        found = entry_changes(old, new, work)
        return None if found is None else Alteration(found)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        yield from sorted(n for n in element.needs if n.kind in WITH_ROWS)
        whole = whole_index(element, work.source)
        if whole and not is_freed(element, work):
            yield whole

    def goes_only_with(self, element: Element, work: Work) -> ObjectKey | None:
        """A part of a partitioned index goes only together with the whole."""
        return None if _leaves(element, work) else whole_index(element, work.source)

    def drags(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        whole = self.goes_only_with(element, work)
        if whole:
            yield whole

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        """A part outlives its whole when its table was freed before."""
        if lost == whole_index(element, work.source) and is_freed(element, work):
            return
        super().on_loss(element, lost, work)

    def on_retype(self, element: Element, column: ObjectKey, work: Work) -> None:
        """The index would be built anew anyway, and may not suit the new type as it is."""
        recasts = work.decisions[column].alteration.recasts
        if recasts and self._suits_one_type(element, column, work):
            work.replace(element.key)

    def _suits_one_type(self, element: Element, column: ObjectKey, work: Work) -> bool:
        return True

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        lock = hazards.long_lock("writes wait until the index is built")
        made = statements(element, element.ddl, *self._prices(element), lock)
        if element.key in work.options.rebuild and element.key not in work.source:
            # pg_dump passes over an invalid index, such as a failed CONCURRENTLY leaves.
            name = qualified(element.key.schema, index_name(element))
            return (*statements(element, f"DROP INDEX IF EXISTS {name}"), *made)
        return made

    def _prices(self, element: Element) -> Iterator[Hazard]:
        if element.ddl.startswith("CREATE UNIQUE"):
            yield hazards.may_fail("rows that are not unique stop it")

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        entry = read_entry(element.ddl)
        name = qualified(element.key.schema, element.key.name)
        found = statements(element, element.drop or f"DROP INDEX {name}")
        if element.key.kind == "INDEX" and _has_constraint_below(element, work.source):
            # A constraint that became a part of a plain index lets it go in no other way.
            found = statements(element, f"DROP INDEX {name} CASCADE")
        if entry.tail(REPLICA) and element.key not in work.goal:
            return (*reset_tail(REPLICA, entry.relation, element, work), *found)
        return found


class IndexAttachRule(Rule):
    """INDEX ATTACH entries: there is no statement that detaches an index."""

    kinds: ClassVar[tuple[str, ...]] = (INDEX_ATTACH,)

    def prepare(self, element: Element, side: Side) -> None:
        """A constraint that is a part of a plain index does not say so itself; of a tree of
        indexes only the nearest is its whole."""
        whole = _whole_of(element, side)
        near = {whole, *(part.key for part in _parts(element, side))}
        needs = (n for n in element.needs if n.kind not in _INDEXED or n in near)
        element = side.change(element.key, needs=frozenset(needs))
        for part in _parts(element, side):
            whole = whole_index(part, side)
            side.add_needs(part.key, [whole] if whole else [])

    def columns_used(self, element: Element, relation: ObjectKey, columns: object) -> set[str]:
        return set()

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        """A freed partition's index is no part any more, whatever becomes of the two."""
        freed = any(is_freed(part, work) for part in _parts(element, work.source))
        return () if freed else sorted(element.needs)

    def drags(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        """Ends with the index that it is a part of, unless the partition is freed."""
        if not _leaves(element, work):
            yield from (part.key for part in _parts(element, work.source))

    def on_arrival(self, element: Element, work: Work) -> None:
        """PostgreSQL takes the first index that fits when it attaches the table; one that fits
        and is to stay the table's own comes after."""
        for part in _parts(element, work.goal):
            for twin in _twins(part, work):
                work.replace(twin.key)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        return ()

    def order(self, work: Work) -> Iterator[Edge]:
        """A table that is attached finds its indexes ready, else PostgreSQL makes others."""
        for key in work.decisions:
            if key.kind != INDEX_ATTACH:
                continue
            new, old = work.goal.get(key), work.source.get(key)
            if new:
                yield from _joining(new, work)
            for part in _parts(old, work.source):
                whole = whole_index(part, work.source)
                for attach in _attachments(part):
                    yield (DROP, attach), (DROP, part.key)
                    if whole and is_freed(part, work):
                        yield (DROP, attach), (DROP, whole)


def _joining(new: Element, work: Work) -> Iterator[Edge]:
    for part in _parts(new, work.goal):
        for attach in _attachments(part):
            yield (CREATE, attach), (CREATE, new.key)
            if _waits_for_indexes(attach, work):
                yield (CREATE, part.key), (CREATE, attach)
                yield from (((CREATE, attach), (CREATE, t.key)) for t in _twins(part, work))
        whole = whole_index(part, work.goal)
        # An index without all of its parts is invalid, and not recognised as ready.
        for attach in _attachments(work.goal[whole]) if whole and whole in work.goal else ():
            if _waits_for_indexes(attach, work):
                yield (CREATE, new.key), (CREATE, attach)


def _twins(part: Element, work: Work) -> list[Element]:
    """Indexes of the same table and definition as a part that are no parts themselves."""
    attached = any(work.comes(attach) for attach in _attachments(part))
    tables = [need for need in part.needs if need.kind in TABLES] if attached else []
    return [
        other
        for table in tables
        for other in work.goal.dependents(table)
        if other.key.kind == "INDEX"
        and other.key != part.key
        and _definition(other) == _definition(part)
        and not whole_index(other, work.goal)
    ]


def _definition(index: Element) -> str:
    """What makes an index but its name and its storage parameters."""
    return read_entry(index.ddl).main.replace(f" INDEX {quote(index.key.name)} ", " ", 1)


def _attachments(part: Element) -> list[ObjectKey]:
    """The keys under which the table of an index would be attached to another."""
    return [ObjectKey(ATTACH, t.schema, t.name) for t in part.needs if t.kind in TABLES]


def _has_constraint_below(element: Element, side: Side) -> bool:
    return any(
        dependent.key.kind == "CONSTRAINT" and whole_index(dependent, side) == element.key
        for dependent in side.dependents(element.key)
    )


def _waits_for_indexes(attach: ObjectKey, work: Work) -> bool:
    """Whether a table is attached to one that stays, and so has its indexes already."""
    known = work.goal.get(attach)
    above = [need for need in known.needs if need.kind in TABLES] if known else []
    return any(
        work.stays(need) and (need.schema, need.name) != (attach.schema, attach.name)
        for need in above
    )


def _parts(attach: Element | None, side: Side) -> list[Element]:
    """The index that an INDEX ATTACH makes a part, not the one it becomes a part of."""
    if attach is None:
        return []
    found = [side[need] for need in attach.needs if need.kind in _INDEXED and need in side]
    return [e for e in found if index_name(e) == attach.key.name]


RULES = (IndexRule(), IndexAttachRule())
