"""Copying a table into a new one: for what no ALTER reaches, and only where it was asked for.

The table is renamed away with its rows, the new one is made, the rows are carried over, and the
old one goes. Everything that stands on the table follows the usual way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pglast import ast
from pglast.enums import ConstrType

from trueup.diff.types import (
    TypeChange,
    Types,
    change_of_type,
    exchange_of_type,
    hazards_of,
)
from trueup.model.hazard import DATA_LOSS, Hazard
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.element import Element
from trueup.plan.rule import statements
from trueup.plan.rules.types import away_name
from trueup.plan.statements import Statement
from trueup.plan.steps import ALTER, CREATE, DROP, FAREWELL, Edge
from trueup.plan.tables.opening import (
    ATTACH,
    INHERIT,
    all_columns,
    followed,
    parents,
    parts_of,
    read_table,
)
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.references import mentions, references
from trueup.sql.table import Column, Table, parse_table
from trueup.sql.tree import trees

_LONGEST = 63


def out_of_order(key: ObjectKey, work: Work) -> bool:
    """Whether altering a table would leave its own columns in another order than the goal's."""
    before, after = read_table(work.source, key), read_table(work.goal, key)
    if before is None or after is None:
        return False
    wanted = [name for name, column in after.columns.items() if column.type]
    made = [n for n in wanted if _is_made_anew(before.columns.get(n), after.columns[n])]
    kept = [name for name in before.columns if name in wanted and name not in made]
    return [*kept, *made] != wanted


def is_unreachable(key: ObjectKey, work: Work) -> bool:
    """Whether two tables differ in what no ALTER changes: how they are partitioned, the type of a
    column that decides it, and that a column of their own becomes one that is only inherited."""
    before, after = read_table(work.source, key), read_table(work.goal, key)
    if before is None or after is None:
        return False
    if before.partition_by != after.partition_by or _key_is_retyped(before, after):
        return True
    inherited = all_columns(work.goal, key)
    own = [name for name, column in before.columns.items() if column.type]
    return any(name in inherited and not inherited[name].type for name in own) or any(
        column.type and name in all_columns(work.source, key) and _stays_above(name, key, work)
        for name, column in after.columns.items()
        if name not in own
    )


def _key_is_retyped(before: Table, after: Table) -> bool:
    if not before.partition_by:
        return False
    key = references(f"CREATE TABLE t () PARTITION BY {before.partition_by}")
    shared = [name for name in before.columns if name in after.columns]
    return any(
        _kind_of(before.columns[name]) != _kind_of(after.columns[name])
        for name in key.columns_of(("", "t"), shared)
    )


def _kind_of(column: Column) -> tuple[str, str | None]:
    return column.type, column.collation


def _stays_above(column: str, key: ObjectKey, work: Work) -> bool:
    """Whether a followed parent keeps the column, so that it stays inherited here."""
    return any(column in all_columns(work.goal, parent) for parent in followed(work, key))


def _is_made_anew(before: Column | None, after: Column) -> bool:
    return before is None or (after.generated is not None and before.generated is None)


def put_aside(element: Element) -> tuple[Statement, ...]:
    """Renames a table away, out of the reach of what becomes of its parents."""
    name = qualified(element.key.schema, element.key.name)
    inherits = parse_table(element.ddl).inherits
    leave = [f"ALTER TABLE {name} NO INHERIT {parent};\n" for parent in inherits]
    rename = f"ALTER TABLE {name} RENAME TO {quote(away_name(element.key.name))}"
    return statements(element, "".join(leave) + rename)


def with_not_null_names(ddl: str) -> str:
    """A CREATE TABLE that names its NOT NULL constraints as PostgreSQL would, were the names not
    still those of the table put aside (18+)."""
    created: list[Any] = [stmt for stmt in trees(ddl) if isinstance(stmt, ast.CreateStmt)]
    given = [
        (constraint.location, f"{stmt.relation.relname}_{column.colname}_not_null")
        for stmt in created
        for column in stmt.tableElts or ()
        if isinstance(column, ast.ColumnDef)
        for constraint in column.constraints or ()
        if constraint.contype == ConstrType.CONSTR_NOTNULL and not constraint.conname
    ]
    for start, name in reversed(given):
        # A longer name is not cut at its end; which letters it loses only the server knows.
        if len(name.encode()) <= _LONGEST:
            ddl = f"{ddl[:start]}CONSTRAINT {quote(name)} {ddl[start:]}"
    return ddl


def carry_over(element: Element, work: Work) -> tuple[Statement, ...]:
    """Brings the rows into the new table and drops the old one."""
    key = element.key
    before, after = all_columns(work.source, key), all_columns(work.goal, key)
    names = [n for n, column in after.items() if n in before and not column.generated]
    old = qualified(key.schema, away_name(key.name))
    found: tuple[Statement, ...] = ()
    if names:
        changes = {n: _change(before[n], after[n], element, work) for n in names}
        values = [changes[n].using(n) or quote(n) for n in names]
        source = read_table(work.source, key)
        only = "" if source and source.partition_by else "ONLY "
        listed = ", ".join(quote(n) for n in names)
        sql = f"INSERT INTO {qualified(key.schema, key.name)} ({listed})"
        sql += f" SELECT {', '.join(values)} FROM {only}{old}"
        found = statements(element, sql, *_prices(element), *_losses(element, after, changes))
    gone = [n for n, column in before.items() if n not in after and not column.generated]
    lost = [hazards.data_loss(f"the values of {', '.join(gone)} are lost")] if gone else []
    return (*found, *statements(element, f"DROP TABLE {old}", *lost))


def _change(before: Column, after: Column, element: Element, work: Work) -> TypeChange:
    """How a column's values become those of its successor; by way of their text where its type is
    another of the same name."""
    if not (before.type and after.type):
        return TypeChange()
    types = before.type, after.type, Types(work.source), Types(work.goal)
    exchanged = [n for n in element.needs if n in work.moved_away and n.kind not in TABLES]
    if any(n.name in mentions(before.type).names for n in exchanged):
        return exchange_of_type(*types)
    return change_of_type(*types)


def _losses(
    element: Element, after: Mapping[str, Column], changes: Mapping[str, TypeChange]
) -> Iterator[Hazard]:
    """What single columns lose; the rewrite and its chance to fail are told of the whole table."""
    table = f"{element.key.schema}.{element.key.name}"
    for name, change in changes.items():
        found = hazards_of(change, f"{table}.{name}", after[name].type)
        yield from (hazard for hazard in found if hazard.code == DATA_LOSS)


def _prices(element: Element) -> list[Hazard]:
    return [
        hazards.table_rewrite(f"all rows of {element.key.name} are copied into a new table"),
        hazards.may_fail("rows that don't fit the new table stop it"),
    ]


def rebuild_order(work: Work) -> Iterator[Edge]:
    """Parents change after the old table left them; partitions are joined before the rows come,
    triggers, indexes and foreign keys after."""
    for key in work.moved_away:
        if key.kind not in TABLES:
            continue
        for parent in parents(work.source, key):
            for part in parts_of(parent, work.source):
                yield (DROP, key), (DROP, part.key)
                yield (DROP, key), (ALTER, part.key)
        for dependent in work.goal.dependents(key):
            step = (CREATE, dependent.key)
            if dependent.key.kind == ATTACH and dependent.key.name != key.name:
                yield step, (FAREWELL, key)
            elif dependent.key.kind not in (*TABLES, ATTACH, INHERIT):
                yield (FAREWELL, key), step
