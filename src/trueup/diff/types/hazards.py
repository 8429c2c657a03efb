"""The hazards of a change of type, in the same words for a plan and for a rehearsal."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.diff.types.change import TypeChange
from trueup.model.hazard import DATA_LOSS, MAY_FAIL, TABLE_REWRITE, Hazard


def hazards_of(change: TypeChange, column: str, new: str) -> Iterator[Hazard]:
    """What it costs that a column (`schema.table.column`) gets the type `new`."""
    if change.loses:
        lost = f"{column} becomes {new}: its values lose {change.loses}"
        yield Hazard(DATA_LOSS, column, lost)
    if change.rewrites:
        yield Hazard(TABLE_REWRITE, column, f"every row is written anew for {column}")
    if change.fails:
        yield Hazard(MAY_FAIL, column, f"{column} may not fit {new}: {change.fails}")
