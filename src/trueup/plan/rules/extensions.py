"""Extensions. Their members are not in the archive, nor is their version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.rule import ANY_OPERATOR, Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.quote import quote
from trueup.sql.tree import first


class ExtensionRule(Rule):
    """Moves an extension to another schema; everything that uses it follows by itself."""

    kinds: ClassVar[tuple[str, ...]] = ("EXTENSION",)
    space: ClassVar[str] = "extension"

    def names(self, element: Element) -> Iterable[str]:
        return ()

    def shadows(self, element: Element) -> Iterable[str]:
        return (ANY_OPERATOR,)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        schema = _schema(new.ddl)
        if schema == _schema(old.ddl) or not schema:
            return None
        name = quote(new.key.name)
        return Alteration(statements(new, f"ALTER EXTENSION {name} SET SCHEMA {quote(schema)}"))

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        if not work.lets_go(element.key, lost):
            work.replace(element.key)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        price = hazards.data_loss(f"tables that belong to {element.key.name} are lost")
        return statements(element, element.drop, price)


def _schema(ddl: str) -> str:
    stmt: Any = first(ddl)
    return next((o.arg.sval for o in stmt.options or () if o.defname == "schema"), "")


RULES = (ExtensionRule(),)
