"""What a database holds and may, and what the open transaction has counted, in one round trip.

Facts these queries stand on: pg_stat_get_xact_tuples_* count inside the current transaction,
whoever runs the statement (a function, trigger, rule, foreign key), system catalogs included, and
add what is not reported yet, so the numbers at its start are taken off
(https://www.postgresql.org/docs/current/monitoring-stats.html). TRUNCATE and rewrites give a table
a new file node. A foreign table's rows are counted elsewhere; the lock says that they were touched
(https://www.postgresql.org/docs/current/explicit-locking.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg

from trueup.model.census import Counted, Policy, Position, Relation, Routine, State, Thing
from trueup.postgres.session.connection import Connection
from trueup.sql.quote import qualified, quote

# First, while the session's own path still holds. What may stand in it was made by the file.
_SESSION: Final = """
SELECT pg_catalog.current_schemas(false)::pg_catalog.text[],
       pg_catalog.current_setting('track_counts') OPERATOR(pg_catalog.=) 'on';
"""
# Names and operators are those of PostgreSQL, and timeouts of a file are not ours.
_PINNED: Final = """
SAVEPOINT trueup_look;
SET LOCAL search_path TO pg_catalog, pg_temp;
SET LOCAL statement_timeout TO 0;
SET LOCAL "TimeZone" TO 'UTC'; SET LOCAL "DateStyle" TO 'ISO, YMD';
SET LOCAL "IntervalStyle" TO 'postgres'; SET LOCAL extra_float_digits TO 3;
SET LOCAL bytea_output TO 'hex'; SET LOCAL lc_monetary TO 'C'; SET LOCAL row_security TO off;
"""
_UNPINNED: Final = "ROLLBACK TO SAVEPOINT trueup_look; RELEASE SAVEPOINT trueup_look;"
_RELATIONS: Final = """
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, c.relfilenode::bigint,
       c.relpersistence::text, pg_get_userbyid(c.relowner)::text, c.relrowsecurity,
       c.relforcerowsecurity, coalesce(array_to_json(c.reloptions)::text, '[]'),
       array_to_json(coalesce(c.relacl, acldefault(
           (CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner))::text[])::text,
       c.reltuples::float8
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relpersistence <> 't'
   AND n.nspname !~ '^pg_toast';
"""
_COLUMNS: Final = """
SELECT a.attrelid::bigint, json_object_agg(a.attnum, a.attname ORDER BY a.attnum)::text
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relkind IN ('r', 'p', 'c') AND a.attnum > 0 AND NOT a.attisdropped
   AND c.oid >= 16384
 GROUP BY 1;
"""
_COLUMN_ACLS: Final = """
SELECT attrelid::bigint, attnum::int, array_to_json(attacl::text[])::text
  FROM pg_attribute WHERE attacl IS NOT NULL AND attnum > 0 AND NOT attisdropped;
"""
# Of PostgreSQL's own functions only those that not everybody may call can be opened.
_ROUTINES: Final = """
SELECT p.oid::bigint, n.nspname::text, p.proname::text, p.proargtypes::text,
       pg_get_userbyid(p.proowner)::text, p.prosecdef,
       array_to_json(coalesce(p.proacl, acldefault('f', p.proowner))::text[])::text
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.oid >= 16384 OR p.proacl IS NOT NULL;
"""
_THINGS: Final = """
SELECT kind, oid::bigint, name::text, pg_get_userbyid(owner)::text,
       array_to_json(coalesce(acl, acldefault(class::"char", owner))::text[])::text
  FROM (SELECT 'schema', oid, nspname, nspowner, nspacl, 'n' FROM pg_namespace
         WHERE nspname !~ '^pg_(toast|temp)'
         UNION ALL
        SELECT 'type', t.oid, n.nspname || '.' || t.typname, t.typowner, t.typacl, 'T'
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.typrelid = 0 AND t.typelem = 0 AND t.oid >= 16384
         UNION ALL
        SELECT 'database', oid, datname, datdba, datacl, 'd' FROM pg_database
         WHERE datname = current_database()
         UNION ALL
        SELECT 'language', oid, lanname, lanowner, lanacl, 'l' FROM pg_language
         UNION ALL
        SELECT 'foreign data wrapper', oid, fdwname, fdwowner, fdwacl, 'F'
          FROM pg_foreign_data_wrapper
         UNION ALL
        SELECT 'foreign server', oid, srvname, srvowner, srvacl, 'S' FROM pg_foreign_server
         UNION ALL
        SELECT 'tablespace', oid, spcname, spcowner, spcacl, 't' FROM pg_tablespace{parameters}
       ) AS things (kind, oid, name, owner, acl, class);
"""
_PARAMETERS: Final = """
         UNION ALL
        SELECT 'parameter', oid, parname, 10, paracl, 'p' FROM pg_parameter_acl"""
# Rights for all schemas start from PostgreSQL's own, those for one schema add to them:
# https://www.postgresql.org/docs/current/catalog-pg-default-acl.html
_DEFAULTS: Final = """
SELECT pg_get_userbyid(d.defaclrole)::text, coalesce(n.nspname::text, ''),
       d.defaclobjtype::text, array_to_json(d.defaclacl::text[])::text,
       CASE WHEN d.defaclnamespace <> 0 THEN '[]' ELSE array_to_json(acldefault(
           (CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END)::"char",
           d.defaclrole)::text[])::text END
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace;
"""
# An expression is kept as a tree; where in its text a node stood makes no difference.
_POLICIES: Final = r"""
SELECT polrelid::bigint, polname::text, polpermissive, polcmd::text,
       (SELECT json_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END ORDER BY r)
          FROM unnest(polroles) r)::text,
       md5(regexp_replace(concat(polqual::text, ' | ', polwithcheck::text),
                          ':location -?\d+', '', 'g'))
  FROM pg_policy;
"""
_ROLES: Final = """
SELECT rolname::text, json_build_object('superuser', rolsuper, 'createrole', rolcreaterole,
       'createdb', rolcreatedb, 'login', rolcanlogin, 'replication', rolreplication,
       'bypassrls', rolbypassrls, 'inherit', rolinherit, 'until', rolvaliduntil)::text
  FROM pg_roles;
SELECT pg_get_userbyid(roleid)::text, pg_get_userbyid(member)::text,
       (to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor')::text
  FROM pg_auth_members m;
SELECT CASE setrole WHEN 0 THEN '' ELSE pg_get_userbyid(setrole)::text END,
       CASE setdatabase WHEN 0 THEN '' ELSE current_database()::text END,
       array_to_json(setconfig)::text
  FROM pg_db_role_setting
 WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()));
"""
_COUNTED: Final = """
SELECT * FROM (
SELECT oid::bigint, pg_stat_get_xact_tuples_inserted(oid) AS i,
       pg_stat_get_xact_tuples_updated(oid) AS u, pg_stat_get_xact_tuples_deleted(oid) AS d
  FROM pg_class WHERE relkind = 'r') AS counted
 WHERE i > 0 OR u > 0 OR d > 0;
"""
_PARENTS: Final = """
SELECT inhrelid::bigint, inhparent::bigint FROM pg_inherits
 UNION ALL
SELECT d.objid::bigint, d.refobjid::bigint FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
   AND d.deptype IN ('a', 'i') AND c.relkind = 'S';
"""
_TOUCHED: Final = """
SELECT DISTINCT l.relation::bigint, l.mode
  FROM pg_locks l JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'f'
 WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
   AND l.mode IN ('RowExclusiveLock', 'AccessExclusiveLock');
SELECT concat(pronamespace::regnamespace, '.', proname) FROM pg_proc
 WHERE array_to_string(proconfig, ' ') ~* 'track_counts';
"""


def read_state(conn: Connection) -> State:
    """What there is now, inside the transaction that is open. Raises psycopg.Error."""
    things = _THINGS.format(parameters=_PARAMETERS if conn.info.server_version >= 150000 else "")
    queries = (_RELATIONS, _COLUMNS, _COLUMN_ACLS, _ROUTINES, things, _DEFAULTS, _POLICIES, _ROLES)
    text = "".join((_SESSION, _PINNED, *queries, _COUNTED, _PARENTS, _TOUCHED, _UNPINNED))
    answers = _answers(conn, text)
    path, counting = next(answers)[0]
    relations, columns, acls, routines, things_, defaults, policies, roles, members, settings = (
        next(answers) for _ in range(10)
    )
    counted, parents, touched, blind = (next(answers) for _ in range(4))
    return State(
        relations={row[0]: Relation(*row) for row in relations},
        columns=dict(columns),
        column_acls={(row[0], row[1]): row[2] for row in acls},
        routines={row[0]: Routine(*row) for row in routines},
        things={(row[0], row[1]): Thing(*row) for row in things_},
        defaults={row[:3]: row[3:] for row in defaults},
        policies={row[:2]: Policy(*row) for row in policies},
        roles=dict(roles),
        members=frozenset(members),
        settings={row[:2]: row[2] for row in settings},
        counted={row[0]: Counted(*row[1:]) for row in counted},
        parents=_parents(parents),
        touched=frozenset(touched),
        path=tuple(path),
        counting=counting,
        blind=tuple(row[0] for row in blind),
    )


def _answers(conn: Connection, text: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of each statement that gives some, in order."""
    cursor = conn.execute(text.encode())
    while True:
        if cursor.description is not None:
            yield cursor.fetchall()
        if not cursor.nextset():
            return


def _parents(rows: Iterable[tuple[int, int]]) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for child, parent in rows:
        found[child] = (*found.get(child, ()), parent)
    return found


def counts(conn: Connection) -> bool:
    """Whether changed rows are counted in the open transaction; switched on where it is off and
    the role may do that (https://www.postgresql.org/docs/current/runtime-config-statistics.html).
    """
    row = conn.execute("SELECT pg_catalog.current_setting('track_counts')::bool").fetchone()
    if row and row[0]:
        return True
    try:
        conn.execute("SET LOCAL track_counts TO on")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def locked_sequences(conn: Connection) -> frozenset[int]:
    """Sequences that this transaction touched in any way but reading."""
    rows = conn.execute(
        "SELECT l.relation::bigint FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c"
        " ON c.oid = l.relation WHERE l.pid = pg_catalog.pg_backend_pid()"
        " AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock' AND c.relkind = 'S'"
    ).fetchall()
    return frozenset(row[0] for row in rows)


# How many sequences are looked at in one statement, each of which holds a lock to its end.
_PORTION: Final = 500


def positions(conn: Connection) -> dict[int, Position]:
    """Where each sequence is that we may read. Outside of a transaction: looking takes a lock on
    each one (lock_and_open_sequence in src/backend/commands/sequence.c). Raises psycopg.Error."""
    rows = conn.execute(
        "SELECT s.seqrelid::bigint, s.seqincrement FROM pg_catalog.pg_sequence s"
        " JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid WHERE c.relpersistence <> 't'"
        " AND pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT') ORDER BY 1"
    ).fetchall()
    found: dict[int, Position] = {}
    for start in range(0, len(rows), _PORTION):
        steps = dict(rows[start : start + _PORTION])
        values = conn.execute(
            "SELECT o, pg_catalog.pg_sequence_last_value(o::pg_catalog.oid) FROM"
            " pg_catalog.unnest(%s::pg_catalog.int8[]) AS o",
            (list(steps),),
        )
        found |= {oid: Position(value, steps[oid]) for oid, value in values}
    return found


def positions_of(conn: Connection, names: Mapping[int, tuple[str, str]]) -> dict[int, Position]:
    """Where the named sequences are, exactly: the value that came before the one to come."""
    found = {}
    for oid, (schema, title) in names.items():
        row = conn.execute(
            f"SELECT last_value, is_called, (SELECT seqincrement FROM pg_catalog.pg_sequence"
            f" WHERE seqrelid = {oid}) FROM {quote(schema)}.{quote(title)}".encode()
        ).fetchone()
        if row is not None:
            found[oid] = Position(row[0] if row[1] else row[0] - row[2], row[2])
    return found


def put_back(conn: Connection, before: Mapping[int, Position]) -> None:
    """Takes each sequence that went back to where it was: no rollback undoes setval()
    (https://www.postgresql.org/docs/current/functions-sequence.html)."""
    now = positions(conn)
    for oid, was in before.items():
        is_now = now.get(oid)
        if was.last is not None and is_now is not None and went_back(was, is_now):
            conn.execute("SELECT pg_catalog.setval(%s::pg_catalog.oid, %s)", (oid, was.last))


def went_back(was: Position, now: Position) -> bool:
    """Whether a sequence will give values again that it gave before."""
    if was.last is None or now.last is None:
        return was.last is not None
    return (now.last - was.last) * was.step < 0


# Larger tables are not read twice to find out whether anything was lost.
LARGEST: Final = 256 * 1024 * 1024
_READABLE: Final = f"""
SELECT c.oid::bigint, n.nspname::text, c.relname::text
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.oid = ANY(%s::pg_catalog.oid[])
   AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
   AND NOT pg_catalog.row_security_active(c.oid)
   AND pg_catalog.pg_table_size(c.oid) <= {LARGEST}
"""
_TREE: Final = """
WITH RECURSIVE tree AS (
    SELECT pg_catalog.to_regclass(name)::pg_catalog.oid AS oid, name
      FROM pg_catalog.unnest(%s::pg_catalog.text[]) AS name
     UNION
    SELECT i.inhrelid, tree.name FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid)
SELECT oid::bigint, name FROM tree WHERE oid IS NOT NULL
"""
Digest = tuple[int, str]  # the number of rows, and the sum of a digest of each


def trees(conn: Connection, names: Sequence[str]) -> dict[int, str]:
    """The tables of these (quoted) names and all their children, each with the name it came by."""
    return dict(conn.execute(_TREE, (list(names),)).fetchall()) if names else {}


def columns_of(conn: Connection, table: int) -> dict[int, str]:
    """Columns that hold a value of their own, by number."""
    return dict(
        conn.execute(
            "SELECT attnum::int, attname::text FROM pg_catalog.pg_attribute WHERE attrelid = %s"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY 1",
            (table,),
        ).fetchall()
    )


def digests(conn: Connection, columns: Mapping[int, Sequence[int]]) -> dict[int, Digest]:
    """What the rows of tables say in these columns, by table; left out where that can't be read
    (too large, no right to) or a column is gone. Inside a transaction. Raises psycopg.Error."""
    readable = conn.execute(_READABLE, (list(columns),)).fetchall() if columns else []
    found: dict[int, Digest] = {}
    for oid, schema, title in readable:
        there = columns_of(conn, oid)
        if all(number in there for number in columns[oid]):
            names = [there[number] for number in columns[oid]]
            found[oid] = _digest(conn, qualified(schema, title), names)
    return found


def _digest(conn: Connection, table: str, names: Sequence[str]) -> Digest:
    row = f"ROW({', '.join(f't.{quote(name)}' for name in names)})::text"
    query = (
        f"SELECT count(*), coalesce(sum(hashtextextended({row}, 0)), 0)::text FROM ONLY {table} t;"
    )
    ((count, total),) = next(_answers(conn, f"{_PINNED}{query}{_UNPINNED}"))
    return count, total
