"""Reading from the catalogs what roles hold. pg_dump does not say which object an object is, and
its rights are texts; here the question is by effect and by identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trueup.model.holdings import Grant, Holding, Holdings, Spot
from trueup.model.rights import PUBLIC, Rights, Slot
from trueup.model.schema import ObjectKey
from trueup.postgres.read.archive import unquoted
from trueup.postgres.session.connection import Connection

# aclexplode and acldefault: https://www.postgresql.org/docs/current/functions-info.html; what
# initdb made has an oid below 16384 (FirstNormalObjectId in access/transam.h).
_WITH_RIGHTS = """
SELECT 'relation', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
         WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
       n.nspname::text, c.relname::text, c.oid::int8, pg_get_userbyid(c.relowner)::text,
       coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN "char" 's'
                                    ELSE "char" 'r' END, c.relowner))::text,
       format('%I.%I', n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= 16384 AND c.relpersistence <> 't'
UNION ALL
SELECT 'routine', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE'
         ELSE 'FUNCTION' END,
       n.nspname, p.proname || '(' || a.types || ')', p.oid, pg_get_userbyid(p.proowner),
       coalesce(p.proacl, acldefault('f', p.proowner))::text,
       format('%I.%I(%s)', n.nspname, p.proname, a.types)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 CROSS JOIN LATERAL (SELECT coalesce(string_agg(format_type(u.t, NULL), ', ' ORDER BY u.i), '')
                       FROM unnest(p.proargtypes) WITH ORDINALITY u(t, i)) a(types)
 WHERE p.oid >= 16384
UNION ALL
SELECT 'type', CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, n.nspname, t.typname, t.oid,
       pg_get_userbyid(t.typowner), coalesce(t.typacl, acldefault('T', t.typowner))::text,
       format('%I.%I', n.nspname, t.typname)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_class c ON c.oid = t.typrelid
 WHERE t.oid >= 16384 AND t.typtype IN ('b', 'c', 'd', 'e', 'r')
   AND (c.oid IS NULL OR c.relkind = 'c')
   AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
UNION ALL
SELECT 'schema', 'SCHEMA', '', n.nspname, n.oid, pg_get_userbyid(n.nspowner),
       coalesce(n.nspacl, acldefault('n', n.nspowner))::text, quote_ident(n.nspname)
  FROM pg_namespace n WHERE n.oid >= 16384 AND NOT starts_with(n.nspname, 'pg_')
UNION ALL
SELECT 'server', 'SERVER', '', s.srvname, s.oid, pg_get_userbyid(s.srvowner),
       coalesce(s.srvacl, acldefault('S', s.srvowner))::text, quote_ident(s.srvname)
  FROM pg_foreign_server s
UNION ALL
SELECT 'wrapper', 'FOREIGN DATA WRAPPER', '', w.fdwname, w.oid, pg_get_userbyid(w.fdwowner),
       coalesce(w.fdwacl, acldefault('F', w.fdwowner))::text, quote_ident(w.fdwname)
  FROM pg_foreign_data_wrapper w
"""
# What has an owner and no rights.
_OWNED = """
SELECT i.type, upper(i.type), '', i.identity, o.oid::int8, pg_get_userbyid(o.owner)::text, '{}',
       i.identity
  FROM (SELECT tableoid, oid, oprowner FROM pg_operator
        UNION ALL SELECT tableoid, oid, opcowner FROM pg_opclass
        UNION ALL SELECT tableoid, oid, opfowner FROM pg_opfamily
        UNION ALL SELECT tableoid, oid, collowner FROM pg_collation
        UNION ALL SELECT tableoid, oid, conowner FROM pg_conversion
        UNION ALL SELECT tableoid, oid, stxowner FROM pg_statistic_ext
        UNION ALL SELECT tableoid, oid, cfgowner FROM pg_ts_config
        UNION ALL SELECT tableoid, oid, dictowner FROM pg_ts_dict
        UNION ALL SELECT tableoid, oid, evtowner FROM pg_event_trigger
        UNION ALL SELECT tableoid, oid, pubowner FROM pg_publication) o(class, oid, owner)
 CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) i
 WHERE o.oid >= 16384
"""
_COLUMNS = """
SELECT a.attrelid::int8, a.attname::text, a.attnum::int, coalesce(a.attacl::text, '{}')
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid >= 16384
   AND (n.nspname::text, c.relname::text) IN (
       SELECT * FROM unnest(%(schemas)s::text[], %(names)s::text[])
       UNION ALL
       SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE EXISTS (SELECT FROM pg_attribute b
                       WHERE b.attrelid = c.oid AND b.attacl IS NOT NULL))
"""
_DEFAULTS = """
WITH me AS (SELECT oid FROM pg_roles WHERE rolname = current_user)
SELECT k.kind, '', coalesce((SELECT d.defaclacl FROM pg_default_acl d
                              WHERE d.defaclrole = me.oid AND d.defaclnamespace = 0
                                AND d.defaclobjtype = k.kind::"char"),
                            acldefault(k.asked::"char", me.oid))::text
  FROM me, (VALUES ('r', 'r'), ('S', 's'), ('f', 'f'), ('T', 'T'), ('n', 'n')) k(kind, asked)
UNION ALL
SELECT d.defaclobjtype::text, n.nspname, d.defaclacl::text
  FROM me JOIN pg_default_acl d ON d.defaclrole = me.oid
  JOIN pg_namespace n ON n.oid = d.defaclnamespace
"""
_ENTRIES = """
SELECT a.acl, coalesce(r.rolname::text, %(everybody)s), x.privilege_type, x.is_grantable
  FROM unnest(%(acls)s::text[]) a(acl)
 CROSS JOIN LATERAL aclexplode(a.acl::aclitem[]) x LEFT JOIN pg_roles r ON r.oid = x.grantee
"""
_ALTER_WORDS = {"STATISTICS OBJECT": "STATISTICS"}

_Entries = Mapping[str, list[tuple[str, str, bool]]]
_Columns = dict[int, list[tuple[str, int, str]]]


def read_holdings(conn: Connection, columns_of: Holdings | None = None) -> Holdings:
    """What every role holds now. Columns are numbered in tables that have rights on columns, here
    or in `columns_of`. The session's search path is as before afterwards."""
    role, path = conn.execute(
        "SELECT current_user::text, current_setting('search_path')"
    ).fetchone() or ("", "")
    # Names of types are qualified as pg_dump has them only under an empty search path.
    conn.execute("SELECT set_config('search_path', '', false)")
    try:
        rows = conn.execute(f"{_WITH_RIGHTS} UNION ALL {_OWNED}".encode()).fetchall()
        columns = _read_columns(conn, columns_of)
        defaults = conn.execute(_DEFAULTS.encode()).fetchall()
    finally:
        if not _is_failed(conn):
            conn.execute("SELECT set_config('search_path', %s, false)", [path])
    acls = {row[6] for row in rows} | {row[2] for row in defaults}
    entries = _entries(conn, acls | {c[2] for found in columns.values() for c in found})
    objects = dict(_holding(row, entries, columns) for row in rows)
    return Holdings(role, objects, {(r[0], r[1]): _grants(entries, r[2]) for r in defaults})


def _is_failed(conn: Connection) -> bool:
    from psycopg.pq import TransactionStatus

    return conn.info.transaction_status is TransactionStatus.INERROR


def _read_columns(conn: Connection, more: Holdings | None) -> _Columns:
    spots = [s for s, held in more.objects.items() if held.columns] if more else []
    names = {"schemas": [s.schema for s in spots], "names": [s.name for s in spots]}
    found: _Columns = {}
    for oid, name, number, acl in conn.execute(_COLUMNS.encode(), names):
        found.setdefault(oid, []).append((name, number, acl))
    return found


def _entries(conn: Connection, acls: Iterable[str]) -> _Entries:
    """Few lists of rights are different, however many objects there are."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    # aclexplode() takes no array that was read from '{}'.
    asked = {"acls": sorted(set(acls) - {"{}"}), "everybody": PUBLIC}
    for acl, role, privilege, grantable in conn.execute(_ENTRIES.encode(), asked):
        found.setdefault(acl, []).append((role, privilege, grantable))
    return found


def _grants(entries: _Entries, acl: str, column: str = "") -> tuple[Grant, ...]:
    return tuple((role, Slot(name, column), passes) for role, name, passes in entries.get(acl, ()))


def _holding(
    row: tuple[str, str, str, str, int, str, str, str], entries: _Entries, columns: _Columns
) -> tuple[Spot, Holding]:
    space, kind, schema, name, oid, owner, acl, target = row
    inside = columns.get(oid, [])
    grants = [*_grants(entries, acl), *(g for n, _, a in inside for g in _grants(entries, a, n))]
    roles: dict[str, dict[Slot, bool]] = {}
    for role, slot, passes in grants:
        held = roles.setdefault(role, {})
        held[slot] = held.get(slot, False) or passes
    named = unquoted(name) if space == "routine" else name
    key = ObjectKey(_ALTER_WORDS.get(kind, kind), schema, named)
    numbers = {column: number for column, number, _ in inside}
    return Spot(space, schema, name), Holding(key, oid, target, Rights(owner, roles), numbers)
