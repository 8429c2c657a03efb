"""Columns of opened tables.

A column's position can't be changed; a column keeps its place by being altered wherever
PostgreSQL allows, and its rows' values are carried over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from trueup.diff.types import Types, change_of_type, exchange_of_type, read_type
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration, Fate
from trueup.plan.element import Element, Side
from trueup.plan.rule import Rule, rule_for, statements
from trueup.plan.rules.sequences import identity_clause
from trueup.plan.statements import Statement
from trueup.plan.steps import CREATE, Edge
from trueup.plan.tables.column_steps import column_steps, column_subject, physical_steps, table_name
from trueup.plan.tables.opening import (
    COLUMN,
    ColumnOf,
    all_columns,
    column_key,
    followed,
    has_row_type,
    open_table,
    part_key,
    row_type_users,
)
from trueup.plan.work import Work
from trueup.sql.quote import quote
from trueup.sql.table import Column

# DROP EXPRESSION exists since 13, SET EXPRESSION since 17.
_SET_EXPRESSION = 17


class ColumnRule(Rule):
    """One column of an opened table."""

    kinds: ClassVar[tuple[str, ...]] = (COLUMN,)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        yield element.about
        name = element.value.column.name
        for parent in followed(work, element.about):
            yield column_key(parent, name)

    def compare(self, old: Element, new: Element, work: Work) -> None:
        before = inherited_change(old.value, work) or old.value.column
        after: Column = new.value.column
        if _needs_new_column(before, after, work):
            work.replace(old.key)
            return
        self._decide(new, before, after, work, forced=False)

    def _decide(
        self, new: Element, before: Column, after: Column, work: Work, *, forced: bool
    ) -> None:
        steps = tuple(column_steps(new, before, after, work, forced=forced))
        old: Column = work.source[new.key].value.column
        retypes = forced or (old.type, old.collation) != (after.type, after.collation)
        types = old.type or after.type, after.type or old.type
        change = change_of_type(*types, Types(work.source), Types(work.goal))
        recasts = forced or (retypes and not change.assigns)
        work.alter(new.key, Alteration(steps, retypes=retypes, recasts=recasts))
        if retypes and (forced or change.rewrites):
            self._free_row_type(new, work)

    def _free_row_type(self, new: Element, work: Work) -> None:
        """PostgreSQL rewrites no table whose rows are values in another one's columns."""
        for user in row_type_users(work.source, new.about):
            if user.key.kind in TABLES and not work.goes(user.key):
                open_table(user.key, work)
        for side in (work.source, work.goal):
            for user in row_type_users(side, new.about):
                side.add_needs(user.key, [new.key])
        for user in work.source.dependents(new.key):
            if user.key.kind == COLUMN and has_row_type(user.value.column, new.about):
                self.on_retype(user, new.key, work)

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        new = work.goal.get(element.key)
        if new is None or work.lets_go(element.key, lost):
            return
        column: Column = element.value.column
        if lost.kind == COLUMN:
            self._column_lost(element, lost, work)
        elif column.generated and lost not in _type_needs(element, work.source):
            self._reseat(element, new, work)
        elif lost in work.moved_away or (lost.kind not in TABLES and work.move_away(lost)):
            self._decide(new, column, new.value.column, work, forced=True)
        elif work.goes(lost):
            self._wait_as_text(element, new, work)

    def _column_lost(self, element: Element, lost: ObjectKey, work: Work) -> None:
        if _is_above(lost, element, work):
            # Without a successor above, the column stays and becomes the table's own.
            if work.fate(lost) is Fate.REPLACE:
                work.replace(element.key)
        else:
            self._reseat(element, work.goal[element.key], work)

    def on_retype(self, element: Element, column: ObjectKey, work: Work) -> None:
        new = work.goal.get(element.key)
        if new is None:
            return
        if _is_above(column, element, work):
            if element.key not in work.decisions and element.meaning != new.meaning:
                self.compare(element, new, work)
            known = work.decisions.get(element.key)
            done = known.alteration.statements if known else ()
            above = work.decisions[column].alteration
            work.alter(element.key, replace(above, statements=done, first=False))
        elif has_row_type(element.value.column, work.source[column].about):
            self._wait_as_text(element, new, work)
        elif element.value.column.generated:
            self._reseat(element, new, work)

    def _reseat(self, old: Element, new: Element, work: Work) -> None:
        """A generated column lets go of what its expression uses and takes it up again."""
        before, after = old.value.column, new.value.column
        if not (before.generated and after.generated):
            return
        if work.options.server_major < _SET_EXPRESSION:
            work.replace(old.key)
            return
        target = f"ALTER TABLE {table_name(new)} ALTER COLUMN {quote(after.name)}"
        release = f"{target} SET EXPRESSION AS (NULL::{before.type})"
        if before.not_null:
            release = f"{target} DROP NOT NULL;\n{release}"
        loosened = replace(before, generated=f"NULL::{before.type}", not_null=False)
        rewrite = hazards.table_rewrite(f"the values of {after.name} are computed anew")
        restore = tuple(column_steps(new, loosened, after, work, forced=False))
        work.reseat(old.key, statements(old, release, rewrite), restore)

    def _wait_as_text(self, old: Element, new: Element, work: Work) -> None:
        """The values are kept as text while their type is exchanged."""
        before, after = old.value.column, new.value.column
        if not before.type or inherited_change(new.value, work) != before:
            return
        text = '"text"' + "[]" * read_type(before.type).dimensions
        aside = replace(before, type=text, collation=None, storage=None, compression=None)
        release = tuple(column_steps(old, before, aside, work, forced=False))
        outcome = exchange_of_type(before.type, after.type, Types(work.source), Types(work.goal))
        steps = column_steps(new, aside, after, work, forced=False, outcome=outcome)
        restore = tuple(steps)
        work.reseat(old.key, release, restore, retypes=True)

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        given = inherited_change(element.value, work)
        column: Column = element.value.column
        if given is not None:
            return tuple(column_steps(element, given, column, work, forced=False))
        if not column.type:
            bare = Column(column.name)
            return tuple(column_steps(element, bare, column, work, forced=False))
        return tuple(_add(element, column, work))

    def order(self, work: Work) -> Iterator[Edge]:
        """New columns come in the goal's order: it can't be changed later."""
        last: dict[ObjectKey, ObjectKey] = {}
        for element in sorted(work.goal.of_kind(COLUMN), key=lambda e: e.position):
            if work.comes(element.key) and element.value.column.type:
                if element.about in last:
                    yield (CREATE, last[element.about]), (CREATE, element.key)
                last[element.about] = element.key

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        column: Column = element.value.column
        if not column.type:
            return ()
        kept = any(
            child.key in work.goal and not work.goes(child.key)
            for child in work.source.dependents(element.key)
            if child.key.kind == COLUMN and _is_above(element.key, child, work)
        )
        only = "ONLY " if kept else ""
        sql = f"ALTER TABLE {only}{table_name(element)} DROP COLUMN {quote(column.name)}"
        if column.generated:
            return statements(element, sql)
        subject = column_subject(element, column.name)
        loss = hazards.data_loss(f"the values of {column.name} are lost", subject)
        return statements(element, sql, loss)


def _is_above(column: ObjectKey, element: Element, work: Work) -> bool:
    """Whether `column` is the same column in a table that this one's table follows."""
    name = element.value.column.name
    return any(column_key(parent, name) == column for parent in followed(work, element.about))


def _type_needs(element: Element, side: Side) -> frozenset[ObjectKey]:
    """What a column stands on because of its type, not of its expression."""
    column: Column = element.value.column
    text = f"{column.type} {column.collation or ''}"
    return frozenset(
        need
        for need in element.needs
        if (known := side.get(need))
        and side.speaks_of(text, need, rule_for(need.kind).names(known))
    )


def inherited_change(here: ColumnOf, work: Work) -> Column | None:
    """The column as the changes of followed parents leave it; None where it is not there yet and
    no parent brings it."""
    name = here.column.name
    old = work.source.get(column_key(here.table, name))
    kept = old is not None and not work.goes(old.key)
    found: Column | None = old.value.column if old and kept else None
    for parent in followed(work, here.table):
        before = all_columns(work.source, parent).get(name)
        after = all_columns(work.goal, parent).get(name)
        key = column_key(parent, name)
        if before is not None and work.fate(key) is Fate.REPLACE:
            before, found = None, None
        found = _carried(found, before, after)
    return found


def _carried(here: Column | None, before: Column | None, after: Column | None) -> Column | None:
    """What a change above makes of a column here."""
    if after is None:
        return here
    if before is None or here is None:
        return here if here is not None else _copied(after)
    if here.type and (before.type, before.collation) != (after.type, after.collation):
        here = replace(
            here, type=after.type, collation=after.collation, storage=None, compression=None
        )
    if here.type and before.not_null != after.not_null:
        here = replace(here, not_null=after.not_null)
    if before.generated != after.generated:
        here = replace(here, generated=after.generated)
    return here


def _copied(after: Column) -> Column:
    """A column that ADD COLUMN on the parent brings: statistics and options stay above."""
    return replace(after, statistics=None, options=(), fdw_options=())


def _needs_new_column(before: Column, after: Column, work: Work) -> bool:
    """Whether only dropping and adding leads from one to the other. Nothing is lost by it: such a
    column's values are computed."""
    if not after.generated:
        return False
    if not before.generated or before.stored != after.stored:
        return True
    changed = before.generated != after.generated
    retyped = (before.type, before.collation) != (after.type, after.collation)
    return (changed or retyped) and work.options.server_major < _SET_EXPRESSION


def _add(element: Element, column: Column, work: Work) -> Iterator[Statement]:
    default = work.goal.get(part_key("DEFAULT", element.about, column.name))
    identity = identity_clause(work, element.about, column.name)
    parts = [f"ADD COLUMN {quote(column.name)} {column.type}"]
    if column.collation:
        parts.append(f"COLLATE {column.collation}")
    if column.generated:
        stored = " STORED" if column.stored else ""
        parts.append(f"GENERATED ALWAYS AS ({column.generated}){stored}")
    elif identity:
        parts.append(identity)
    elif default and work.comes(default.key):
        parts.append("DEFAULT " + default.ddl.partition(" SET DEFAULT ")[2].strip().rstrip(";"))
    if column.not_null:
        named = f"CONSTRAINT {quote(column.not_null_name)} " if column.not_null_name else ""
        no_inherit = " NO INHERIT" if column.not_null_no_inherit else ""
        parts.append(f"{named}NOT NULL{no_inherit}")
    filled = column.generated or identity or default or not column.not_null
    prices = [] if filled else [hazards.may_fail(f"rows that exist have no {column.name}")]
    if identity or (column.generated and column.stored):
        prices.append(hazards.table_rewrite("every row is written anew with the new value"))
    yield from statements(element, f"ALTER TABLE {table_name(element)} {' '.join(parts)}", *prices)
    plain = replace(column, storage=None, compression=None, statistics=None, options=())
    plain = replace(plain, fdw_options=())
    only = f"ALTER TABLE ONLY {table_name(element)} ALTER COLUMN {quote(column.name)}"
    yield from physical_steps(element, only, plain, column, work)


RULES = (ColumnRule(),)
