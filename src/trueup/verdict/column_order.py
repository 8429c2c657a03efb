"""Tables that are the same but for the order of their columns."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.schema import ObjectKey
from trueup.verdict.objects import Drift


def split_column_order(drift: Sequence[Drift]) -> tuple[tuple[Drift, ...], tuple[Drift, ...]]:
    """The drift, and apart from it the tables on which all sides agree but for that order."""
    order = tuple(item for item in drift if _is_order(item))
    return tuple(item for item in drift if item not in order), order


def _is_order(item: Drift) -> bool:
    if not item.key.kind.endswith("TABLE"):
        return False
    sides = [
        item.migrations,
        item.applied,
        item.schema_file,
        item.database,
        item.declarative,
    ]
    given = [ddl for ddl in sides if ddl is not None]
    before, after = item.moved()
    return before is not None and after is not None and _all_same(item.key, given)


def _all_same(key: ObjectKey, texts: Sequence[str]) -> bool:
    from trueup.plan.tables.column_order import same_but_for_column_order

    return all(same_but_for_column_order(key, texts[0], text) for text in texts[1:])
