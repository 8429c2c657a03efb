"""Rules (CREATE RULE), with their enabled states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from trueup.model.kinds import RELATIONS
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.rule import Rule, statements
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.statements import split


class RewriteRule(Rule):
    """Rules of tables and views."""

    kinds: ClassVar[tuple[str, ...]] = ("RULE",)
    blocks_retype: ClassVar[bool] = True

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        relation = _relation(element)
        if relation:
            yield relation

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        relation = _relation(new)
        before, after = split(old.ddl), split(new.ddl)
        if relation is None or before[0] != after[0]:
            return None
        table = qualified(relation.schema, relation.name)
        name = quote(new.key.name.removeprefix(f"{relation.name} "))
        states = after[1:] or (f"ALTER TABLE {table} ENABLE RULE {name}",)
        return Alteration(tuple(s for text in states for s in statements(new, text)))


def _relation(element: Element) -> ObjectKey | None:
    found = [n for n in element.needs if n.kind in RELATIONS]
    owning = [n for n in found if element.key.name.startswith(f"{n.name} ")]
    return max(owning, key=lambda n: len(n.name), default=None)


RULES = (RewriteRule(),)
