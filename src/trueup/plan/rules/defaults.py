"""Defaults of columns, and of views' columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.steps import ALTER, CREATE, Edge
from trueup.plan.tables.opening import COLUMN, DEFAULT, all_columns, followed
from trueup.plan.work import Work


class DefaultRule(Rule):
    """A default, whether pg_dump keeps it inside its table or apart."""

    kinds: ClassVar[tuple[str, ...]] = (DEFAULT,)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        return sorted(need for need in element.needs if need.kind not in _USED)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        return Alteration(statements(new, new.ddl))

    def on_retype(self, element: Element, column: ObjectKey, work: Work) -> None:
        decision = work.decisions.get(column)
        if decision and decision.alteration.recasts:
            work.replace(element.key)

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        """A new column brings its default along; partitions get it from above."""
        if any(work.comes(c) and not _from_above(c, work) for c in _columns(element)):
            return ()
        return statements(element, element.ddl)

    def order(self, work: Work) -> Iterator[Edge]:
        """A new column that brings its default along needs what the default needs."""
        for key in work.decisions:
            element = work.goal.get(key)
            if key.kind == DEFAULT and element and work.comes(key):
                for column in _columns(element):
                    for need in element.needs:
                        yield (CREATE, need), (CREATE, column)
                        yield (ALTER, need), (CREATE, column)


# Kinds that a default uses; anything else it stands on is where it is.
_USED = frozenset({"FUNCTION", "SEQUENCE", "TYPE", "DOMAIN", "EXTENSION", "COLLATION", "OPERATOR"})


def _columns(element: Element) -> list[ObjectKey]:
    return [need for need in element.needs if need.kind == COLUMN]


def _from_above(column: ObjectKey, work: Work) -> bool:
    here = work.goal[column].value
    if not here.column.type:
        return True
    above = followed(work, here.table)
    return any(here.column.name in all_columns(work.goal, parent) for parent in above)


RULES = (DefaultRule(),)
