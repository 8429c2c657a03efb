"""Owners are not compared, but what is recreated keeps the one it had.

Where everything has one owner that is taken to be who runs the plan, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from trueup.model.kinds import kind_named
from trueup.plan.element import Element
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.quote import quote

# initdb's own; a role of that name can't be asked for on every server.
_ROOT = frozenset({"", "pg_database_owner"})


class OwnerRule(Rule):
    """Gives recreated objects back to their owners."""

    def after_create(self, element: Element, work: Work) -> Iterable[Statement]:
        old = work.source.get(element.key)
        several = len(work.source.owners - _ROOT) > 1
        if (
            old is None
            or not several
            or old.owner in _ROOT
            or not kind_named(element.key.kind).owned
        ):
            return ()
        named = element.drop.strip().rstrip(";").partition(f"DROP {element.key.kind} ")[2]
        if not named:
            return ()
        return statements(element, f"ALTER {element.key.kind} {named} OWNER TO {quote(old.owner)}")


RULES = (OwnerRule(),)
