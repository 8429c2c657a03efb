"""Operators and their families and classes, casts: recreated where they differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from trueup.plan.element import Element
from trueup.plan.rule import Rule


class OperatorRule(Rule):
    """Operators: what uses one names its symbol."""

    kinds: ClassVar[tuple[str, ...]] = ("OPERATOR",)

    def names(self, element: Element) -> Iterable[str]:
        return (element.key.name.partition(" ")[0],)

    def shadows(self, element: Element) -> Iterable[str]:
        return self.names(element)


class OperatorClassRule(Rule):
    """Operator classes and families: the access method follows the name in the key."""

    kinds: ClassVar[tuple[str, ...]] = ("OPERATOR CLASS", "OPERATOR FAMILY")

    def names(self, element: Element) -> Iterable[str]:
        return (element.key.name.rpartition(" USING ")[0],)


class CastRule(Rule):
    """Casts have no name of their own; an expression uses one by naming its target type."""

    kinds: ClassVar[tuple[str, ...]] = ("CAST", "TRANSFORM")

    def names(self, element: Element) -> Iterable[str]:
        return ()


RULES = (OperatorRule(), OperatorClassRule(), CastRule())
