"""What is in the database as an agent wants to see it: tables and extensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from trueup.model.history import HISTORY_NAME, HISTORY_SCHEMA
from trueup.workbench.database import open_database
from trueup.workbench.project import Project

# reltuples is -1 until a table was analyzed (https://www.postgresql.org/docs/current/catalog-pg-class.html).
_TABLES: Final = f"""
SELECT n.nspname, c.relname, c.relrowsecurity,
       CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END,
       pg_catalog.obj_description(c.oid, 'pg_class'), c.oid
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname = ANY(%s)
   AND NOT (n.nspname = '{HISTORY_SCHEMA}' AND c.relname = '{HISTORY_NAME}')
 ORDER BY n.nspname, c.relname
"""
_COLUMNS: Final = """
SELECT a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), t.typname,
       NOT a.attnotnull, a.attidentity::text, a.attgenerated::text,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid),
       (SELECT pg_catalog.array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
          FROM pg_catalog.pg_enum e WHERE e.enumtypid = a.atttypid),
       pg_catalog.col_description(a.attrelid, a.attnum)
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum
"""
_CONSTRAINTS: Final = """
SELECT k.conrelid, k.conname, k.contype::text,
       (SELECT pg_catalog.array_agg(a.attname::text ORDER BY p.n)
          FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS p(num, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.num),
       rn.nspname, rc.relname,
       (SELECT pg_catalog.array_agg(a.attname::text ORDER BY p.n)
          FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS p(num, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.num),
       pg_catalog.pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint k
  LEFT JOIN pg_catalog.pg_class rc ON rc.oid = k.confrelid
  LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
 WHERE k.conrelid = ANY(%s) AND k.contype IN ('p', 'f', 'u', 'c')
 ORDER BY k.conrelid, k.conname
"""
_EXTENSIONS: Final = """
SELECT a.name, n.nspname, a.default_version, e.extversion, a.comment
  FROM pg_catalog.pg_available_extensions a
  LEFT JOIN pg_catalog.pg_extension e ON e.extname = a.name
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
 ORDER BY a.name
"""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A column: its type as SQL and by its bare name, and what else is known of it. `options` are
    words: nullable, unique, identity, generated."""

    name: str
    data_type: str
    format: str
    options: tuple[str, ...]
    default_value: str | None
    identity_generation: str | None
    enums: tuple[str, ...]
    check: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key: its name, and from and to which columns, as `schema.table.column`."""

    name: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table; `rows` is the planner's estimate, None where there is none. The rest is None where
    only an overview was asked for."""

    name: str
    rls_enabled: bool
    rows: int | None
    comment: str | None
    columns: tuple[ColumnFacts, ...] | None = None
    primary_keys: tuple[str, ...] | None = None
    foreign_keys: tuple[ForeignKey, ...] | None = None


@dataclass(frozen=True, slots=True)
class ExtensionFacts:
    """An extension that the server has; without schema and installed version it is not in the
    database."""

    name: str
    schema: str | None
    default_version: str | None
    installed_version: str | None
    comment: str | None


def list_tables(
    project: Project, schemas: Sequence[str], *, verbose: bool = False
) -> tuple[TableFacts, ...]:
    """The tables of the schemas, without trueup's own. Raises ConnectionFailed."""
    with open_database(project) as conn:
        tables = conn.execute(_TABLES, (list(schemas),)).fetchall()
        oids = [row[5] for row in tables]
        columns = conn.execute(_COLUMNS, (oids,)).fetchall() if verbose else []
        constraints = conn.execute(_CONSTRAINTS, (oids,)).fetchall() if verbose else []
    return tuple(_table(row, columns, constraints, verbose) for row in tables)


def list_extensions(project: Project) -> tuple[ExtensionFacts, ...]:
    """Every extension that the server has. Raises ConnectionFailed."""
    with open_database(project) as conn:
        return tuple(ExtensionFacts(*row) for row in conn.execute(_EXTENSIONS).fetchall())


def _table(row: Any, columns: list[Any], constraints: list[Any], verbose: bool) -> TableFacts:
    schema, name, secured, estimate, comment, oid = row
    shown = f"{schema}.{name}"
    if not verbose:
        return TableFacts(shown, secured, estimate, comment)
    own = [constraint for constraint in constraints if constraint[0] == oid]
    keys = next((tuple(c[3] or ()) for c in own if c[2] == "p"), ())
    return TableFacts(
        shown,
        secured,
        estimate,
        comment,
        tuple(_column(column, own) for column in columns if column[0] == oid),
        keys,
        tuple(key for c in own if c[2] == "f" for key in _foreign_keys(shown, c)),
    )


def _column(row: Any, constraints: list[Any]) -> ColumnFacts:
    _, name, data_type, bare, nullable, identity, generated, default, enums, comment = row
    alone = {c[2] for c in constraints if c[3] == [name]}
    checks = [c[7] for c in constraints if c[2] == "c" and c[3] == [name]]
    words = {
        "identity": bool(identity),
        "generated": bool(generated),
        "nullable": nullable,
        "unique": bool(alone & {"u"}),
    }
    return ColumnFacts(
        name,
        data_type,
        bare,
        tuple(word for word, holds in words.items() if holds),
        default,
        {"a": "ALWAYS", "d": "BY DEFAULT"}.get(identity),
        tuple(enums or ()),
        " AND ".join(checks) or None,
        comment,
    )


def _foreign_keys(table: str, row: Any) -> list[ForeignKey]:
    other = f"{row[4]}.{row[5]}"
    pairs = zip(row[3] or (), row[6] or (), strict=False)
    return [ForeignKey(row[1], f"{table}.{one}", f"{other}.{to}") for one, to in pairs]
