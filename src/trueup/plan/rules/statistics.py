"""Extended statistics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from trueup.model.kinds import WITH_ROWS
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.rule import Rule, statements
from trueup.plan.work import Work
from trueup.sql.quote import qualified
from trueup.sql.statements import split


class StatisticsRule(Rule):
    """Entries of kind STATISTICS: ANALYZE fills them again when they are recreated."""

    kinds: ClassVar[tuple[str, ...]] = ("STATISTICS",)
    space: ClassVar[str] = "statistics"

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        return sorted(n for n in element.needs if n.kind in WITH_ROWS)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = split(old.ddl), split(new.ddl)
        if before[0] != after[0]:
            return None
        name = qualified(new.key.schema, new.key.name)
        targets = after[1:] or (f"ALTER STATISTICS {name} SET STATISTICS -1",)
        return Alteration(tuple(s for text in targets for s in statements(new, text)))


RULES = (StatisticsRule(),)
