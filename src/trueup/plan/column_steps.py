"""The ALTERs of one column, from one state to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trueup.model.sql_slices import quote
from trueup.model.table import Column
from trueup.plan import hazards
from trueup.plan.casting import keeps_bytes, read_type, using
from trueup.plan.element import Element
from trueup.plan.options import option_changes, reloption_changes
from trueup.plan.rule import statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work

# SET STORAGE DEFAULT exists since 16.
_STORAGE_DEFAULT = 16


def table_name(element: Element) -> str:
    """The quoted name of the table that a column is in."""
    table = element.value.table
    return f"{quote(table.schema)}.{quote(table.name)}"


def column_steps(
    new: Element, before: Column, after: Column, work: Work, *, forced: bool
) -> Iterator[Statement]:
    """The ALTERs that lead from one state of a column to another. `forced`: its type is exchanged
    for one of the same name."""
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
        yield from _retype(new, every, before, after, work, forced=forced)
        before = replace(before, storage=None, compression=None)
    if after.generated and before.generated and before.generated != after.generated:
        rewrite = hazards.table_rewrite(f"the values of {after.name} are computed anew")
        yield from statements(new, f"{every} SET EXPRESSION AS ({after.generated})", rewrite)
    yield from _not_null(new, every, before, after)
    yield from physical_steps(new, only, before, after, work)


def _retype(
    new: Element, every: str, before: Column, after: Column, work: Work, *, forced: bool
) -> Iterator[Statement]:
    collate = f" COLLATE {after.collation}" if after.collation else ""
    old_type = f'"trueup away".{before.type}' if forced else before.type
    expression = "" if after.generated else using(after.name, old_type, after.type, work.goal)
    if forced and not after.generated:
        arrays = '::"text"[]' if read_type(after.type).dimensions else '::"text"'
        expression = f"{quote(after.name)}{arrays}::{after.type}"
    prices = []
    if not keeps_bytes(before.type, after.type):
        prices.append(hazards.table_rewrite(f"every row is written anew for {after.name}"))
    if expression or not keeps_bytes(before.type, after.type):
        text = f"values of {after.name} may not fit {after.type}"
        prices.append(hazards.may_fail(text))
    clause = f" USING {expression}" if expression else ""
    yield from statements(new, f"{every} TYPE {after.type}{collate}{clause}", *prices)


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
