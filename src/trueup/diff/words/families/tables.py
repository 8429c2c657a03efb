"""Words for tables and foreign tables."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.diff.words.facts import Facts, Flag, Long, Members, Value, phrases, reordered, values
from trueup.diff.words.families import constraints
from trueup.diff.words.family import Family, pair_of
from trueup.diff.words.options import options
from trueup.diff.words.text import plain, short
from trueup.sql.table import Column, Table, parse_table

_FORCED = Flag("row security is now forced", "row security is no longer forced")
_UNKNOWN = "settings without words of their own"


def words(before: str, after: str) -> list[str]:
    """Columns in the order of the table, constraints, then the table's own settings."""
    old, new = parse_table(before), parse_table(after)
    return [
        *_columns(old, new),
        *_constraints(old.constraints, new.constraints),
        *phrases(_facts(old), _facts(new)),
    ]


def _columns(old: Table, new: Table) -> list[str]:
    added, dropped = _words_for_presence(old, new)
    said = [f'column "{name}" {added}' for name in _own(new) if name not in _own(old)]
    said += [f'column "{name}" {dropped}' for name in _own(old) if name not in _own(new)]
    for name in [*old.columns, *(name for name in new.columns if name not in old.columns)]:
        if (name in _own(old)) == (name in _own(new)):
            pair = old.columns.get(name, Column(name)), new.columns.get(name, Column(name))
            said += phrases(*_column_pair(*pair), f'column "{name}"')
    return said + _order(_own(old), _own(new))


def _own(table: Table) -> list[str]:
    """The columns that the table declares; one without a type comes from a parent or a type."""
    return [name for name, column in table.columns.items() if column.type]


def _words_for_presence(old: Table, new: Table) -> tuple[str, str]:
    """A column that a parent or a type gave the table may have been there all the time."""
    if (old.inherits, old.of_type) == (new.inherits, new.of_type):
        return "added", "dropped"
    return "is now declared by the table itself", "is no longer declared by the table itself"


def _order(old: list[str], new: list[str]) -> list[str]:
    """Only columns that both have can be out of order."""
    first = [name for name in old if name in set(new)]
    second = [name for name in new if name in set(old)]
    return reordered("column", first, second)


def _column_pair(old: Column, new: Column) -> tuple[Facts, Facts]:
    """What a NOT NULL is called (18+) is worth a word only where it is not new."""
    sides = _column_facts(old), _column_facts(new)
    if old.not_null and new.not_null:
        for side, column in zip(sides, (old, new), strict=True):
            side["name of its NOT NULL constraint"] = Value(column.not_null_name or "the default")
    return sides


def _column_facts(column: Column) -> Facts:
    facts = values(
        type=plain(column.type),
        collation=plain(column.collation or ""),
        default=plain(column.default or ""),
        generation_expression=_generated(column),
        identity=plain(column.identity or ""),
    )
    if column.not_null:
        facts["NOT NULL"] = Flag()
    if column.not_null_no_inherit:
        facts["NOT NULL NO INHERIT"] = Flag()
    return facts | _column_settings(column)


def _generated(column: Column) -> str:
    if column.generated is None:
        return ""
    return f"{plain(f'({column.generated})')} {'STORED' if column.stored else 'VIRTUAL'}"


def _column_settings(column: Column) -> Facts:
    return {
        "storage": Value(column.storage or "the default"),
        "compression": Value(column.compression or "the default"),
        "statistics target": Value(column.statistics or "the default"),
        **options(column.options),
        **options(column.fdw_options),
    }


def _constraints(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    said = [f'constraint "{n}" added: {short(plain(new[n]))}' for n in new if n not in old]
    said += [f'constraint "{n}" dropped: {short(plain(old[n]))}' for n in old if n not in new]
    for name in old:
        if name in new and old[name] != new[name]:
            facts = constraints.definition(old[name]), constraints.definition(new[name])
            said += phrases(*facts, f'constraint "{name}"') or [f'constraint "{name}" changed']
    return said


def _facts(table: Table) -> Facts:
    facts: Facts = {
        "persistence": Value(table.persistence),
        "parent": Members(tuple(plain(name) for name in table.inherits), ordered=True),
        "access method": Value(table.access_method or "heap"),
        "tablespace": Value(table.tablespace or "the default"),
        "replica identity": Value(table.replica_identity or "DEFAULT"),
    }
    facts |= values(
        type=plain(table.of_type or ""),
        partition_key=plain(table.partition_by or ""),
        server=table.server,
        index_to_cluster_on=table.cluster_on,
    )
    facts |= options(table.options) | options(table.fdw_options)
    if table.row_security_forced:
        facts["row security forced"] = _FORCED
    if table.not_understood:
        facts[_UNKNOWN] = Long("\n".join(table.not_understood))
    return facts


WORDS: Family = {
    "FOREIGN TABLE": pair_of(words),
    "TABLE": pair_of(words),
}
