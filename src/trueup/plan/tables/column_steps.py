"""The ALTERs of one column, from one state to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trueup.diff.types import (
    TypeChange,
    Types,
    change_of_type,
    exchange_of_type,
    hazards_of,
    read_type,
)
from trueup.plan import hazards
from trueup.plan.element import Element
from trueup.plan.options import option_changes, reloption_changes
from trueup.plan.rule import statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.table import Column

# SET STORAGE DEFAULT exists since 16.
_STORAGE_DEFAULT = 16


def table_name(element: Element) -> str:
    """The quoted name of the table that a column is in."""
    table = element.value.table
    return qualified(table.schema, table.name)


def column_steps(
    new: Element,
    before: Column,
    after: Column,
    work: Work,
    *,
    forced: bool,
    outcome: TypeChange | None = None,
) -> Iterator[Statement]:
    """The ALTERs that lead from one state of a column to another. `forced`: its type is exchanged
    for one of the same name. `outcome`: what becomes of the values, where this is only the last
    part of their way."""
    every = f"ALTER TABLE {table_name(new)} ALTER COLUMN {quote(after.name)}"
    only = f"ALTER TABLE ONLY {table_name(new)} ALTER COLUMN {quote(after.name)}"
    if before.generated and not after.generated:
        yield from statements(new, f"{every} DROP EXPRESSION")
    if before.not_null and not after.not_null:
        yield from statements(new, f"{every} DROP NOT NULL")
    retyped = after.type and (
        forced or (before.type, before.collation) != (after.type, after.collation)
    )
    if retyped and before.type:
        yield from _retype(new, every, before, after, _change(before, after, work, forced), outcome)
        before = replace(before, storage=None, compression=None)
    if after.generated and before.generated and before.generated != after.generated:
        rewrite = hazards.table_rewrite(f"the values of {after.name} are computed anew")
        yield from statements(new, f"{every} SET EXPRESSION AS ({after.generated})", rewrite)
    yield from _not_null(new, every, before, after)
    yield from physical_steps(new, only, before, after, work)


def _change(before: Column, after: Column, work: Work, forced: bool) -> TypeChange:
    way = exchange_of_type if forced else change_of_type
    return way(before.type, after.type, Types(work.source), Types(work.goal))


def _retype(
    new: Element,
    every: str,
    before: Column,
    after: Column,
    change: TypeChange,
    outcome: TypeChange | None,
) -> Iterator[Statement]:
    collate = f" COLLATE {after.collation}" if after.collation else ""
    clause = ""
    if after.generated:
        # Its values are computed: none is lost.
        outcome = TypeChange((), True, "a computed value may be none of the type")
    elif change.casts:
        clause = f" USING {change.using(after.name)}"
    told = outcome or change
    prices = hazards_of(told, column_subject(new, after.name), after.type)
    yield from statements(new, f"{every} TYPE {after.type}{collate}{clause}", *prices)


def column_subject(element: Element, column: str) -> str:
    """What hazards of a column are about."""
    table = element.value.table
    return f"{table.schema}.{table.name}.{column}"


def _not_null(new: Element, every: str, before: Column, after: Column) -> Iterator[Statement]:
    if not after.not_null:
        return
    table, name = table_name(new), quote(after.name)
    if before.not_null:
        if before.not_null_name != after.not_null_name:
            old = before.not_null_name or _usual_name(new, after)
            to = after.not_null_name or _usual_name(new, after)
            rename = f"RENAME CONSTRAINT {quote(old)} TO {quote(to)}"
            yield from statements(new, f"ALTER TABLE {table} {rename}")
        return
    prices = (
        hazards.may_fail(f"a row with no {after.name} stops it"),
        hazards.long_lock("all rows are read while nobody else can use the table"),
    )
    if after.not_null_name or after.not_null_no_inherit:
        given = f"CONSTRAINT {quote(after.not_null_name or _usual_name(new, after))}"
        tail = " NO INHERIT" if after.not_null_no_inherit else ""
        sql = f"ALTER TABLE {table} ADD {given} NOT NULL {name}{tail}"
        yield from statements(new, sql, *prices)
    else:
        yield from statements(new, f"{every} SET NOT NULL", *prices)


def _usual_name(new: Element, column: Column) -> str:
    return f"{new.value.table.name}_{column.name}_not_null"


def physical_steps(
    new: Element, only: str, before: Column, after: Column, work: Work
) -> Iterator[Statement]:
    if before.storage != after.storage:
        storage = after.storage or _usual_storage(after, work)
        yield from statements(new, f"{only} SET STORAGE {storage}")
    if before.compression != after.compression:
        yield from statements(new, f"{only} SET COMPRESSION {after.compression or 'default'}")
    if before.statistics != after.statistics:
        yield from statements(new, f"{only} SET STATISTICS {after.statistics or -1}")
    for change in reloption_changes(before.options, after.options):
        yield from statements(new, f"{only} {change}")
    if before.fdw_options != after.fdw_options:
        options = option_changes(before.fdw_options, after.fdw_options)
        foreign = only.replace("ALTER TABLE", "ALTER FOREIGN TABLE", 1)
        yield from statements(new, f"{foreign} OPTIONS ({options})")


def _usual_storage(column: Column, work: Work) -> str:
    if work.options.server_major >= _STORAGE_DEFAULT:
        return "DEFAULT"
    type_ = read_type(column.type)
    mains = {"numeric", "inet", "cidr"}
    return "MAIN" if type_.base in mains and not type_.dimensions else "EXTENDED"
