"""When a change of type leaves the stored rows as they are.

PostgreSQL writes a table anew unless the cast is binary coercible, or a support function of the
cast says that the new modifier changes nothing (ATColumnChangeRequiresRewrite in tablecmds.c;
varchar_support, varbit_support, numeric_support, timestamp_support, time_support,
interval_support in utils/adt; https://www.postgresql.org/docs/current/sql-altertable.html,
"Notes"). timestamp and timestamptz share their bytes in the time zone UTC only: that counts as a
rewrite.
"""

from __future__ import annotations

from typing import Final

from trueup.diff.types.casts import BINARY, pair_of
from trueup.diff.types.spelled import Type

_LENGTHS: Final = frozenset({"character varying", "bit varying"})
_PRECISIONS: Final = frozenset(
    {
        "timestamp without time zone",
        "timestamp with time zone",
        "time without time zone",
        "time with time zone",
    }
)
FINEST: Final = 6
# An interval's smallest field, the smaller the finer (intervaltypmodleastfield in timestamp.c).
_FIELDS: Final = {"second": 0, "minute": 1, "hour": 2, "day": 3, "month": 4, "year": 5}


def keeps_bytes(old: Type, new: Type, *, knows_modifier: bool = True) -> bool:
    """Whether a scalar's rows stay as they are, the cast being the one by assignment.
    `knows_modifier`: a domain hides the one of the type it is over."""
    if interval_fields(old) is not None and interval_fields(new) is not None:
        return not coarser_interval(old if knows_modifier else Type("", "interval", "", 0), new)
    pair = pair_of(old, new)
    if pair[0] != pair[1]:
        return (pair in BINARY and not new.modifier) or _is_citext(pair)
    if not new.modifier:
        return True
    if not knows_modifier:
        return new.base in _PRECISIONS and new.limit == FINEST
    return old.modifier == new.modifier or _only_wider(old, new)


def _is_citext(pair: tuple[str, str]) -> bool:
    """citext's own casts: https://www.postgresql.org/docs/current/citext.html"""
    return "citext" in pair and set(pair) <= {"citext", "text", "character varying"}


def _only_wider(old: Type, new: Type) -> bool:
    if new.base == "numeric":
        return not narrower_numeric(old, new) and scale(old) == scale(new)
    if new.limit is None:
        return False
    if new.base in _LENGTHS:
        return old.limit is not None and old.limit <= new.limit
    return new.base in _PRECISIONS and precision(old) <= new.limit


def scale(type_: Type) -> int | None:
    """How many digits after the point; None where as many as there are."""
    digits = type_.numbers
    return digits[1] if len(digits) == 2 else (0 if digits else None)


def whole_digits(type_: Type) -> int | None:
    """How many digits fit before the point; None where as many as there are."""
    digits = type_.numbers
    return digits[0] - (scale(type_) or 0) if digits else None


def narrower_numeric(old: Type, new: Type) -> bool:
    """Whether a numeric can be too large for another; rounding may carry into one more digit."""
    room, needed = whole_digits(new), whole_digits(old)
    if room is None:
        return False
    return needed is None or room < needed + coarser_numeric(old, new)


def coarser_numeric(old: Type, new: Type) -> bool:
    """Whether digits after the point are rounded away."""
    kept, had = scale(new), scale(old)
    return kept is not None and (had is None or kept < had)


def precision(type_: Type) -> int:
    """How many digits of a second a type of date and time keeps."""
    if type_.base == "date":
        return 0
    return FINEST if type_.limit is None else type_.limit


def interval_fields(type_: Type) -> str | None:
    """The words after `interval`; None for another type."""
    word, _, rest = type_.base.partition(" ")
    return rest.strip() if word == "interval" else None


def coarser_interval(old: Type, new: Type) -> bool:
    """Whether an interval loses fields or digits of a second."""
    before, after = _least_field(old), _least_field(new)
    if not (interval_fields(new) or new.modifier):
        return False
    return before < after or (before == 0 and precision(new) < min(precision(old), FINEST))


def _least_field(type_: Type) -> int:
    words = (interval_fields(type_) or "second").split()
    return _FIELDS.get(words[-1], 0)
