"""Renames: made where they were asked for, pointed out where they look likely, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pglast.parser import ParseError

from trueup.model.hazard import IRREVERSIBLE, Hazard
from trueup.model.schema import ObjectKey, Schema
from trueup.model.table import Column, Table, parse_table
from trueup.model.type_body import Enum, parse_type
from trueup.plan.opening import TABLES
from trueup.plan.statements import Hint, Statement

_BREAKS_CLIENTS = Hazard(IRREVERSIBLE, "", "whoever still uses the old name fails")


def rename_statements(renames: Mapping[str, str], source: Schema) -> tuple[Statement, ...]:
    """The statements for `schema.table=schema.table`, `schema.table.column=…` and
    `schema.enum.label=…`. Columns come first: their tables have their old names then. Raises
    ValueError, saying why, for a name that `source` does not have or a rename that would move
    something elsewhere."""
    pairs = sorted(renames.items(), key=lambda pair: -pair[0].count("."))
    for old, new in pairs:
        _insist_it_stays(old, new, renames)
    return tuple(_statement(old.split("."), new.split("."), source) for old, new in pairs)


def _insist_it_stays(old: str, new: str, renames: Mapping[str, str]) -> None:
    """A column stays in its table and a label in its type, under that one's new name at most."""
    owner, into = old.rpartition(".")[0], new.rpartition(".")[0]
    if old.count(".") == new.count(".") == 2 and into not in (owner, renames.get(owner)):
        raise ValueError(f"{old}={new}: a rename does not move anything from {owner} to {into}")


def _statement(old: list[str], new: list[str], source: Schema) -> Statement:
    said = f"{'.'.join(old)}={'.'.join(new)}"
    if len(old) not in (2, 3) or len(new) != len(old):
        raise ValueError(f"{said}: write schema.table=schema.table, or with a column on both sides")
    enum = ObjectKey("TYPE", old[0], old[1])
    if len(old) == 3 and enum in source:
        return _label(enum, old[2], new[2], source, said)
    key = _table(old, source)
    if key is None:
        raise ValueError(f"{said}: there is no table or view {old[0]}.{old[1]}")
    table = f"{_quoted(old[0])}.{_quoted(old[1])}"
    if len(old) == 2:
        if old[0] != new[0]:
            raise ValueError(f"{said}: a rename does not move a table into another schema")
        return Statement(
            f"ALTER TABLE {table} RENAME TO {_quoted(new[1])}", key, (_BREAKS_CLIENTS,)
        )
    column = f"{_quoted(old[2])} TO {_quoted(new[2])}"
    return Statement(f"ALTER TABLE {table} RENAME COLUMN {column}", key, (_BREAKS_CLIENTS,))


def _label(key: ObjectKey, old: str, new: str, source: Schema, said: str) -> Statement:
    body = parse_type(source[key].ddl)
    if not isinstance(body, Enum) or old not in body.labels:
        raise ValueError(f"{said}: {key.schema}.{key.name} has no label {old}")
    names = f"{_literal(old)} TO {_literal(new)}"
    type_ = f"{_quoted(key.schema)}.{_quoted(key.name)}"
    return Statement(f"ALTER TYPE {type_} RENAME VALUE {names}", key, (_BREAKS_CLIENTS,))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _table(parts: list[str], source: Schema) -> ObjectKey | None:
    kinds = (*TABLES, "VIEW", "MATERIALIZED VIEW")
    keys = (ObjectKey(kind, parts[0], parts[1]) for kind in kinds)
    return next((key for key in keys if key in source), None)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def likely_renames(source: Schema, goal: Schema) -> tuple[Hint, ...]:
    """A drop and an add that look like a rename: of the only column of its type that goes and the
    only one that comes, or of a table that goes while one with the same columns comes."""
    return (*_columns(source, goal), *_tables(source, goal))


def _columns(source: Schema, goal: Schema) -> Iterator[Hint]:
    for key in sorted(key for key in source if key.kind in TABLES and key in goal):
        if source.ddl(key) == goal.ddl(key):
            continue
        before, after = _parsed(source, key), _parsed(goal, key)
        if before is None or after is None:
            continue
        gone = [c for name, c in before.columns.items() if name not in after.columns]
        come = [c for name, c in after.columns.items() if name not in before.columns]
        for old in gone:
            alike = [new for new in come if new.type == old.type]
            rivals = [other for other in gone if other.type == old.type]
            if len(alike) == 1 and len(rivals) == 1:
                yield _column_hint(key, old, alike[0])


def _column_hint(key: ObjectKey, old: Column, new: Column) -> Hint:
    place = f"{key.schema}.{key.name}"
    return Hint(
        "likely_rename",
        key,
        f"column {old.name} goes and {new.name} of the same type comes; if it was renamed, say"
        f" --rename {place}.{old.name}={place}.{new.name}",
    )


def _tables(source: Schema, goal: Schema) -> Iterator[Hint]:
    gone = [key for key in source if key.kind == "TABLE" and key not in goal]
    come = [key for key in goal if key.kind == "TABLE" and key not in source]
    shapes = {key: _shape(goal, key) for key in come}
    for old in gone:
        shape = _shape(source, old)
        alike = [new for new in come if new.schema == old.schema and shapes[new] == shape]
        if shape and len(alike) == 1:
            new = f"{alike[0].schema}.{alike[0].name}"
            yield Hint(
                "likely_rename",
                old,
                f"table {old.name} goes and {alike[0].name} with the same columns comes; if it was"
                f" renamed, say --rename {old.schema}.{old.name}={new}",
            )


def _shape(schema: Schema, key: ObjectKey) -> tuple[tuple[str, str], ...]:
    table = _parsed(schema, key)
    return tuple((c.name, c.type) for c in table.columns.values()) if table else ()


def _parsed(schema: Schema, key: ObjectKey) -> Table | None:
    try:
        return parse_table(schema[key].ddl)
    except (ParseError, ValueError):
        return None
