"""What is inside a CREATE TABLE that pg_dump wrote: columns, constraints, options.

Read from one archive entry: the CREATE [FOREIGN] TABLE and the ALTER statements that pg_dump
appends to it for what CREATE TABLE can't say (dumpTableSchema in pg_dump.c). Primary keys, unique
and foreign keys, identity and most sequences' defaults are entries of their own and not here.
All values are SQL text as PostgreSQL deparsed it, so equal text means equal meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from pglast import ast
from pglast.enums import AlterTableType, ConstrType

from trueup.sql.names import relation as named
from trueup.sql.quote import qualified
from trueup.sql.slices import Sliced
from trueup.sql.statements import statements


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    `type` is empty where the table does not say it: a column inherited from a parent or given by
    a composite type (CREATE TABLE … OF) of which only some property is its own.
    `generated` is the expression, `stored` whether it is kept on disk (PostgreSQL 18 has virtual
    ones); `default` is never set together with it. `statistics` is the number of SET STATISTICS,
    `options` and `fdw_options` are sorted `name=value` texts, `not_null_name` the name of the
    NOT NULL constraint where it is not the one PostgreSQL would choose (18+).
    """

    name: str
    type: str = ""
    collation: str | None = None
    not_null: bool = False
    not_null_name: str | None = None
    not_null_no_inherit: bool = False
    default: str | None = None
    generated: str | None = None
    stored: bool = True
    identity: str | None = None
    storage: str | None = None
    compression: str | None = None
    statistics: str | None = None
    options: tuple[str, ...] = ()
    fdw_options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table as pg_dump describes it.

    `columns` are in their order; `constraints` map a constraint's name to its definition
    (`CHECK (…) NO INHERIT`). `persistence` is "permanent" or "unlogged". `partition_by` is the
    text after PARTITION BY, `inherits` the quoted names of the parents in order. `options` and
    `fdw_options` are sorted `name=value` texts. ``options_as_written` are the storage
    parameters in their own order, which pg_dump shows. `replica_identity` is None for the default,
    "FULL" or "NOTHING"; an index as replica identity is said by that index's own entry.
    `not_understood` holds statements that nothing here reads.
    """

    schema: str
    name: str
    columns: Mapping[str, Column] = field(default_factory=dict)
    constraints: Mapping[str, str] = field(default_factory=dict)
    persistence: str = "permanent"
    inherits: tuple[str, ...] = ()
    of_type: str | None = None
    partition_by: str | None = None
    options: tuple[str, ...] = ()
    options_as_written: tuple[str, ...] = ()
    server: str | None = None
    fdw_options: tuple[str, ...] = ()
    access_method: str | None = None
    tablespace: str | None = None
    replica_identity: str | None = None
    cluster_on: str | None = None
    row_security_forced: bool = False
    not_understood: tuple[str, ...] = ()

    @property
    def qualified(self) -> str:
        """The quoted name with its schema."""
        return qualified(self.schema, self.name)

    @property
    def is_foreign(self) -> bool:
        """Whether the rows live on a foreign server."""
        return self.server is not None


@lru_cache(maxsize=1 << 16)
def parse_table(ddl: str) -> Table:
    """The table in an archive entry of kind TABLE or FOREIGN TABLE.

    Raises ValueError when there is no CREATE TABLE in it, pglast.parser.ParseError when
    PostgreSQL's parser can't read it.
    """
    sliced = Sliced.of(ddl)
    table: Table | None = None
    settings: dict[str, str] = {}
    for stmt, text in statements(ddl):
        if _is(stmt, ast.VariableSetStmt):
            _remember_setting(settings, stmt, created=table is not None)
        elif _is(stmt, ast.CreateForeignTableStmt):
            foreign: dict[str, Any] = {
                "server": stmt.servername,
                "fdw_options": _options(stmt.options, sliced),
            }
            table = replace(_created(stmt.base, sliced), **foreign)
        elif _is(stmt, ast.CreateStmt):
            table = _created(stmt, sliced)
        elif table is not None:
            table = _altered(table, stmt, text, sliced)
    if table is None:
        raise ValueError("no CREATE TABLE in this text")
    return replace(
        table,
        access_method=table.access_method or settings.get("default_table_access_method"),
        tablespace=table.tablespace or settings.get("default_tablespace"),
    )


def _is(node: Any, kind: type) -> bool:
    """isinstance without narrowing: pglast types every field of a node as optional."""
    return isinstance(node, kind)


def _remember_setting(settings: dict[str, str], stmt: Any, *, created: bool) -> None:
    """SETs before the CREATE hold for it; those after it only put the session back."""
    if not created and stmt.args:
        settings[stmt.name] = stmt.args[0].val.sval


def _created(stmt: Any, sliced: Sliced) -> Table:
    columns: dict[str, Column] = {}
    constraints: dict[str, str] = {}
    for element in stmt.tableElts or ():
        if _is(element, ast.ColumnDef):
            columns[element.colname] = _column(element, sliced)
        elif element.contype == ConstrType.CONSTR_NOTNULL:
            _inherited_not_null(columns, element)
        else:
            constraints[element.conname] = _definition(sliced.element(element.location))
    return Table(
        schema=stmt.relation.schemaname or "",
        name=stmt.relation.relname,
        columns=columns,
        constraints=constraints,
        persistence="unlogged" if stmt.relation.relpersistence == "u" else "permanent",
        inherits=tuple(qualified(*named(r)) for r in stmt.inhRelations or ()),
        of_type=sliced.text[stmt.ofTypename.location :].split("\n")[0].rstrip(" (;")
        if stmt.ofTypename
        else None,
        partition_by=_partition_key(stmt, sliced),
        options=_options(stmt.options, sliced),
        options_as_written=_written_options(stmt.options, sliced),
        access_method=stmt.accessMethod,
    )


def _partition_key(stmt: Any, sliced: Sliced) -> str | None:
    if not stmt.partspec:
        return None
    start = stmt.partspec.location
    whole = sliced.text[start : sliced.text.index("(", start)]
    return f"{whole.removeprefix('PARTITION BY').strip()} {sliced.parenthesised(start)}"


def _definition(constraint: str) -> str:
    """A table constraint without the `CONSTRAINT "name"` before it."""
    tokens = Sliced.of(constraint).tokens
    return constraint[tokens[2].start :] if tokens[0].name == "CONSTRAINT" else constraint


def _inherited_not_null(columns: dict[str, Column], constraint: Any) -> None:
    """A NOT NULL in the table's constraint list is about an inherited column (18+)."""
    name = constraint.keys[0].sval
    column = columns.get(name, Column(name))
    columns[name] = replace(
        column,
        not_null=True,
        not_null_name=constraint.conname,
        not_null_no_inherit=constraint.is_no_inherit,
    )


def _column(element: Any, sliced: Sliced) -> Column:
    starts = [element.location]
    if element.typeName:
        starts.append(element.typeName.location)
    if element.collClause:
        starts.append(element.collClause.location)
    starts += [constraint.location for constraint in element.constraints or ()]
    parts = sliced.parts(starts)
    column = Column(
        name=element.colname,
        type=parts[element.typeName.location] if element.typeName else "",
        collation=_after(parts[element.collClause.location], "COLLATE")
        if element.collClause
        else None,
    )
    for constraint in element.constraints or ():
        column = _constrained(column, constraint, parts[constraint.location], sliced)
    return column


def _constrained(column: Column, constraint: Any, text: str, sliced: Sliced) -> Column:
    kind = constraint.contype
    if kind == ConstrType.CONSTR_NOTNULL:
        return replace(
            column,
            not_null=True,
            not_null_name=constraint.conname,
            not_null_no_inherit=constraint.is_no_inherit,
        )
    if kind == ConstrType.CONSTR_DEFAULT:
        return replace(column, default=_after(text, "DEFAULT"))
    if kind == ConstrType.CONSTR_GENERATED:
        expression = sliced.parenthesised(constraint.location)[1:-1]
        return replace(column, generated=expression, stored=constraint.generated_kind != "v")
    if kind == ConstrType.CONSTR_IDENTITY:
        return replace(column, identity=text)
    return column


def _after(text: str, word: str) -> str:
    return text.removeprefix(word).strip()


def _options(options: Any, sliced: Sliced) -> tuple[str, ...]:
    """Reloptions or FDW options as sorted text, each `name=value` or `name 'value'`."""
    return tuple(sorted(_written_options(options, sliced)))


def _written_options(options: Any, sliced: Sliced) -> tuple[str, ...]:
    return tuple(sliced.element(option.location) for option in options or ())


def _altered(table: Table, stmt: Any, text: str, sliced: Sliced) -> Table:
    """Folds a trailing ALTER into the table."""
    if not (_is(stmt, ast.AlterTableStmt) and all(c.subtype in _FOLDS for c in stmt.cmds)):
        return replace(table, not_understood=(*table.not_understood, text))
    for command in stmt.cmds:
        table = _FOLDS[command.subtype](table, command, sliced)
    return table


def _with_column(table: Table, name: str, **changes: Any) -> Table:
    column = table.columns.get(name, Column(name))
    return replace(table, columns={**table.columns, name: replace(column, **changes)})


def _set_statistics(table: Table, command: Any, _: Sliced) -> Table:
    return _with_column(table, command.name, statistics=str(command.def_.ival))


def _set_storage(table: Table, command: Any, _: Sliced) -> Table:
    return _with_column(table, command.name, storage=command.def_.sval.upper())


def _set_compression(table: Table, command: Any, _: Sliced) -> Table:
    return _with_column(table, command.name, compression=command.def_.sval)


def _set_column_options(table: Table, command: Any, sliced: Sliced) -> Table:
    return _with_column(table, command.name, options=_options(command.def_, sliced))


def _set_column_fdw_options(table: Table, command: Any, sliced: Sliced) -> Table:
    return _with_column(table, command.name, fdw_options=_options(command.def_, sliced))


def _set_not_null(table: Table, command: Any, _: Sliced) -> Table:
    return _with_column(table, command.name, not_null=True)


def _force_row_security(table: Table, _: Any, __: Sliced) -> Table:
    return replace(table, row_security_forced=True)


_IDENTITIES = {"f": "FULL", "n": "NOTHING"}


def _set_replica_identity(table: Table, command: Any, _: Sliced) -> Table:
    return replace(table, replica_identity=_IDENTITIES.get(command.def_.identity_type))


def _cluster_on(table: Table, command: Any, _: Sliced) -> Table:
    return replace(table, cluster_on=command.name)


def _set_access_method(table: Table, command: Any, _: Sliced) -> Table:
    return replace(table, access_method=command.name)


_FOLDS: Mapping[Any, Callable[[Table, Any, Sliced], Table]] = {
    AlterTableType.AT_SetStatistics: _set_statistics,
    AlterTableType.AT_SetStorage: _set_storage,
    AlterTableType.AT_SetCompression: _set_compression,
    AlterTableType.AT_SetOptions: _set_column_options,
    AlterTableType.AT_AlterColumnGenericOptions: _set_column_fdw_options,
    AlterTableType.AT_SetNotNull: _set_not_null,
    AlterTableType.AT_ForceRowSecurity: _force_row_security,
    AlterTableType.AT_ReplicaIdentity: _set_replica_identity,
    AlterTableType.AT_ClusterOn: _cluster_on,
    AlterTableType.AT_SetAccessMethod: _set_access_method,
}
