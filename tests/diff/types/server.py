"""What PostgreSQL itself does when a column's type changes: observed, not derived.

Of a pair of types: whether the table's file is another one afterwards, which values at the edges
are refused, and whether some way back gives every value that got there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.postgres.session import Connection

# One call a pair: the values are carried by INSERT … SELECT, which assigns as ALTER does.
_PROBE = b"""
CREATE FUNCTION pg_temp.probe(
    old text, new text, way text, backs text[], vals text[],
    OUT refused text, OUT rewritten boolean, OUT failed text[], OUT lost text[]
) LANGUAGE plpgsql SET client_min_messages = error AS $$
DECLARE
  file oid; back text; gone text[]; k int;
BEGIN
  EXECUTE format('CREATE TABLE r (v %s); CREATE TABLE o (i int, v %1$s);', old);
  EXECUTE format('CREATE TABLE n (i int, v %s)', new);
  file := pg_relation_filenode('r');
  BEGIN
    EXECUTE format('ALTER TABLE r ALTER v TYPE %s %s', new,
                   CASE WHEN way = '' THEN '' ELSE 'USING ' || way END);
  EXCEPTION WHEN others THEN refused := SQLERRM; RETURN;
  END;
  rewritten := file <> pg_relation_filenode('r');
  FOR k IN 1 .. cardinality(vals) LOOP
    BEGIN
      EXECUTE format('INSERT INTO o VALUES (%s, %L)', k, vals[k]);
    EXCEPTION WHEN others THEN CONTINUE;
    END;
    BEGIN
      EXECUTE format('INSERT INTO n SELECT i, %s FROM o WHERE i = %s',
                     CASE WHEN way = '' THEN 'v' ELSE way END, k);
      -- What can't be shown can't be kept either.
      PERFORM v::text FROM n WHERE i = k;
    EXCEPTION WHEN others THEN failed := failed || (vals[k] || ': ' || SQLERRM);
    END;
  END LOOP;
  FOREACH back IN ARRAY backs LOOP
    gone := '{}';
    EXECUTE format('CREATE TABLE b (i int, v %s)', old);
    FOR k IN SELECT i FROM n LOOP
      BEGIN
        EXECUTE format('INSERT INTO b SELECT i, %s FROM n WHERE i = %s', back, k);
      EXCEPTION WHEN others THEN NULL;
      END;
      IF NOT EXISTS (SELECT FROM b JOIN o USING (i)
                      WHERE i = k AND b.v::text IS NOT DISTINCT FROM o.v::text) THEN
        gone := gone || vals[k];
      END IF;
    END LOOP;
    DROP TABLE b;
    IF lost IS NULL OR cardinality(gone) < cardinality(lost) THEN lost := gone; END IF;
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


def observe(
    conn: Connection, old: str, new: str, way: str, backs: Iterable[str], values: Sequence[str]
) -> Seen:
    """Tries one pair; nothing of it stays."""
    with conn.transaction(force_rollback=True):
        conn.execute(_PROBE)
        row = conn.execute(
            b"SELECT * FROM pg_temp.probe(%s, %s, %s, %s, %s)",
            [old, new, way, list(dict.fromkeys(backs)), list(values)],
        ).fetchone()
    assert row is not None
    refused, rewritten, failed, lost = row
    return Seen(refused or "", bool(rewritten), tuple(failed or ()), tuple(lost or ()))
