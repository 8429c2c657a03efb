"""Reading from the catalogs what pg_dump is silent on (COVERAGE.md): indexes that are there but
invalid, and internal triggers of constraints that are switched off.

pg_dump leaves out every index that is not valid, unless it is a partitioned table's, and the state
of every internal trigger, unless it is another than that of the partitioned table's: getIndexes
and getTriggers in pg_dump.c,
https://github.com/postgres/postgres/blob/REL_17_STABLE/src/bin/pg_dump/pg_dump.c
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from trueup.model.states import InvalidIndex, States, SwitchedKey
from trueup.postgres.session.connection import Connection, connect
from trueup.sql.quote import qualified, quote

_ANY = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_index
                WHERE NOT (indisvalid AND indisready AND indislive)),
       EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgisinternal AND tgenabled <> 'O')
"""
# An index of a TOAST table counts as its owner's: a failed REINDEX TABLE leaves such.
_INDEXES = """
SELECT n.nspname, c.relname, on_n.nspname, on_t.relname, con.oid IS NOT NULL, c.relispartition,
       c.relkind = 'I',
       EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                WHERE p.datname = pg_catalog.current_database() AND p.index_relid = c.oid)
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class owner ON owner.reltoastrelid = i.indrelid
  JOIN pg_catalog.pg_class on_t ON on_t.oid = coalesce(owner.oid, i.indrelid)
  JOIN pg_catalog.pg_namespace on_n ON on_n.oid = on_t.relnamespace
  LEFT JOIN pg_catalog.pg_constraint con ON con.conindid = c.oid AND con.contype IN ('p', 'u', 'x')
 WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
 ORDER BY 1, 2
"""
# A partition's trigger that is as the partitioned table's is told there. The constraint is named
# as it was made: PostgreSQL makes one of its own name for each partition that is referred to.
_KEYS = """
SELECT root.contype::text, n.nspname, t.relname, root.conname, at_n.nspname, at_t.relname,
       g.tgenabled::text, g.tgtype, g.tgname, to_n.nspname, to_t.relname, cols.names, refs.names,
       root.confmatchtype::text = 'f',
       coalesce((pg_catalog.to_jsonb(root) ->> 'conperiod')::bool, false)
  FROM pg_catalog.pg_trigger g
  JOIN pg_catalog.pg_constraint con ON con.oid = g.tgconstraint
  JOIN LATERAL (
       WITH RECURSIVE up AS (
            SELECT con.oid, con.conparentid, 0 AS height
             UNION ALL
            SELECT p.oid, p.conparentid, up.height + 1
              FROM up JOIN pg_catalog.pg_constraint p ON p.oid = up.conparentid
             WHERE p.conrelid = con.conrelid)
       SELECT oid FROM up ORDER BY height DESC LIMIT 1) AS highest ON true
  JOIN pg_catalog.pg_constraint root ON root.oid = highest.oid
  JOIN pg_catalog.pg_class t ON t.oid = root.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_catalog.pg_class at_t ON at_t.oid = g.tgrelid
  JOIN pg_catalog.pg_namespace at_n ON at_n.oid = at_t.relnamespace
  LEFT JOIN pg_catalog.pg_class to_t ON to_t.oid = root.confrelid
  LEFT JOIN pg_catalog.pg_namespace to_n ON to_n.oid = to_t.relnamespace
  LEFT JOIN pg_catalog.pg_trigger above ON above.oid = g.tgparentid
 CROSS JOIN LATERAL (
       SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.n) AS names
         FROM pg_catalog.unnest(root.conkey) WITH ORDINALITY AS k(number, n)
         JOIN pg_catalog.pg_attribute a ON a.attrelid = root.conrelid AND a.attnum = k.number
       ) AS cols
 CROSS JOIN LATERAL (
       SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.n) AS names
         FROM pg_catalog.unnest(root.confkey) WITH ORDINALITY AS k(number, n)
         JOIN pg_catalog.pg_attribute a ON a.attrelid = root.confrelid AND a.attnum = k.number
       ) AS refs
 WHERE g.tgisinternal AND g.tgenabled <> 'O'
   AND (above.oid IS NULL OR above.tgenabled <> g.tgenabled)
 ORDER BY 2, 3, 4, 5, 6, 7, g.tgname
"""
_KINDS = {"f": "foreign key", "p": "primary key", "u": "unique constraint",
          "x": "exclusion constraint"}  # fmt: skip
# Bits of pg_trigger.tgtype: src/include/catalog/pg_trigger.h.
_EVENTS = {4: "INSERT", 16: "UPDATE", 8: "DELETE"}


def read_states(conn: Connection) -> States:
    """What there is in the whole database: one cheap query where there is nothing to tell."""
    indexes, keys = conn.execute(_ANY.encode()).fetchall()[0]
    return States(
        tuple(InvalidIndex(*row) for row in conn.execute(_INDEXES.encode())) if indexes else (),
        tuple(_keys(conn)) if keys else (),
    )


def states_of(conninfo: str) -> States:
    """The same over a session of its own. Raises ConnectionFailed."""
    with connect(conninfo) as conn:
        return read_states(conn)


def _keys(conn: Connection) -> Iterator[SwitchedKey]:
    """One for each constraint and table, however many triggers it has there."""
    rows = conn.execute(_KEYS.encode()).fetchall()
    for place, group in groupby(rows, lambda row: row[:7]):
        together = list(group)
        kind, schema, table, name, at_schema, at, state = place
        bits = {bit for row in together for bit in _EVENTS if row[7] & bit}
        yield SwitchedKey(
            _KINDS.get(kind, "constraint"),
            schema,
            table,
            name,
            at_schema,
            at,
            state,
            tuple(word for bit, word in _EVENTS.items() if bit in bits),
            tuple(row[8] for row in together),
            _breaking(together[0]),
        )


def _breaking(row: tuple[Any, ...]) -> str:
    """A query for the rows that the constraint would not have let in."""
    kind, schema, table = row[:3]
    to_schema, to_table, columns, referred, full, period = row[9:15]
    if kind == "x" or period or not columns:
        return ""
    if kind in ("p", "u"):
        named = ", ".join(map(quote, columns))
        some = " AND ".join(f"{quote(column)} IS NOT NULL" for column in columns)
        return (
            f"SELECT {named}, count(*) FROM {qualified(schema, table)} WHERE {some}"
            f" GROUP BY {named} HAVING count(*) > 1"
        )
    given = (" OR " if full else " AND ").join(f"c.{quote(name)} IS NOT NULL" for name in columns)
    pairs = zip(columns, referred, strict=True)
    same = " AND ".join(f"p.{quote(to)} = c.{quote(name)}" for name, to in pairs)
    return (
        f"SELECT * FROM {qualified(schema, table)} AS c WHERE ({given}) AND NOT EXISTS"
        f" (SELECT FROM {qualified(to_schema, to_table)} AS p WHERE {same})"
    )
