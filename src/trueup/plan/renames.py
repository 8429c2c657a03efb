"""Renames: made where they were asked for, pointed out where they look likely, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pglast.parser import ParseError

from trueup.model.hazard import IRREVERSIBLE, Hazard
from trueup.model.kinds import RELATIONS, TABLES
from trueup.model.schema import ObjectKey, Schema
from trueup.plan.statements import Hint, Statement
from trueup.sql.quote import qualified, quote, standard_literal
from trueup.sql.table import Column, Table, parse_table
from trueup.sql.type_body import Enum, parse_type

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
    table = qualified(old[0], old[1])
    if len(old) == 2:
        if old[0] != new[0]:
            raise ValueError(f"{said}: a rename does not move a table into another schema")
        return Statement(f"ALTER TABLE {table} RENAME TO {quote(new[1])}", key, (_BREAKS_CLIENTS,))
    column = f"{quote(old[2])} TO {quote(new[2])}"
    return Statement(f"ALTER TABLE {table} RENAME COLUMN {column}", key, (_BREAKS_CLIENTS,))


def _label(key: ObjectKey, old: str, new: str, source: Schema, said: str) -> Statement:
    body = parse_type(source[key].ddl)
    if not isinstance(body, Enum) or old not in body.labels:
        raise ValueError(f"{said}: {key.schema}.{key.name} has no label {old}")
    names = f"{standard_literal(old)} TO {standard_literal(new)}"
    type_ = qualified(key.schema, key.name)
    return Statement(f"ALTER TYPE {type_} RENAME VALUE {names}", key, (_BREAKS_CLIENTS,))


def _table(parts: list[str], source: Schema) -> ObjectKey | None:
    keys = (ObjectKey(kind, parts[0], parts[1]) for kind in RELATIONS)
    return next((key for key in keys if key in source), None)


def likely_renames(source: Schema, goal: Schema) -> tuple[Hint, ...]:
    """A drop and an add that look like a rename: of the only column of its type that goes and the
    only one that comes, or of a table that goes while one like it comes."""
    tables = [(key, key) for key in source if key.kind in TABLES and key in goal]
    renamed = list(_tables(source, goal))
    hints = [_table_hint(old, new) for old, new in renamed]
    return (*hints, *_columns(source, goal, sorted(tables) + renamed))


def _columns(
    source: Schema, goal: Schema, tables: Sequence[tuple[ObjectKey, ObjectKey]]
) -> Iterator[Hint]:
    for key, new_key in tables:
        if source.ddl(key) == goal.ddl(new_key):
            continue
        before, after = _parsed(source, key), _parsed(goal, new_key)
        if before is None or after is None:
            continue
        gone = [c for name, c in before.columns.items() if name not in after.columns]
        come = [c for name, c in after.columns.items() if name not in before.columns]
        for old in gone:
            alike = [new for new in come if new.type == old.type]
            rivals = [other for other in gone if other.type == old.type]
            if len(alike) == 1 and len(rivals) == 1:
                yield _column_hint(key, old, new_key, alike[0])


def _column_hint(key: ObjectKey, old: Column, new_key: ObjectKey, new: Column) -> Hint:
    return Hint(
        "likely_rename",
        key,
        f"column {old.name} goes and {new.name} of the same type comes; if it was renamed, say"
        f" --rename {_dotted(key)}.{old.name}={_dotted(new_key)}.{new.name}",
    )


def _table_hint(old: ObjectKey, new: ObjectKey) -> Hint:
    return Hint(
        "likely_rename",
        old,
        f"table {old.name} goes and {new.name} comes, which is like it; if it was renamed, say"
        f" --rename {_dotted(old)}={_dotted(new)}",
    )


def _dotted(key: ObjectKey) -> str:
    return f"{key.schema}.{key.name}"


def _tables(source: Schema, goal: Schema) -> Iterator[tuple[ObjectKey, ObjectKey]]:
    """Each table that goes with the one table that may be it under another name."""
    gone = [key for key in source if key.kind == "TABLE" and key not in goal]
    come = [key for key in goal if key.kind == "TABLE" and key not in source]
    shapes = {key: _shape(goal, key) for key in come}
    names = {key: _names(goal, key) for key in come}
    for old in gone:
        near = [new for new in come if new.schema == old.schema]
        shape, kept = _shape(source, old), _names(source, old)
        for alike in (
            [new for new in near if kept & names[new]],
            [new for new in near if shape and shapes[new] == shape],
            [new for new in near if _much_alike(shape, shapes[new])],
        ):
            if len(alike) == 1:
                yield old, alike[0]
            if alike:
                break


def _names(schema: Schema, table: ObjectKey) -> frozenset[str]:
    """The names of what hangs on a table and lives in its schema's name space: a rename of the
    table leaves them as they are, and no other table can have the same."""
    found = set()
    for item in schema.objects.values():
        if table not in item.depends_on:
            continue
        kind, _, name = item.key
        if kind in ("INDEX", "SEQUENCE OWNED BY"):
            found.add(name)
        elif kind == "CONSTRAINT" and name.startswith(f"{table.name} "):
            found.add(name.removeprefix(f"{table.name} "))
        elif kind == "SEQUENCE":
            found.add(name)
    return frozenset(found)


def _much_alike(one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> bool:
    """Whether more than half of the columns of both are the same."""
    return len(set(one) & set(other)) * 2 > max(len(one), len(other))


def _shape(schema: Schema, key: ObjectKey) -> tuple[tuple[str, str], ...]:
    table = _parsed(schema, key)
    return tuple((c.name, c.type) for c in table.columns.values()) if table else ()


def _parsed(schema: Schema, key: ObjectKey) -> Table | None:
    try:
        return parse_table(schema[key].ddl)
    except (ParseError, ValueError):
        return None
