"""Partitions: which table is a part of which, and for which values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.element import Element
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.tables.opening import ATTACH
from trueup.plan.tables.tails import read_entry
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote


class AttachRule(Rule):
    """TABLE ATTACH entries. Detaching keeps the rows."""

    kinds: ClassVar[tuple[str, ...]] = (ATTACH,)

    def columns_used(
        self, element: Element, relation: ObjectKey, columns: Sequence[str]
    ) -> set[str]:
        """Both tables must have the same columns when they are joined."""
        return set(columns)

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        """A column that goes above goes below with it."""
        if lost.kind in TABLES:
            work.replace(element.key)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        yield from (key for key in _child(element) if key in work.source)

    def waits_aside(self, element: Element, work: Work) -> bool:
        """One that is copied gives its bounds up to its successor before."""
        return not any(child in work.moved_away for child in _child(element))

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        prices = (
            hazards.may_fail("rows outside of the partition's bounds stop it"),
            hazards.long_lock("all rows of the partition are read"),
        )
        return statements(element, element.ddl, *prices)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        child = qualified(element.key.schema, element.key.name)
        above = [n for n in element.needs if n.kind in TABLES and n not in _child(element)]
        for parent in sorted(above):
            name = qualified(parent.schema, parent.name)
            yield from statements(element, f"ALTER TABLE {name} DETACH PARTITION {child}")
            # It keeps its copies of the foreign keys; what it should have is made by its own
            # entries.
            for key in work.source.dependents(parent):
                if key.key.kind == "FK CONSTRAINT" and _is_on(key, parent):
                    foreign = quote(read_entry(key.ddl).constraint)
                    yield from statements(
                        element, f"ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {foreign}"
                    )


def _is_on(foreign_key: Element, table: ObjectKey) -> bool:
    return read_entry(foreign_key.ddl).relation == (table.schema, table.name)


def _child(element: Element) -> list[ObjectKey]:
    return [ObjectKey(kind, element.key.schema, element.key.name) for kind in TABLES]


RULES = (AttachRule(),)
