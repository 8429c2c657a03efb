"""Comments and security labels: text on an object, gone with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pglast.enums import ObjectType

from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.tables.opening import CHECK, part_key
from trueup.plan.work import Work
from trueup.sql.slices import Sliced
from trueup.sql.tree import first

# What initdb says of the schema public; taking a comment away is not the same as never touching it.
_STANDARD = "COMMENT ON SCHEMA \"public\" IS 'standard public schema'"


class CommentRule(Rule):
    """COMMENT and SECURITY LABEL entries, both `… IS 'text'`."""

    kinds: ClassVar[tuple[str, ...]] = ("COMMENT", "SECURITY LABEL")

    def refine(
        self, element: Element, relation: ObjectKey, columns: Mapping[str, ObjectKey], side: Side
    ) -> None:
        stmt: Any = first(element.ddl)
        names = [getattr(part, "sval", "") for part in _parts(stmt.object)]
        if stmt.objtype == ObjectType.OBJECT_COLUMN:
            side.add_needs(element.key, [columns[n] for n in names[-1:] if n in columns])
        elif stmt.objtype == ObjectType.OBJECT_TABCONSTRAINT:
            check = part_key(CHECK, relation, names[-1])
            side.add_needs(element.key, [check] if check in side else [])

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        return sorted(element.needs)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        return Alteration(statements(new, new.ddl))

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        start = _without_text(element.ddl)
        if element.ddl.strip().endswith("IS NULL;"):
            return statements(element, _STANDARD)
        return statements(element, f"{start} IS NULL")


def _parts(named: Any) -> tuple[Any, ...]:
    return tuple(named) if isinstance(named, tuple | list) else ()


def _without_text(ddl: str) -> str:
    """Everything before the last IS that stands outside of a string."""
    sliced = Sliced.of(ddl)
    start = max(token.start for token in sliced.tokens if token.name == "IS")
    return ddl[:start].rstrip()


RULES = (CommentRule(),)
