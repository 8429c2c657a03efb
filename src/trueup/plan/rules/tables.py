"""Tables and foreign tables: what is about the table as a whole.

A table is never dropped to be recreated: its rows would go. https://www.postgresql.org/docs/current/sql-altertable.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.options import option_changes, reloption_changes
from trueup.plan.rule import Rule, rule_for, statements
from trueup.plan.statements import Statement
from trueup.plan.steps import Edge
from trueup.plan.tables.opening import open_table, parents, parts_of, read_table
from trueup.plan.tables.rebuild import (
    carry_over,
    is_unreachable,
    out_of_order,
    put_aside,
    rebuild_order,
    with_not_null_names,
)
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.table import Table

UNREACHABLE = "out_of_reach"
# NOT NULL constraints have names since 18.
_NOT_NULL_NAMES = 18


class TableRule(Rule):
    """Keeps the rows: opens the table and changes what can be changed."""

    kinds: ClassVar[tuple[str, ...]] = ("TABLE",)
    space: ClassVar[str] = "relation"
    opens: ClassVar[bool] = True

    def compare(self, old: Element, new: Element, work: Work) -> None:
        if not open_table(old.key, work):
            work.hint(UNREACHABLE, old.key, "the table's definition could not be read")
            return
        self._shell(old.key, work)

    def _shell(self, key: ObjectKey, work: Work) -> None:
        change = self.alter(work.source[key], work.goal[key], work)
        if change and change.statements:
            work.alter(key, change)

    def rebuilds(self, old: Element, new: Element, work: Work) -> bool:
        if old.key in work.options.rebuild:
            return True
        if work.options.copy_tables and is_unreachable(old.key, work):
            return True
        return work.options.strict_column_order and out_of_order(old.key, work)

    def waits_aside(self, element: Element, work: Work) -> bool:
        """A partition that is dropped stays with its rows until they were copied."""
        return element.key not in work.goal

    def away(self, element: Element, work: Work) -> Sequence[Statement]:
        return put_aside(element) if element.key in work.goal else ()

    def farewell(self, element: Element, work: Work) -> Sequence[Statement]:
        return carry_over(element, work)

    def order(self, work: Work) -> Iterator[Edge]:
        yield from rebuild_order(work)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = old.value, new.value
        found = tuple(_changes(before, after, new, work))
        return Alteration(found)

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        if element.key not in work.goal:
            return
        was_open = element.key in work.opened
        above = lost.kind in TABLES and lost in parents(work.goal, element.key)
        if above and lost not in work.moved_away:
            work.hint(UNREACHABLE, element.key, f"its parent {lost} can't be kept")
        elif not was_open and open_table(element.key, work):
            _tell_parts(element.key, lost, work)
            self._shell(element.key, work)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        """Dropping a partitioned table drops its partitions."""
        attach = ObjectKey("TABLE ATTACH", element.key.schema, element.key.name)
        if attach in work.source:
            yield from parents(work.source, element.key)

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        names = element.key in work.moved_away and work.options.server_major >= _NOT_NULL_NAMES
        return statements(element, with_not_null_names(element.ddl) if names else element.ddl)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        loss = hazards.data_loss(f"every row of {element.key.name} is lost")
        return statements(element, element.drop, loss)


class ForeignTableRule(TableRule):
    """Its rows live elsewhere: where altering does not suffice it may be recreated."""

    kinds: ClassVar[tuple[str, ...]] = ("FOREIGN TABLE",)

    def compare(self, old: Element, new: Element, work: Work) -> None:
        before, after = read_table(work.source, old.key), read_table(work.goal, new.key)
        same_server = before and after and before.server == after.server
        if same_server and old.key not in work.options.rebuild:
            super().compare(old, new, work)
        else:
            work.replace(old.key)

    def rebuilds(self, old: Element, new: Element, work: Work) -> bool:
        return False

    def order(self, work: Work) -> Iterator[Edge]:
        yield from ()

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        work.replace(element.key)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        return statements(element, element.drop)


def _tell_parts(table: ObjectKey, lost: ObjectKey, work: Work) -> None:
    """Those parts of a freshly opened table that stand on what goes hear of it now."""
    for part in parts_of(table, work.source):
        if lost in part.needs and not work.goes(part.key):
            rule_for(part.key.kind).on_loss(part, lost, work)


def _changes(before: Table, after: Table, new: Element, work: Work) -> Iterator[Statement]:
    name = after.qualified
    if before.persistence != after.persistence:
        word = "UNLOGGED" if after.persistence == "unlogged" else "LOGGED"
        rewrite = hazards.table_rewrite(f"all of {name} is written anew")
        yield from statements(new, f"ALTER TABLE {name} SET {word}", rewrite)
    if before.of_type != after.of_type:
        word = f"OF {after.of_type}" if after.of_type else "NOT OF"
        yield from statements(new, f"ALTER TABLE {name} {word}")
    start = f"ALTER {'FOREIGN ' if after.is_foreign else ''}TABLE {name}"
    for change in reloption_changes(before.options_as_written, after.options_as_written):
        yield from statements(new, f"{start} {change}")
    if before.fdw_options != after.fdw_options:
        options = option_changes(before.fdw_options, after.fdw_options)
        yield from statements(new, f"{start} OPTIONS ({options})")
    yield from _storage(before, after, new)
    yield from _security(before, after, new)
    if before.partition_by != after.partition_by:
        work.hint(UNREACHABLE, new.key, "how a table is partitioned can't be changed in place")
    if before.not_understood != after.not_understood:
        work.hint(UNREACHABLE, new.key, "part of the table's definition is not understood")


def _storage(before: Table, after: Table, new: Element) -> Iterator[Statement]:
    name = after.qualified
    rewrite = hazards.table_rewrite(f"all of {name} is written anew")
    if before.access_method != after.access_method:
        method = quote(after.access_method or "heap")
        yield from statements(new, f"ALTER TABLE {name} SET ACCESS METHOD {method}", rewrite)
    if before.tablespace != after.tablespace:
        place = quote(after.tablespace or "pg_default")
        yield from statements(new, f"ALTER TABLE {name} SET TABLESPACE {place}", rewrite)


def _security(before: Table, after: Table, new: Element) -> Iterator[Statement]:
    name = after.qualified
    if before.row_security_forced != after.row_security_forced:
        word = "FORCE" if after.row_security_forced else "NO FORCE"
        yield from statements(new, f"ALTER TABLE ONLY {name} {word} ROW LEVEL SECURITY")
    if before.replica_identity != after.replica_identity:
        identity = after.replica_identity or "DEFAULT"
        yield from statements(new, f"ALTER TABLE ONLY {name} REPLICA IDENTITY {identity}")


class InheritRule(Rule):
    """One parent of an opened table."""

    kinds: ClassVar[tuple[str, ...]] = ("INHERIT",)

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        """A column that goes does not end the inheritance; a parent that goes does."""
        if lost.kind in TABLES and not work.lets_go(element.key, lost):
            work.replace(element.key)


class RowSecurityRule(Rule):
    """ROW SECURITY entries: pg_dump says how to turn it on only."""

    kinds: ClassVar[tuple[str, ...]] = ("ROW SECURITY",)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        return [need for need in element.needs if need.kind in TABLES]

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        table = qualified(element.key.schema, element.key.name)
        return statements(element, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


RULES = (TableRule(), ForeignTableRule(), InheritRule(), RowSecurityRule())
