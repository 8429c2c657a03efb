"""The rows of a database before and after a plan: what it does not speak of must still be there.

Per table the count, and per column a digest of all values that does not mind their order. Columns
that keep name and type are untouched; what they hold must be the same afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from psycopg import sql

from trueup.plan.statements import Statement
from trueup.postgres.session.connection import Connection


class TableName(NamedTuple):
    """Schema and name."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


Column = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and by column (name and type) a digest of its values.
    `is_part`: it is a partition, whose rows are also those of its whole."""

    count: int
    columns: Mapping[Column, int | None]
    is_part: bool = False


Rows = Mapping[TableName, Content]

# Tables with something in them, and the whole of those that are partitions. By size: a copy that
# holds no rows, which is the usual case, costs this one query. What an extension brought is its
# own affair (the jobs of pg_cron are rows there, and objects of a plan).
_FILLED = b"""
WITH filled AS (
  SELECT c.oid FROM pg_catalog.pg_class c
   WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.relnamespace NOT IN (
           'pg_catalog'::regnamespace, 'information_schema'::regnamespace)
     AND pg_catalog.pg_relation_size(c.oid) > 0
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'
                        AND d.classid = 'pg_class'::regclass AND d.objid = c.oid))
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, c.relispartition
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid IN (SELECT oid FROM filled UNION
                 SELECT pg_catalog.pg_partition_root(oid) FROM filled)
"""
_NAMED = b"""
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, c.relispartition
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND (n.nspname::text, c.relname::text) IN
       (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
# Values that are computed follow their own expression.
_COLUMNS = b"""
SELECT attname, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute
 WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def rows_of(conn: Connection, only: Set[TableName] | None = None) -> Rows:
    """What all tables hold that hold something; with `only`, what those hold."""
    if only is None:
        found = conn.execute(_FILLED).fetchall()
    else:
        names = sorted(only)
        lists = [name.schema for name in names], [name.name for name in names]
        found = conn.execute(_NAMED, lists).fetchall()
    return {
        TableName(schema, name): _content(conn, oid, TableName(schema, name), kind, part)
        for oid, schema, name, kind, part in found
    }


def _content(conn: Connection, oid: int, table: TableName, kind: str, part: bool) -> Content:
    columns: list[Column] = [(row[0], row[1]) for row in conn.execute(_COLUMNS, [oid]).fetchall()]
    digests = [
        sql.SQL(
            "pg_catalog.sum(pg_catalog.hashtextextended({}::pg_catalog.text COLLATE"
            ' pg_catalog."C", 0))'
        ).format(sql.Identifier(name))
        for name, _ in columns
    ]
    wanted = sql.SQL(", ").join([sql.SQL("pg_catalog.count(*)"), *digests])
    only = sql.SQL("" if kind == "p" else "ONLY ")
    query = sql.SQL("SELECT {} FROM {}{}").format(wanted, only, sql.Identifier(*table))
    count, *values = conn.execute(query).fetchone() or (0,)
    return Content(count, dict(zip(columns, values, strict=True)), part)


def tables_priced(statements: Iterable[Statement], *codes: str) -> set[TableName]:
    """The tables whose statements have one of these hazards."""
    return {
        TableName(key.schema, key.name)
        for statement in statements
        if any(hazard.code in codes for hazard in statement.hazards)
        for key in (statement.object, *statement.rows_of)
    }


def new_names(renames: Mapping[str, str]) -> dict[TableName, TableName]:
    """Tables among what --rename says, old to new."""
    return {
        TableName(*old.split(".")): TableName(*new.split("."))
        for old, new in renames.items()
        if old.count(".") == 1 and new.count(".") == 1
    }


def lost_rows(
    before: Rows, conn: Connection, renamed: Mapping[TableName, TableName], said: Set[TableName]
) -> tuple[str, ...]:
    """What is not as it was, in words. `renamed` are tables by their old names; `said` are those
    of which the plan itself says that it loses something."""
    told = {table: content for table, content in before.items() if table not in said}
    names = {table: renamed.get(table, table) for table in told}
    after = rows_of(conn, set(names.values())) if told else {}
    return tuple(
        words
        for table, content in sorted(told.items())
        for words in _differences(table, content, after.get(names[table]))
    )


def _differences(table: TableName, before: Content, after: Content | None) -> Iterator[str]:
    if after is None:
        # Rows of a partition that is gone are looked for in its whole.
        if not before.is_part and before.count:
            yield f"the {before.count} rows of {table} are gone"
    elif after.count != before.count:
        if not (before.is_part or after.is_part):
            yield f"{table} has {after.count} rows, and had {before.count}"
    else:
        for column, digest in before.columns.items():
            if after.columns.get(column, digest) != digest:
                yield f"values of {table}.{column[0]} have changed"
