"""PURE. What a change of a column's type does: which cast leads there, whether the stored rows
stay as they are, whether a value may be refused, and what can't be had back.

The answers are never kinder than PostgreSQL: what is not known here rewrites the table, may fail
and loses. tests/diff/types holds them against a server.
"""

from __future__ import annotations

from trueup.diff.types.casts import STRINGS, compares
from trueup.diff.types.change import TypeChange, change_of_type, exchange_of_type
from trueup.diff.types.definitions import (
    attribute_lost,
    dropped_attributes,
    hazards_of_definition,
    label_stays,
    only_gains_labels,
)
from trueup.diff.types.hazards import hazards_of
from trueup.diff.types.known import Types
from trueup.diff.types.spelled import Type, read_type
from trueup.diff.types.users import dependents_in, tables_holding

__all__ = [
    "STRINGS",
    "Type",
    "TypeChange",
    "Types",
    "attribute_lost",
    "change_of_type",
    "compares",
    "dependents_in",
    "dropped_attributes",
    "exchange_of_type",
    "hazards_of",
    "hazards_of_definition",
    "label_stays",
    "only_gains_labels",
    "read_type",
    "tables_holding",
]
