"""Types: enums, composites, ranges, base types.

A type that columns of surviving tables have can't be dropped; it is renamed away, the columns are
given the new one, and only then the old one goes. Ranges can't be renamed away (their constructor
functions keep their names), so their columns wait as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace as replaced
from typing import ClassVar

from trueup.diff.types import (
    Types,
    attribute_lost,
    change_of_type,
    dropped_attributes,
    hazards_of,
    label_stays,
    only_gains_labels,
    tables_holding,
)
from trueup.model.hazard import Hazard
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.rule import Rule, Space, rule_for, statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote, standard_literal
from trueup.sql.references import mentions
from trueup.sql.table import parse_table
from trueup.sql.tree import first, kind_of
from trueup.sql.type_body import Composite, Enum, OtherType, Range, parse_type

SHELL = "SHELL TYPE"
_LONGEST = 63


def away_name(name: str) -> str:
    """A name to put a doomed object aside under; names are at most 63 bytes long."""
    suffix = "__trueup_old"
    return name.encode()[: _LONGEST - len(suffix)].decode(errors="ignore") + suffix


class TypeRule(Rule):
    """Entries of kind TYPE."""

    kinds: ClassVar[tuple[str, ...]] = ("TYPE",)

    def names(self, element: Element) -> Iterable[str]:
        body = parse_type(element.ddl)
        return (
            (element.key.name, body.multirange) if isinstance(body, Range) else (element.key.name,)
        )

    def shadows(self, element: Element) -> Iterable[str]:
        return self.names(element)

    def occupies(self, element: Element) -> Iterable[Space]:
        yield ("type", element.key.schema, element.key.name)
        if isinstance(parse_type(element.ddl), Composite):
            yield ("relation", element.key.schema, element.key.name)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = parse_type(old.ddl), parse_type(new.ddl)
        if isinstance(before, Enum) and isinstance(after, Enum):
            return _enum_changes(before, after, new)
        if isinstance(before, Composite) and isinstance(after, Composite):
            return _composite_changes(before, after, old, new, work)
        return None

    def away(self, element: Element, work: Work) -> Sequence[Statement]:
        if not isinstance(parse_type(element.ddl), Enum | Composite):
            return ()
        name = qualified(element.key.schema, element.key.name)
        aside = quote(away_name(element.key.name))
        return statements(element, f"ALTER TYPE {name} RENAME TO {aside}")

    def farewell(self, element: Element, work: Work) -> Sequence[Statement]:
        name = qualified(element.key.schema, away_name(element.key.name))
        return statements(element, f"DROP TYPE {name}")

    def drags(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        """A base type and the shell it was made from are one; the functions follow the shell."""
        yield ObjectKey(SHELL, element.key.schema, element.key.name)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        """A base type and its functions stand on each other: only together can they go."""
        sql = element.drop.strip().rstrip(";")
        if isinstance(parse_type(element.ddl), OtherType) and not sql.endswith(" CASCADE"):
            sql += " CASCADE" if sql else ""
        return statements(element, sql)

    def finish(self, plan: Sequence[Statement], work: Work) -> Sequence[Statement]:
        """A label can't be used in the transaction that adds it (ALTER TYPE, "Notes")."""
        added = {s.sql: label for s in plan if (label := _added_label(s)) is not None}
        if not added:
            return plan
        used: set[str] = set()
        for statement in plan:
            if statement.sql not in added:
                used |= mentions(statement.sql).literals
        return [replaced(s, transactional=False) if added.get(s.sql) in used else s for s in plan]


def _added_label(statement: Statement) -> str | None:
    """The label that an ALTER TYPE … ADD VALUE adds."""
    if statement.object.kind != "TYPE" or " ADD VALUE " not in statement.sql:
        return None
    tree = first(statement.sql)
    return tree.newVal if kind_of(tree) == "AlterEnumStmt" and not tree.oldVal else None


def _enum_changes(before: Enum, after: Enum, new: Element) -> Alteration | None:
    if not only_gains_labels(before, after):
        return None
    kept = before.labels
    name = qualified(new.key.schema, new.key.name)
    price = label_stays(new.key)
    found: list[Statement] = []
    for index, label in enumerate(after.labels):
        if label in before.labels:
            continue
        if index:
            place = f" AFTER {standard_literal(after.labels[index - 1])}"
        else:
            place = f" BEFORE {standard_literal(kept[0])}" if kept else ""
        found += statements(
            new, f"ALTER TYPE {name} ADD VALUE {standard_literal(label)}{place}", price
        )
    return Alteration(tuple(found), first=True)


def _composite_changes(
    before: Composite, after: Composite, old: Element, new: Element, work: Work
) -> Alteration | None:
    kept = [name for name in before.attributes if name in after.attributes]
    if list(after.attributes)[: len(kept)] != kept:
        return None
    retyped = [n for n in kept if before.attributes[n] != after.attributes[n]]
    dependents = work.source.dependents(old.key)
    name = qualified(new.key.schema, new.key.name)
    typed = [d for d in dependents if _is_typed(d, name)]
    if retyped and any(d.key.kind in TABLES and d not in typed for d in dependents):
        return None
    dropped = dropped_attributes(before, after)
    for dependent in dependents if dropped or retyped else ():
        if rule_for(dependent.key.kind).blocks_retype:
            work.replace(dependent.key)
    tables = _tables(old.key, work.source)
    prices = _prices(before, after, old.key, tables, work)
    changes = {f"DROP ATTRIBUTE {quote(n)}": prices.get(n, ()) for n in dropped}
    for n in retyped:
        changes[f"ALTER ATTRIBUTE {quote(n)} TYPE {after.attributes[n]}"] = prices.get(n, ())
    changes |= {
        f"ADD ATTRIBUTE {quote(n)} {t}": () for n, t in after.attributes.items() if n not in kept
    }
    cascade = " CASCADE" if typed else ""
    start = f"ALTER TYPE {name}"
    found = [s for c, p in changes.items() for s in statements(new, f"{start} {c}{cascade}", *p)]
    return Alteration(tuple(replaced(s, rows_of=tables if s.hazards else ()) for s in found))


def _tables(type_: ObjectKey, side: Side) -> tuple[ObjectKey, ...]:
    """The tables that hold values of a type. A column's element counts as its table."""

    def dependents(key: ObjectKey) -> Iterable[ObjectKey]:
        return (element.about for element in side.dependents(key))

    return tuple(sorted(tables_holding(type_, dependents)))


def _prices(
    before: Composite,
    after: Composite,
    type_: ObjectKey,
    tables: Sequence[ObjectKey],
    work: Work,
) -> dict[str, tuple[Hazard, ...]]:
    """By attribute, what dropping it or giving it another type costs the tables that have it."""
    if not tables:
        return {}
    found: dict[str, tuple[Hazard, ...]] = {}
    for name, was in before.attributes.items():
        now = after.attributes.get(name)
        if now is None:
            found[name] = (attribute_lost(type_, name, tables),)
        elif now != was:
            change = change_of_type(was, now, Types(work.source), Types(work.goal))
            subject = f"{type_.schema}.{type_.name}.{name}"
            found[name] = tuple(hazards_of(change, subject, now))
    return found


def _is_typed(element: Element, type_name: str) -> bool:
    """Whether a table has its columns from a type."""
    return element.key.kind in TABLES and parse_table(element.ddl).of_type == type_name


class ShellRule(Rule):
    """The name of a base type before it has functions."""

    kinds: ClassVar[tuple[str, ...]] = (SHELL,)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        yield ObjectKey("TYPE", element.key.schema, element.key.name)


class CollationRule(Rule):
    """Collations: columns of surviving tables may have them."""

    kinds: ClassVar[tuple[str, ...]] = ("COLLATION",)

    def away(self, element: Element, work: Work) -> Sequence[Statement]:
        name = qualified(element.key.schema, element.key.name)
        aside = quote(away_name(element.key.name))
        return statements(element, f"ALTER COLLATION {name} RENAME TO {aside}")

    def farewell(self, element: Element, work: Work) -> Sequence[Statement]:
        name = qualified(element.key.schema, away_name(element.key.name))
        return statements(element, f"DROP COLLATION {name}")


RULES = (TypeRule(), ShellRule(), CollationRule())
