"""schema.sql: a Schema as text that PostgreSQL loads and that is the same on every machine."""

from __future__ import annotations

from trueup.model.kinds import ROUTINES
from trueup.model.schema import ObjectKey, Schema, SchemaObject
from trueup.model.schema_marks import FOOTER, HEADER
from trueup.model.scope import Scoped

# The session state in which pg_dump's DDL means what it says (pg_backup_archiver.c,
# _doSetFixedOutputState), less what differs between versions of pg_dump.
_PREAMBLE = """\
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = "heap";
"""
MANAGED = """\
--
-- Managed: what the migrations add to, change in and take from the platform's own schemas.
--
"""
_REPLACEABLE = frozenset({*ROUTINES, "VIEW"})
_UNDROPPABLE = frozenset({"TABLE", "SCHEMA", "COMMENT", "ACL", "DEFAULT ACL", "ROW SECURITY"})


def render(schema: Schema, header: str = HEADER, footer: str = FOOTER) -> str:
    """The text of schema.sql: header, session settings, one block an object, footer."""
    scoped = schema if isinstance(schema, Scoped) else Scoped(schema.objects)
    late = _late(scoped)
    items = scoped.objects.values()
    blocks = [f"{header}\n", _PREAMBLE]
    blocks += [_block(item, scoped) for item in items if item.key not in late]
    managed = [_block(item, scoped) for item in items if item.key in late]
    managed += [_drop_block(item) for item in scoped.dropped]
    if managed:
        blocks += [MANAGED, *managed]
    return "\n".join([*blocks, f"{footer}\n"])


def _late(scoped: Scoped) -> frozenset[ObjectKey]:
    """The managed objects that can stand in the last section: those that no other one needs."""
    early = {key for key in scoped if key not in scoped.managed}
    needed: set[ObjectKey] = set()
    waiting = [need for key in early for need in scoped[key].depends_on]
    while waiting:
        key = waiting.pop()
        if key in scoped.managed and key not in needed:
            needed.add(key)
            waiting += scoped[key].depends_on
    return frozenset(scoped.managed - needed)


def _block(item: SchemaObject, scoped: Scoped) -> str:
    if item.key in scoped.replaced:
        return f"{title(item)}\n\n{_replacing(item)}"
    return render_object(item)


def _replacing(item: SchemaObject) -> str:
    """DDL for an object that the platform has already, in another form."""
    kind = item.key.kind
    if kind in _REPLACEABLE:
        return item.ddl.replace(f"CREATE {kind}", f"CREATE OR REPLACE {kind}", 1)
    if kind in _UNDROPPABLE or not item.drop:
        return "" if kind in ("TABLE", "SCHEMA") else item.ddl
    return item.drop + item.ddl


def _drop_block(item: SchemaObject) -> str:
    """What is gone may belong to an extension by then (pg_net takes over the schema net), or have
    gone with something else; either way it is no longer there by itself."""
    statement = item.drop.rstrip().removesuffix(";")
    return (
        f"{title(item)}; Dropped\n\nDO $trueup$ BEGIN\n  {statement};\nEXCEPTION\n"
        "  WHEN dependent_objects_still_exist OR undefined_object OR undefined_table\n"
        "    OR undefined_function OR invalid_schema_name THEN NULL;\nEND $trueup$;\n"
    )


def render_object(item: SchemaObject) -> str:
    """One object's block: the comment line that names it, then its DDL."""
    return f"{title(item)}\n\n{item.ddl}"


def title(item: SchemaObject) -> str:
    """The line that names an object, in pg_dump's form without the owner."""
    key = item.key
    schema = _one_line(key.schema) or "-"
    return f"-- Name: {_one_line(key.name)}; Type: {key.kind}; Schema: {schema}"


def _one_line(name: str) -> str:
    """A name must not end the comment that holds it (CVE-2012-0868)."""
    return name.replace("\r", " ").replace("\n", " ")
