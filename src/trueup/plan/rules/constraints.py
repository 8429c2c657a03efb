"""Constraints of tables: keys, exclusions, foreign keys, checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

import pglast

from trueup.diff.types import compares
from trueup.model.hazard import Hazard
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration, Fate
from trueup.plan.element import Element
from trueup.plan.rule import Rule, Space, statements
from trueup.plan.rules.indexes import IndexRule
from trueup.plan.statements import Statement
from trueup.plan.steps import CREATE, DROP, Edge
from trueup.plan.tables.opening import CHECK, followed, part_key
from trueup.plan.tables.tails import read_entry
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.slices import Sliced

_SCAN = "all rows are read under a lock that stops writers"


class KeyConstraintRule(IndexRule):
    """Primary keys, unique and exclusion constraints: an index with a name in the table."""

    kinds: ClassVar[tuple[str, ...]] = ("CONSTRAINT",)

    def occupies(self, element: Element) -> Iterable[Space]:
        yield ("relation", element.key.schema, read_entry(element.ddl).constraint)

    def _suits_one_type(self, element: Element, column: ObjectKey, work: Work) -> bool:
        """A key suits all types that can be sorted; foreign keys may stand on it."""
        return " EXCLUDE " in element.ddl or work.fate(column) is Fate.RESEAT

    def _prices(self, element: Element) -> Iterator[Hazard]:
        yield hazards.may_fail("rows that break the constraint stop it")


class ForeignKeyRule(Rule):
    """Foreign keys."""

    kinds: ClassVar[tuple[str, ...]] = ("FK CONSTRAINT",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        return altered_constraint(old, new)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        relation = read_entry(element.ddl).relation
        return [ObjectKey(kind, *relation) for kind in TABLES]

    def on_retype(self, element: Element, column: ObjectKey, work: Work) -> None:
        """Meanwhile the two sides would have types that don't compare."""
        old, new = work.source.get(column), work.goal.get(column)
        types = [e.value.column.type for e in (old, new) if e and e.value.column.type]
        by_itself = len(types) < 2 or compares(types[0], types[1])
        if work.decisions[column].alteration.recasts or not by_itself:
            work.replace(element.key)

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        prices = (hazards.may_fail("rows without a counterpart stop it"), hazards.long_lock(_SCAN))
        return statements(element, element.ddl, *prices)


class CheckRule(Rule):
    """Checks of tables, inline or not, and checks of domains that pg_dump keeps apart."""

    kinds: ClassVar[tuple[str, ...]] = (CHECK,)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        return altered_constraint(old, new)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        return sorted(n for n in element.needs if n.kind in (*TABLES, "DOMAIN"))

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        for above in _above(element, work):
            same = work.goal.get(above)
            if same and work.comes(above) and _core(same.ddl)[0] == _core(element.ddl)[0]:
                change = altered_constraint(replace(element, ddl=same.ddl), element)
                return change.statements if change else ()
        prices = (hazards.may_fail("rows that break the check stop it"), hazards.long_lock(_SCAN))
        return statements(element, element.ddl, *prices)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        """One that came from above goes with it, unless the table had it of its own too."""
        if any(work.goes(above) for above in _above(element, work) if above in work.source):
            start, _, name = element.drop.partition(" DROP CONSTRAINT ")
            return statements(element, f"{start} DROP CONSTRAINT IF EXISTS {name}")
        return statements(element, element.drop)

    def order(self, work: Work) -> Iterator[Edge]:
        """What comes from above is there before it is validated, gone before it is missed."""
        for key in work.decisions:
            if key.kind == CHECK and key in work.source and work.goes(key):
                for above in _above(work.source[key], work):
                    yield (DROP, above), (DROP, key)
            if key.kind == CHECK and work.comes(key):
                for above in _above(work.goal[key], work):
                    yield (CREATE, above), (CREATE, key)


def _above(element: Element, work: Work) -> list[ObjectKey]:
    """The checks of the same name in tables that this one's table follows."""
    table = next((n for n in sorted(element.needs) if n.kind in TABLES), None)
    if table is None:
        return []
    name = element.key.name.removeprefix(f"{table.name} ")
    return [part_key(CHECK, parent, name) for parent in followed(work, table)]


_STATES = {
    ("DEFERRABLE",): "deferrable",
    ("INITIALLY", "DEFERRED"): "deferred",
    ("NOT", "VALID"): "not valid",
    ("NOT", "ENFORCED"): "not enforced",
}


def _core(ddl: str) -> tuple[str, frozenset[str]]:
    """The definition of a constraint without table and state, and its state."""
    text = ddl.strip().rstrip(";")
    sliced = Sliced.of(text)
    words = [text[t.start : t.end + 1].upper() for t in sliced.tokens]
    start = next(i for i, w in enumerate(words) if w == "CONSTRAINT")
    states: set[str] = set()
    end = len(words)
    while True:
        found = next(
            (s for s in _STATES if tuple(words[end - len(s) : end]) == s and end > len(s)), None
        )
        if found is None:
            break
        states.add(_STATES[found])
        end -= len(found)
    return text[sliced.tokens[start].start : sliced.tokens[end - 1].end + 1], frozenset(states)


def altered_constraint(old: Element, new: Element) -> Alteration | None:
    """VALIDATE and ALTER CONSTRAINT where only a constraint's state differs."""
    try:
        before, states = _core(old.ddl)
        after, wanted = _core(new.ddl)
        entry = read_entry(new.ddl)
    except (pglast.parser.ParseError, StopIteration):
        return None
    if before != after or not entry.constraint or "not valid" in wanted - states:
        return None
    if "not enforced" in states ^ wanted:
        return None
    table = qualified(entry.relation[0], entry.relation[1])
    name = quote(entry.constraint)
    found: tuple[Statement, ...] = ()
    timing = {"deferrable", "deferred"}
    if states & timing != wanted & timing:
        words = "DEFERRABLE" if "deferrable" in wanted else "NOT DEFERRABLE"
        words += " INITIALLY DEFERRED" if "deferred" in wanted else ""
        found += statements(new, f"ALTER TABLE {table} ALTER CONSTRAINT {name} {words}")
    if "not valid" in states - wanted:
        price = hazards.may_fail("rows that break the constraint stop it")
        found += statements(new, f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}", price)
    return Alteration(found)


RULES = (KeyConstraintRule(), ForeignKeyRule(), CheckRule())
