"""Opening a table: its columns, inline defaults, checks and parents as elements of their own.

Only tables that differ, or that stand on something that goes, are opened. Everything that stands
on an opened table then stands on those of its columns that its own text speaks of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pglast.parser import ParseError

from trueup.diff.types import read_type
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan.element import Element, Side
from trueup.plan.rule import rule_for
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.references import references
from trueup.sql.table import Column, Table, parse_table
from trueup.sql.type_body import Composite, parse_type

COLUMN, DEFAULT, CHECK, INHERIT = "COLUMN", "DEFAULT", "CHECK CONSTRAINT", "INHERIT"
ATTACH = "TABLE ATTACH"


def column_key(table: ObjectKey, column: str) -> ObjectKey:
    """The planner's own key of a column."""
    return ObjectKey(COLUMN, table.schema, f"{quote(table.name)}.{quote(column)}")


def part_key(kind: str, table: ObjectKey, name: str) -> ObjectKey:
    """The key pg_dump gives to a default, a check, a constraint: "table name"."""
    return ObjectKey(kind, table.schema, f"{table.name} {name}")


@dataclass(frozen=True)
class ColumnOf:
    """A column with the table it is in: what a COLUMN element's value holds.

    `default` is kept apart (it is an element of its own) and never compared.
    """

    table: ObjectKey
    column: Column

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColumnOf) and self.column == other.column

    def __hash__(self) -> int:
        return hash((self.table, self.column.name))


def read_table(side: Side, key: ObjectKey) -> Table | None:
    """The table under a key, None where there is none or it can't be read."""
    element = side.get(key)
    if element is None or key.kind not in TABLES:
        return None
    try:
        return parse_table(element.ddl)
    except (ParseError, ValueError):
        return None


def parents(side: Side, key: ObjectKey) -> tuple[ObjectKey, ...]:
    """The tables a table inherits from or is a partition of."""
    element = side.get(key)
    table = read_table(side, key)
    if element is None or table is None:
        return ()
    attach = side.get(ObjectKey(ATTACH, key.schema, key.name))
    if attach:
        return tuple(n for n in attach.needs if n.kind in TABLES and n != key)
    return tuple(n for n in sorted(element.needs) if n.kind in TABLES and _is_named(n, table))


def _is_named(parent: ObjectKey, table: Table) -> bool:
    return qualified(parent.schema, parent.name) in table.inherits


def followed(work: Work, key: ObjectKey) -> tuple[ObjectKey, ...]:
    """The parents whose changes reach this table by themselves: those it has before and after."""
    attach = ObjectKey(ATTACH, key.schema, key.name)
    old, new = work.source.get(attach), work.goal.get(attach)
    if (old and old.ddl) != (new and new.ddl):
        return ()
    after = parents(work.goal, key)
    before = parents(work.source, key)
    return tuple(parent for parent in before if parent in after and not work.goes(parent))


def all_columns(side: Side, key: ObjectKey) -> dict[str, Column]:
    """A table's columns, also those that it only inherits (they say nothing but their name)."""
    table = read_table(side, key)
    if table is None:
        return {}
    found: dict[str, Column] = {name: Column(name) for name in _given_by_type(side, key, table)}
    for parent in parents(side, key):
        for name in all_columns(side, parent):
            found.setdefault(name, Column(name))
    return {**found, **table.columns}


def _given_by_type(side: Side, key: ObjectKey, table: Table) -> Iterator[str]:
    """The columns that a typed table has from its composite type."""
    for need in side[key].needs if table.of_type else ():
        known = side.get(need)
        if known and qualified(need.schema, need.name) == table.of_type:
            body = parse_type(known.ddl)
            yield from body.attributes if isinstance(body, Composite) else ()


def parts_of(key: ObjectKey, side: Side) -> list[Element]:
    """The parts of an opened table."""
    return [e for e in side.dependents(key) if e.about == key and e.key != key]


def open_table(key: ObjectKey, work: Work) -> bool:
    """Opens a table on both sides and decides about its parts. Whether it could be read."""
    if key in work.opened:
        return True
    if read_table(work.source, key) is None or read_table(work.goal, key) is None:
        return False
    # All of a family is open before anything is decided: what happens above reaches below.
    added = list(_open_family(key, work))
    work.compare(dict.fromkeys(added))
    return True


def _open_family(key: ObjectKey, work: Work) -> Iterator[ObjectKey]:
    work.opened.add(key)
    yield from _open(work.source, key)
    yield from _open(work.goal, key)
    for child in work.source.dependents(key):
        if child.key.kind not in TABLES or work.goes(child.key) or child.key in work.opened:
            continue
        if key in followed(work, child.key) and read_table(work.goal, child.key):
            yield from _open_family(child.key, work)


def _open(side: Side, key: ObjectKey) -> list[ObjectKey]:
    element = side[key]
    table = parse_table(element.ddl)
    parts = list(_parts(side, element, table))
    # A part that is an archive entry already (a NOT VALID check, a serial's default) stays it.
    parts = [_with_needs(side, element, part) for part in parts if part.key not in side]
    claimed = {need for part in parts for need in part.needs}
    shell = replace(table, columns={}, constraints={}, inherits=())
    kept = {n for n in element.needs if n not in claimed or n.kind in TABLES}
    for part in parts:
        side.put(part)
    side.change(key, value=shell, needs=frozenset(kept))
    columns = {name: column_key(key, name) for name in all_columns(side, key)}
    for dependent in side.dependents(key):
        if dependent.about != key and dependent.key.kind not in TABLES:
            rule_for(dependent.key.kind).refine(dependent, key, columns, side)
    return [part.key for part in parts]


def _parts(side: Side, element: Element, table: Table) -> Iterator[Element]:
    key = element.key
    for index, column in enumerate(all_columns(side, key).values()):
        yield _column(side, element, column, (*element.position, 1, index))
        if column.default is not None:
            yield _default(element, table, column, (*element.position, 2, index))
    for index, (name, definition) in enumerate(table.constraints.items()):
        yield _check(element, table, name, definition, (*element.position, 3, index))
    for index, parent in enumerate(table.inherits):
        yield _inherit(side, element, table, parent, (*element.position, 4, index))


def _column(side: Side, owner: Element, column: Column, position: tuple[int, ...]) -> Element:
    key = owner.key
    above = [p for p in parents(side, key) if column.name in all_columns(side, p)]
    needs = {key, *(column_key(parent, column.name) for parent in above)}
    if column.generated:
        names = tuple(all_columns(side, key))
        used = references(f"SELECT {column.generated}").columns_of((key.schema, key.name), names)
        needs |= {column_key(key, name) for name in used}
    text = " ".join(filter(None, (column.type, column.collation, column.generated)))
    value = ColumnOf(key, replace(column, default=None))
    return Element(
        column_key(key, column.name),
        text,
        key,
        position,
        needs=frozenset(needs - {column_key(key, column.name)}),
        value=value,
    )


def alter_table(table: Table) -> str:
    """The words with which pg_dump alters this table without its children."""
    return f"ALTER {'FOREIGN ' if table.is_foreign else ''}TABLE ONLY {table.qualified}"


def _default(owner: Element, table: Table, column: Column, position: tuple[int, ...]) -> Element:
    change = f"ALTER COLUMN {quote(column.name)}"
    return Element(
        part_key(DEFAULT, owner.key, column.name),
        f"{alter_table(table)} {change} SET DEFAULT {column.default};\n",
        owner.key,
        position,
        drop=f"{alter_table(table)} {change} DROP DEFAULT;\n",
        needs=frozenset({owner.key, column_key(owner.key, column.name)}),
    )


def _check(
    owner: Element, table: Table, name: str, definition: str, position: tuple[int, ...]
) -> Element:
    start = f"ALTER {'FOREIGN ' if table.is_foreign else ''}TABLE {table.qualified}"
    ddl = f"{start}\n    ADD CONSTRAINT {quote(name)} {definition};\n"
    return Element(
        part_key(CHECK, owner.key, name),
        ddl,
        owner.key,
        position,
        drop=f"{start} DROP CONSTRAINT {quote(name)};\n",
        needs=frozenset({owner.key}),
    )


def _inherit(
    side: Side, owner: Element, table: Table, parent: str, position: tuple[int, ...]
) -> Element:
    start = f"ALTER TABLE {table.qualified}"
    above = [n for n in owner.needs if n.kind in TABLES and _is_named(n, table)]
    named = [n for n in above if qualified(n.schema, n.name) == parent]
    needs = {owner.key, *named}
    needs |= {column_key(owner.key, name) for name in all_columns(side, owner.key)}
    needs |= {column_key(n, name) for n in named for name in all_columns(side, n)}
    return Element(
        part_key(INHERIT, owner.key, parent),
        f"{start} INHERIT {parent};\n",
        owner.key,
        position,
        drop=f"{start} NO INHERIT {parent};\n",
        needs=frozenset(needs),
    )


def row_type_users(side: Side, table: ObjectKey) -> list[Element]:
    """The tables that have a column of this table's row type, and such columns if opened."""
    return [
        element
        for element in side.dependents(table)
        if any(has_row_type(column, table) for column in _columns_in(element))
    ]


def _columns_in(element: Element) -> list[Column]:
    if element.key.kind == COLUMN:
        return [element.value.column]
    return list(parse_table(element.ddl).columns.values()) if element.key.kind in TABLES else []


def has_row_type(column: Column, table: ObjectKey) -> bool:
    """Whether a column holds rows of a table, or arrays of them."""
    return bool(column.type) and read_type(column.type).base == qualified(table.schema, table.name)


def _with_needs(side: Side, owner: Element, part: Element) -> Element:
    """Gives a part those of its table's needs that its text speaks of, and a check its columns."""
    needs = set(part.needs)
    if part.key.kind == CHECK:
        columns: Mapping[str, ObjectKey] = {
            name: column_key(owner.key, name) for name in all_columns(side, owner.key)
        }
        used = references(part.ddl).columns_of(owner.key[1:], tuple(columns))
        needs |= {columns[name] for name in used}
    for need in owner.needs:
        known = side.get(need)
        if part.key.kind == COLUMN and has_row_type(part.value.column, need):
            needs.add(need)
        if known and need.kind not in (*TABLES, "SCHEMA") and part.ddl:
            names = tuple(rule_for(need.kind).names(known))
            if side.speaks_of(part.ddl, need, names):
                needs.add(need)
    return replace(part, needs=frozenset(needs))
