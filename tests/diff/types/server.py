"""What PostgreSQL itself does when a column's type changes: observed, not derived.

Of a pair of types: whether the table's file is another one afterwards, which values at the edges
are refused, and whether some way back gives every value that got there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trueup.postgres.session.connection import Connection

# Values are carried by INSERT … SELECT, which assigns as ALTER does: all at once, and one by one
# only where one of them is refused.
_FUNCTIONS = b"""
CREATE FUNCTION carry(source text, target text, expression text) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE k int; failed text[] := '{}'; said text;
  one text := format('INSERT INTO %s SELECT i, %s FROM %s', target, expression, source);
BEGIN
  BEGIN
    EXECUTE one;
    -- What can't be shown can't be kept either.
    EXECUTE format('SELECT max(v::text) FROM %s', target);
    RETURN failed;
  EXCEPTION WHEN others THEN NULL;
  END;
  FOR k IN EXECUTE format('SELECT i FROM %s', source) LOOP
    BEGIN
      EXECUTE one || ' WHERE i = ' || k;
      EXECUTE format('SELECT v::text FROM %s WHERE i = %s', target, k);
    EXCEPTION WHEN others THEN
      EXECUTE format('SELECT v::text FROM %s WHERE i = %s', source, k) INTO said;
      failed := failed || (said || ': ' || SQLERRM);
    END;
  END LOOP;
  RETURN failed;
END $$;
CREATE FUNCTION probe(
    source text, old text, target text, new text, way text, backs text[],
    OUT refused text, OUT rewritten boolean, OUT failed text[], OUT lost text[]
) LANGUAGE plpgsql AS $$
DECLARE file oid; back text; gone text[];
BEGIN
  EXECUTE format('CREATE TABLE r (v %s)', old);
  file := pg_relation_filenode('r');
  BEGIN
    EXECUTE format('ALTER TABLE r ALTER v TYPE %s %s', new,
                   CASE WHEN way = '' THEN '' ELSE 'USING ' || way END);
  EXCEPTION WHEN others THEN refused := SQLERRM; RETURN;
  END;
  rewritten := file <> pg_relation_filenode('r');
  failed := carry(source, target, CASE WHEN way = '' THEN 'v' ELSE way END);
  FOREACH back IN ARRAY backs LOOP
    EXECUTE format('DELETE FROM %s_back', source);
    PERFORM carry(target, source || '_back', back);
    EXECUTE format('SELECT array_agg(a.v::text) FROM %s a JOIN %s n USING (i)'
                   ' LEFT JOIN %1$s_back b USING (i) WHERE a.v::text IS DISTINCT FROM b.v::text',
                   source, target) INTO gone;
    gone := coalesce(gone, '{}');
    IF lost IS NULL OR cardinality(gone) < cardinality(lost) THEN lost := gone; END IF;
    EXIT WHEN lost = '{}';
  END LOOP;
END $$
"""


@dataclass(frozen=True)
class Seen:
    """`refused`: why PostgreSQL knows no such way; else what came of the values."""

    refused: str
    rewritten: bool
    failed: tuple[str, ...]
    lost: tuple[str, ...]


class Bench:
    """A database with a table of edge values for each type."""

    def __init__(self, conn: Connection, types: Mapping[str, Sequence[str]]) -> None:
        self._conn = conn
        self._tables = {name: f"t{number}" for number, name in enumerate(types)}
        conn.execute(_FUNCTIONS)
        for name, table in self._tables.items():
            for suffix in ("", "_back", "_new"):
                made = f"CREATE UNLOGGED TABLE {table}{suffix} (i int, v {name})"
                conn.execute(made.encode())
            self._fill(table, name, types[name])

    def _fill(self, table: str, name: str, values: Sequence[str]) -> None:
        """Values that the type does not take, or shows but doesn't read, are none of it."""
        for number, value in enumerate(values):
            text = value.replace("'", "''")
            self._conn.execute(
                f"DO $do$ BEGIN INSERT INTO {table} VALUES ({number}, '{text}');"
                f" PERFORM v::text::{name} FROM {table} WHERE i = {number};"
                " EXCEPTION WHEN others THEN NULL;"
                " END $do$".encode()
            )

    def observe(self, old: str, new: str, way: str, backs: Iterable[str]) -> Seen:
        """Tries one pair; nothing of it stays."""
        source, target = self._tables[old], self._tables[new] + "_new"
        asked = [source, old, target, new, way, list(dict.fromkeys(backs))]
        with self._conn.transaction(force_rollback=True):
            row = self._conn.execute(
                b"SELECT * FROM probe(%s, %s, %s, %s, %s, %s)", asked
            ).fetchone()
        assert row is not None
        refused, rewritten, failed, lost = row
        return Seen(refused or "", bool(rewritten), tuple(failed or ()), tuple(lost or ()))
