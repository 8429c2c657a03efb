"""Functions, procedures and aggregates.

CREATE OR REPLACE keeps what stands on a function but can't change its result type, its
parameters' names, nor take a default away
(https://www.postgresql.org/docs/current/sql-createfunction.html).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from pglast.parser import ParseError

from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.rule import Rule, Space, statements
from trueup.plan.work import Work
from trueup.sql.routine import Routine, parse_routine
from trueup.sql.tree import first


class RoutineRule(Rule):
    """Functions and procedures. One with a body parsed by PostgreSQL stands on what the body
    uses; a body that is a string stands on nothing."""

    kinds: ClassVar[tuple[str, ...]] = ("FUNCTION", "PROCEDURE")
    space: ClassVar[str] = "routine"
    holds_code: ClassVar[bool] = True
    blocks_retype: ClassVar[bool] = True

    def names(self, element: Element) -> Iterable[str]:
        return (_bare(element),)

    def shadows(self, element: Element) -> Iterable[str]:
        return (_bare(element),)

    def occupies(self, element: Element) -> Iterable[Space]:
        yield (self.space, element.key.schema, element.key.name)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        """The functions of a base type go with it."""
        shells = [need for need in element.needs if need.kind == "SHELL TYPE"]
        return [ObjectKey("TYPE", shell.schema, shell.name) for shell in shells]

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        try:
            before, after = parse_routine(old.ddl), parse_routine(new.ddl)
        except (ParseError, ValueError):
            return None
        if not _replaceable(before, after):
            return None
        word = new.key.kind
        ddl = new.ddl.replace(f"CREATE {word} ", f"CREATE OR REPLACE {word} ", 1)
        return Alteration(statements(new, ddl))


def _bare(element: Element) -> str:
    """The name without argument types, which themselves hold no quotes in a key."""
    return element.key.name.partition("(")[0]


def _replaceable(before: Routine, after: Routine) -> bool:
    if (before.returns, before.outputs) != (after.returns, after.outputs):
        return False
    if before.is_window != after.is_window:
        return False
    pairs = list(zip(before.parameters, after.parameters, strict=False))
    if len(before.parameters) != len(after.parameters):
        return False
    renamed = any(old.name and old.name != new.name for old, new in pairs)
    dropped = any(old.default is not None and new.default is None for old, new in pairs)
    moved = any(old.mode != new.mode for old, new in pairs)
    return not (renamed or dropped or moved)


class AggregateRule(RoutineRule):
    """Aggregates."""

    kinds: ClassVar[tuple[str, ...]] = ("AGGREGATE",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        """What decides the result's type must stay: the state's type and the final function."""
        if _result_parts(old.ddl) != _result_parts(new.ddl):
            return None
        ddl = new.ddl.replace("CREATE AGGREGATE ", "CREATE OR REPLACE AGGREGATE ", 1)
        return Alteration(statements(new, ddl))


def _result_parts(ddl: str) -> dict[str, str]:
    stmt: Any = first(ddl)
    wanted = {"sfunc", "stype", "finalfunc", "hypothetical", "kind"}
    return {o.defname: str(o.arg) for o in stmt.definition or () if o.defname in wanted}


RULES = (RoutineRule(), AggregateRule())
