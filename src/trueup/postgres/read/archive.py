"""From a pg_dump custom archive to a Schema.

The archive's table of contents carries, per object, kind, schema, tag, the exact DDL, the exact
DROP and the dependencies: pg_dump.c and pg_backup_archiver.c in PostgreSQL's source. Nothing is
parsed here; tags are only spelled alike so that one object has one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from trueup.model.kinds import ABOUT, ROUTINES
from trueup.model.schema import ObjectKey, Schema, SchemaObject
from trueup.postgres.read.toc import Entry, read_entries
from trueup.sql.canonical import canonical

_NOT_OBJECTS = frozenset(
    {"ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES"}
)
# Kinds whose tag pg_dump writes with quoted identifiers when asked to quote all of them.
_QUOTED_TAGS = frozenset({*ROUTINES, *ABOUT, "CAST", "TRANSFORM"})
# Kinds that PostgreSQL overloads but whose tag is the bare name: the DROP tells them apart.
_OVERLOADED = frozenset({"OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY"})
# A quoted name; the group is one that can do without its quotes.
_QUOTED = re.compile(r'''"([a-z_][a-z0-9_$]*)"(?!")|"(?:[^"]|"")*"''')
# What PostgreSQL calls the triggers of its constraints: ri_ConstraintTrigger in tablecmds.c,
# index_constraint_create in index.c and CreateTrigger, which adds the oid, in trigger.c.
_INTERNAL = re.compile(r" (RI_ConstraintTrigger_[ac]|(PK|Unique)_ConstraintTrigger)_\d+$")
# pg_dump suppresses this comment only when it does not quote the name public (dumpNamespace).
_STANDARD_PUBLIC_COMMENT = "COMMENT ON SCHEMA \"public\" IS 'standard public schema';"
_NO_PUBLIC_COMMENT = 'COMMENT ON SCHEMA "public" IS NULL;\n'


def read_archive(archive: bytes) -> Schema:
    """The schema in a custom-format archive made with --schema-only --quote-all-identifiers.
    Raises ValueError where it can't be read."""
    return schema_from_entries(read_entries(archive))


def schema_from_entries(entries: Iterable[Entry]) -> Schema:
    """The schema that entries in archive order describe."""
    kept = [entry for entry in entries if _is_object(entry)]
    keys = _unique_keys(kept)
    objects = [_to_object(entry, keys) for entry in kept if not _is_silent(entry)]
    return Schema.of([*_removed_public_comment(kept), *objects])


def _is_object(entry: Entry) -> bool:
    if entry.desc in _NOT_OBJECTS or _is_internal(entry):
        return False
    # Comments, labels and rights of the database itself name that database: they belong to the
    # place, not to the schema, and pg_dump too restores them only with --create.
    return not entry.tag.startswith("DATABASE ")


def _is_internal(entry: Entry) -> bool:
    """The state of a constraint's trigger on a partition, where it is another than that of the
    partitioned table's. It is named by its oid, which no other database has; such states are read
    by themselves (postgres/read/states.py)."""
    return (
        entry.desc == "TRIGGER"
        and entry.defn.lstrip().startswith("ALTER TABLE ")
        and _INTERNAL.search(entry.tag) is not None
    )


def _is_silent(entry: Entry) -> bool:
    """Entries that say nothing: the public schema that initdb makes, and its standard comment."""
    defn = entry.defn.strip()
    if entry.desc == "SCHEMA" and defn.startswith("--"):
        return True
    return not defn or defn == _STANDARD_PUBLIC_COMMENT


def _removed_public_comment(kept: list[Entry]) -> list[SchemaObject]:
    """A schema public whose comment was taken away has no entry for it, a fresh one has: the
    difference must be in the schema, else schema.sql would not give it back."""
    key = ObjectKey("COMMENT", "", "SCHEMA public")
    if any(entry.desc == "COMMENT" and entry.tag == 'SCHEMA "public"' for entry in kept):
        return []
    return [SchemaObject(key, _NO_PUBLIC_COMMENT)]


def _unique_keys(entries: list[Entry]) -> dict[int, ObjectKey]:
    taken: dict[ObjectKey, int] = {}
    keys: dict[int, ObjectKey] = {}
    for entry in entries:
        key = _key(entry)
        seen = taken.get(key, 0)
        taken[key] = seen + 1
        # Tags such as "table policy" are ambiguous when names hold spaces.
        keys[entry.dump_id] = key if not seen else key._replace(name=f"{key.name} ({seen + 1})")
    return keys


def _key(entry: Entry) -> ObjectKey:
    name = entry.tag
    if entry.desc in _OVERLOADED:
        name = _overloaded_name(name, entry.drop_stmt)
    elif entry.desc == "DEFAULT ACL":
        name = f"{name} FOR ROLE {entry.owner}"
    if entry.desc in _QUOTED_TAGS or entry.desc in _OVERLOADED:
        name = unquoted(name)
    return ObjectKey(entry.desc, entry.namespace, name)


def unquoted(name: str) -> str:
    """A tag without the quotes that its identifiers can do without."""
    return _QUOTED.sub(lambda quoted: quoted[1] or quoted[0], name)


def _overloaded_name(tag: str, drop: str) -> str:
    """`=== (integer, integer)`, `name USING hash`: the tag with what the DROP says after it."""
    for spelled in (f".{tag} ", f'."{tag}" '):
        _, found, rest = drop.partition(spelled)
        if found:
            return f"{tag} {rest.strip().removesuffix(';')}"
    return tag


def _to_object(entry: Entry, keys: dict[int, ObjectKey]) -> SchemaObject:
    needs = sorted({keys[i] for i in entry.dependencies if i in keys and i != entry.dump_id})
    printed = _storage_settings(entry, _tidy(entry.defn))
    ddl = canonical(printed)
    return SchemaObject(
        key=keys[entry.dump_id],
        ddl=ddl,
        drop=_tidy(entry.drop_stmt),
        owner=entry.owner,
        depends_on=tuple(needs),
        verbatim="" if ddl == printed else printed,
    )


def _tidy(sql: str) -> str:
    """LF line ends, exactly one at the end. A CRLF inside a function body is read as LF: which
    of them is stored depends on the checkout the file was applied from (COVERAGE.md)."""
    text = sql.replace("\r\n", "\n").rstrip("\n")
    return f"{text}\n" if text else ""


def _storage_settings(entry: Entry, ddl: str) -> str:
    """pg_restore sets tablespace and table access method as session state before an entry
    (pg_backup_archiver.c, _selectTablespace and _selectTableAccessMethod); here they stand in the
    DDL itself, and only where they are not the default."""
    before, after = "", ""
    if entry.tableam and entry.tableam != "heap":
        before += f'SET default_table_access_method = "{entry.tableam}";\n'
        after += 'SET default_table_access_method = "heap";\n'
    if entry.tablespace:
        before += f'SET default_tablespace = "{entry.tablespace}";\n'
        after += "SET default_tablespace = '';\n"
    return before + ddl + after
