"""CREATE EXTENSION as a call: stand-ins on a server to which no files can be added (--shadow-url).

There CREATE EXTENSION finds nothing, so two functions are put into the leased database, in
pg_catalog where pg_dump passes over them: one holds the stand-ins' scripts, one does what CREATE
EXTENSION would do with them, its errors included. `rewrite` turns the statement into a call. What a
script makes is written into pg_extension, pg_depend and pg_init_privs as the server itself would
write it, so that the extension shows, owns its objects, can be dropped and is left out of dumps.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import psycopg

from trueup.shadow.platform.standins import StandIn, standins
from trueup.sql.quote import literal

Connection = psycopg.Connection[Any]

_FUNCTION = "pg_catalog.trueup_create_extension"
# Only CREATE EXTENSION itself may call it, and nothing here reads what it keeps.
_CONFIG_DUMP = re.compile(r"^select pg_catalog\.pg_extension_config_dump\(.*\);$", re.MULTILINE)
_QUOTE = "$trueup$"


def call_text(
    verb: str, name: str, *, schema: str | None, if_not_exists: bool, cascade: bool
) -> str:
    """The call that does what CREATE EXTENSION would. Dollar quotes: it may stand in a string."""
    target = f"{_QUOTE}{schema}{_QUOTE}" if schema is not None else "null"
    flags = f"{str(if_not_exists).lower()}, {str(cascade).lower()}"
    here = "pg_catalog.current_schema()"  # the function itself has another search_path
    return f"{verb} {_FUNCTION}({_QUOTE}{name}{_QUOTE}, {target}, {here}, {flags})"


def absent_extensions(conn: Connection) -> frozenset[str]:
    """The stand-ins that neither the server has as an extension of its own nor we could add."""
    rows = conn.execute("SELECT name FROM pg_catalog.pg_available_extensions").fetchall()
    return frozenset(standins()) - {row[0] for row in rows}


def prepare(conn: Connection, names: Collection[str]) -> None:
    """Put what installs the stand-ins `names` into this database; `conn` is a superuser's."""
    if not names:
        return
    rows = ",\n".join(_row(standins()[name]) for name in sorted(names))
    conn.execute(_SCRIPTS.replace("@ROWS@", rows).encode())
    conn.execute(_INSTALL.encode())


def install(conn: Connection, name: str, schema: str | None = None) -> None:
    """Install one stand-in in a prepared database, as CREATE EXTENSION name SCHEMA schema would.

    Raises psycopg.Error as CREATE EXTENSION does.
    """
    call = call_text("SELECT", name, schema=schema, if_not_exists=False, cascade=False)
    conn.execute(call.encode())


def _row(standin: StandIn) -> str:
    script = _CONFIG_DUMP.sub("", standin.script.read_text(encoding="utf-8"))
    requires = "{" + ",".join(standin.requires) + "}"
    values = (
        literal(standin.name),
        literal(standin.version),
        literal(standin.schema) if standin.schema else "null",
        str(standin.relocatable).lower(),
        literal(requires) + "::text[]",
        literal(standin.comment),
        literal(script),
    )
    return "(" + ", ".join(values) + ")"


_SCRIPTS = """
CREATE OR REPLACE FUNCTION pg_catalog.trueup_standins(
  OUT name text, OUT version text, OUT schema text, OUT relocatable boolean, OUT requires text[],
  OUT comment text, OUT script text
) RETURNS SETOF record LANGUAGE sql IMMUTABLE AS $trueup_rows$
VALUES
@ROWS@
$trueup_rows$
"""

# Messages, error codes and their order are those of src/backend/commands/extension.c. Objects made
# by the script are those with a number above the extension's own: numbers come from one counter,
# and nobody else is in a leased database.
_INSTALL = """
CREATE OR REPLACE FUNCTION pg_catalog.trueup_create_extension(
  wanted text, target text, here text, if_not_exists boolean, cascading boolean
) RETURNS void LANGUAGE plpgsql
SET allow_system_table_mods = on SET search_path = pg_catalog AS $trueup_install$
DECLARE
  it record;
  needed text;
  made oid;
  rights aclitem[];
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = wanted) THEN
    IF if_not_exists THEN
      RAISE NOTICE 'extension "%" already exists, skipping', wanted
        USING ERRCODE = 'duplicate_object';
      RETURN;
    END IF;
    RAISE EXCEPTION 'extension "%" already exists', wanted USING ERRCODE = 'duplicate_object';
  END IF;
  SELECT * INTO STRICT it FROM pg_catalog.trueup_standins() s WHERE s.name = wanted;

  IF it.schema IS NOT NULL THEN
    IF target <> it.schema AND NOT cascading THEN
      RAISE EXCEPTION 'extension "%" must be installed in schema "%"', wanted, it.schema
        USING ERRCODE = 'feature_not_supported';
    END IF;
    target := it.schema;
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = target) THEN
      EXECUTE format('CREATE SCHEMA %I', target);
    END IF;
  ELSIF coalesce(target, here) IS NULL THEN
    RAISE EXCEPTION 'no schema has been selected to create in' USING ERRCODE = 'undefined_object';
  END IF;
  target := coalesce(target, here);
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = target) THEN
    RAISE EXCEPTION 'schema "%" does not exist', target USING ERRCODE = 'invalid_schema_name';
  END IF;

  FOREACH needed IN ARRAY it.requires LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = needed);
    IF NOT cascading THEN
      RAISE EXCEPTION 'required extension "%" is not installed', needed
        USING ERRCODE = 'undefined_object',
          HINT = 'Use CREATE EXTENSION ... CASCADE to install required extensions too.';
    ELSIF EXISTS (SELECT FROM pg_catalog.trueup_standins() s WHERE s.name = needed) THEN
      PERFORM pg_catalog.trueup_create_extension(needed, target, here, false, true);
    ELSE
      EXECUTE format('CREATE EXTENSION %I SCHEMA %I CASCADE', needed, target);
    END IF;
  END LOOP;

  made := pg_nextoid('pg_extension', 'oid', 'pg_extension_oid_index');
  INSERT INTO pg_extension
    (oid, extname, extowner, extnamespace, extrelocatable, extversion, extconfig, extcondition)
  SELECT made, wanted, r.oid, n.oid, it.relocatable, it.version, null, null
  FROM pg_roles r, pg_namespace n WHERE r.rolname = current_user AND n.nspname = target;
  INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
  SELECT 'pg_extension'::regclass, made, 0, 'pg_namespace'::regclass, oid, 0, 'n'
  FROM pg_namespace WHERE nspname = target
  UNION ALL
  SELECT 'pg_extension'::regclass, made, 0, 'pg_extension'::regclass, oid, 0, 'n'
  FROM pg_extension WHERE extname = ANY (it.requires);

  SELECT nspacl INTO rights FROM pg_namespace WHERE nspname = target;
  PERFORM set_config('search_path', quote_ident(target) || ', pg_temp', true);
  EXECUTE it.script;
  PERFORM set_config('search_path', 'pg_catalog', true);

  INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
  SELECT o.kind, o.oid, 0, 'pg_extension'::regclass, made, 0, 'e'
  FROM (
    SELECT 'pg_class'::regclass AS kind, oid FROM pg_class
      WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t
      LEFT JOIN pg_class c ON c.oid = t.typrelid
      -- from 17 on, array and row types are members too (ExecAlterExtensionContentsRecurse)
      WHERE current_setting('server_version_num')::int >= 170000
        OR t.typcategory <> 'A' AND (t.typrelid = 0 OR c.relkind = 'c')
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc
    UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace
    UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
    UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
    UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
    UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
  ) o
  WHERE o.oid > made AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = o.kind AND d.objid = o.oid AND d.deptype = 'e'
  );

  -- Rights that came with the extension are its own, not the team's.
  INSERT INTO pg_init_privs (objoid, classoid, objsubid, privtype, initprivs)
  SELECT d.objid, d.classid, 0, 'e', coalesce(c.relacl, p.proacl, n.nspacl)
  FROM pg_depend d
  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
  LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
  LEFT JOIN pg_namespace n ON d.classid = 'pg_namespace'::regclass AND n.oid = d.objid
  WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = made AND d.deptype = 'e'
    AND coalesce(c.relacl, p.proacl, n.nspacl) IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM pg_init_privs i WHERE i.objoid = d.objid AND i.classoid = d.classid
    )
  UNION ALL
  -- Also those it gave on a schema that is not its own.
  SELECT n.oid, 'pg_namespace'::regclass, 0, 'e', n.nspacl
  FROM pg_namespace n
  WHERE n.nspname = target AND n.nspacl IS DISTINCT FROM rights AND n.nspacl IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM pg_init_privs i
      WHERE i.objoid = n.oid AND i.classoid = 'pg_namespace'::regclass
    );

  EXECUTE format('COMMENT ON EXTENSION %I IS %L', wanted, it.comment);
END
$trueup_install$
"""
