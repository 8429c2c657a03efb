"""Equality but for the order of columns, which no ALTER can change."""

from __future__ import annotations

from pglast.parser import ParseError

from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey, Schema
from trueup.sql.table import parse_table


def same_but_for_column_order(key: ObjectKey, first: str | None, second: str | None) -> bool:
    """Whether two DDLs of one object are equal, for tables in whatever order the columns are."""
    if first == second:
        return True
    if first is None or second is None or key.kind not in TABLES:
        return False
    if _lines(first) != _lines(second):
        return False
    try:
        return parse_table(first) == parse_table(second)
    except (ParseError, ValueError):
        return False


def _lines(ddl: str) -> list[str]:
    """The lines in no particular order; only the last column's has no comma."""
    return sorted(line.rstrip(",") for line in ddl.splitlines())


def equal_up_to_column_order(first: Schema, second: Schema) -> bool:
    """Whether two schemas have the same objects, tables possibly with their columns in another
    order."""
    if first.objects.keys() != second.objects.keys():
        return False
    return all(same_but_for_column_order(key, first.ddl(key), second.ddl(key)) for key in first)
