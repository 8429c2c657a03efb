"""What becomes of the values: whether one may be refused, and what can't be had back.

Every fact is one of PostgreSQL's own, by assignment: text that is too long for a length is refused
there (an explicit cast would cut it), except for blanks at its end
(https://www.postgresql.org/docs/current/datatype-character.html); numbers are rounded to a scale
(datatype-numeric.html), times to a precision (datatype-datetime.html).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trueup.diff.types.casts import NUMBERS, REGS, STRINGS, WHOLE, pair_of
from trueup.diff.types.spelled import Type
from trueup.diff.types.stored import (
    coarser_interval,
    coarser_numeric,
    interval_fields,
    narrower_numeric,
    precision,
    scale,
    whole_digits,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why a value may be refused, and what can't be had back; "" where nothing is."""

    fails: str = ""
    loses: str = ""

    def __or__(self, other: Outcome) -> Outcome:
        return Outcome(self.fails or other.fails, self.loses or other.loses)


_TS, _TZ = "timestamp without time zone", "timestamp with time zone"
_TIME, _TIMETZ = "time without time zone", "time with time zone"
_SPELLING: Final = "how they were written"
_ZONE: Final = "or gain hours: clock times are read in the session's TimeZone"
NO_SUCH: Final = "a text may be no such value"
FINE: Final = Outcome()
IN_DOUBT: Final = Outcome(
    "not every value is one of the new type", "what the new type does not hold"
)
_TOO_LARGE: Final = "a number may be too large"
TOO_LONG: Final = "a text may be too long"
_TOO_LATE: Final = "a date may be too far away"
_DIGITS: Final = "digits beyond what floating point keeps"
_FRACTION: Final = "digits after the point"
_BLANKS: Final = "blanks at the end"
_MOMENT: Final = "fractions of a second"

# Digits of the largest, and how many digits always fit.
_MOST_DIGITS: Final = {"smallint": 5, "integer": 10, "bigint": 19}
# Digits that survive in binary floating point (FLT_DIG, DBL_DIG).
_FLOAT_DIGITS: Final = {"real": 6, "double precision": 15}
# The longest text form of a type.
_WIDEST: Final = {
    "boolean": 5,
    "smallint": 6,
    "integer": 11,
    "bigint": 20,
    "oid": 10,
    "uuid": 36,
    "macaddr": 17,
    "macaddr8": 23,
    "char": 4,
    "name": 63,
    # A precision of 0 to 6, years of six digits, BC, offsets with seconds.
    "date": 13,
    "time without time zone": 15,
    "time with time zone": 24,
    "timestamp without time zone": 32,
    "timestamp with time zone": 41,
    "real": 15,
    "double precision": 24,
    "inet": 49,
    "cidr": 49,
    "xid": 10,
    "xid8": 20,
    "pg_lsn": 17,
}
_BLANK_AT_END: Final = STRINGS - {"character", "bpchar"} | {"char", "json", "xml"}
_NAME_BYTES: Final = 63
_LONGEST_CHARACTER: Final = 4

# Other pairs, by what they do.
_FINE_PAIRS: Final = frozenset(
    {
        ("boolean", "integer"),
        ("boolean", "smallint"),
        ("boolean", "bigint"),
        ("boolean", "real"),
        ("boolean", "double precision"),
        ("char", "integer"),
        ("smallint", "money"),
        ("integer", "money"),
        ("oid", "bigint"),
        *((reg, number) for reg in REGS for number in ("oid", "integer", "bigint")),
        *((number, reg) for reg in REGS for number in ("oid", "integer")),
        ("regoper", "regoperator"),
        ("regoperator", "regoper"),
        ("regproc", "regprocedure"),
        ("regprocedure", "regproc"),
        ("jsonb", "json"),
        ("cidr", "inet"),
        ("macaddr", "macaddr8"),
        ("point", "box"),
        ("box", "polygon"),
        ("polygon", "path"),
        *((f"{name}range", f"{name}multirange") for name in ("int4", "int8", "num", "ts", "tstz")),
        ("daterange", "datemultirange"),
    }
)
_ONLY_FAIL: Final[dict[tuple[str, str], str]] = {
    ("integer", "char"): _TOO_LARGE,
    ("bigint", "money"): _TOO_LARGE,
    ("bigint", "oid"): _TOO_LARGE,
    ("macaddr8", "macaddr"): "not every address has the shorter form",
    ("path", "polygon"): "an open path is no polygon",
}
_ONLY_LOSE: Final[dict[tuple[str, str], str]] = {
    ("integer", "boolean"): "which number it was",
    ("inet", "cidr"): "the address within the network",
    ("xid8", "xid"): "the epoch",
    ("oid", "integer"): "the numbers that are too large, which become negative",
    ("smallint", "oid"): "their sign",
    ("integer", "oid"): "their sign",
    (_TS, "date"): "the time of day",
    (_TZ, "date"): "the time of day",
    (_TIMETZ, _TIME): "the time zone",
}


def of_values(old: Type, new: Type) -> Outcome:
    """What becomes of a scalar's values by assignment, or by the cast that the plan asks for."""
    if old.base == new.base and new.modifier in ("", old.modifier):
        return FINE
    for rule in _RULES:
        found = rule(old, new)
        if found is not None:
            return found
    return IN_DOUBT


def _numbers(old: Type, new: Type) -> Outcome | None:
    if old.base not in NUMBERS or new.base not in NUMBERS:
        return None
    if old.base in WHOLE and new.base in WHOLE:
        smaller = WHOLE.index(new.base) < WHOLE.index(old.base)
        return Outcome(_TOO_LARGE) if smaller else FINE
    if new.base == "numeric":
        return _to_numeric(old, new)
    if new.base in WHOLE:
        whole = old.base == "numeric" and (scale(old) is not None and (scale(old) or 0) <= 0)
        return Outcome("a number may be too large, or none (NaN)", "" if whole else _FRACTION)
    return _to_float(old, new)


def _to_numeric(old: Type, new: Type) -> Outcome:
    if old.base == "numeric":
        fails, loses = narrower_numeric(old, new), coarser_numeric(old, new)
        return Outcome(_TOO_LARGE if fails else "", _FRACTION if loses else "")
    room = whole_digits(new)
    if old.base in WHOLE:
        large = room is not None and room < _MOST_DIGITS[old.base]
        rounds = (scale(new) or 0) < 0
        return Outcome(_TOO_LARGE if large else "", "digits" if rounds else "")
    return Outcome(_TOO_LARGE if new.modifier else "", _DIGITS)


def _to_float(old: Type, new: Type) -> Outcome:
    kept = _FLOAT_DIGITS[new.base]
    if old.base in WHOLE:
        return Outcome("", "" if _MOST_DIGITS[old.base] <= kept else _DIGITS)
    if old.base == "numeric":
        total, after = old.numbers if len(old.numbers) == 2 else (kept + 1, 0)
        exact = total <= kept and 0 <= after <= total
        return FINE if exact else Outcome(_TOO_LARGE, _DIGITS)
    return (
        FINE
        if (old.base, new.base) == ("real", "double precision")
        else Outcome(_TOO_LARGE, _DIGITS)
    )


def _truth(old: Type, new: Type) -> Outcome | None:
    if (old.base, new.base) != ("boolean", "numeric"):
        return None
    room = whole_digits(new)
    return FINE if room is None or (room >= 1 and (scale(new) or 0) >= 0) else IN_DOUBT


def _to_string(old: Type, new: Type) -> Outcome | None:
    target = pair_of(old, new)[1]
    if target not in STRINGS:
        return None
    longest = _longest(old)
    if target == "name":
        cut = longest is None or longest * _per_character(old) > _NAME_BYTES
        return Outcome("", f"what is beyond {_NAME_BYTES} bytes" if cut else "")
    fails, loses = "", "the number of what they name" if old.base in REGS else ""
    if new.limit is not None and (longest is None or longest > new.limit):
        fails = TOO_LONG
    if old.base in _BLANK_AT_END and (fails or target == "character"):
        loses = _BLANKS
    if target == "citext" and pair_of(old, new)[0] in STRINGS:
        fails = "values that differ in case alone are no longer unique"
    return Outcome(fails, loses)


def _longest(type_: Type) -> int | None:
    if type_.base in ("character varying", "character", "bit", "bit varying"):
        return type_.limit
    if type_.base == "numeric" and len(type_.numbers) == 2:
        total, after = type_.numbers
        # A sign, a point, and a zero before it; NaN is shorter.
        return max(total, after, total - after) + 3
    return _WIDEST.get(type_.base)


def _per_character(type_: Type) -> int:
    return _LONGEST_CHARACTER if type_.base in STRINGS - {"name"} else 1


def _from_string(old: Type, new: Type) -> Outcome | None:
    if pair_of(old, new)[0] not in STRINGS:
        return None
    if new.base in ("json", "xml"):
        return Outcome("a text may be no such document")
    if new.base == "char":
        return Outcome("", "all but the first character")
    return Outcome(NO_SUCH, _SPELLING)


def _bits(old: Type, new: Type) -> Outcome | None:
    bits = ("bit", "bit varying")
    if old.base in bits and new.base in bits:
        return _between_bits(old, new)
    whole = {"integer": 32, "bigint": 64}
    if old.base in whole and new.base == "bit":
        enough = new.limit == whole[old.base]
        return FINE if enough else Outcome("", "bits in front, or the way back")
    if old.base == "bit" and new.base in whole:
        fits = old.limit is not None and old.limit <= whole[new.base]
        return FINE if fits else Outcome("there may be too many bits", "zeros in front")
    return None


def _between_bits(old: Type, new: Type) -> Outcome:
    if new.limit is None:
        return FINE
    same = old.base == new.base == "bit" and old.limit == new.limit
    wider = new.base == "bit varying" and old.limit is not None and old.limit <= new.limit
    return FINE if same or wider else Outcome("there may be more bits, or fewer")


def _times(old: Type, new: Type) -> Outcome | None:
    if interval_fields(old) is not None and interval_fields(new) is not None:
        coarser = coarser_interval(old, new)
        return Outcome("", "the smaller fields") if coarser else FINE
    pair = (old.base, new.base)
    if pair in _TIMES:
        rounds = Outcome("", _MOMENT if precision(new) < precision(old) else "")
        return _TIMES[pair] | rounds
    return None


_TIMES: Final[dict[tuple[str, str], Outcome]] = {
    **{(base, base): FINE for base in (_TS, _TZ, _TIME, _TIMETZ)},
    ("date", _TS): Outcome(_TOO_LATE),
    ("date", _TZ): Outcome(_TOO_LATE),
    (_TS, _TZ): Outcome(_TOO_LATE, _ZONE),
    (_TZ, _TS): Outcome(_TOO_LATE, _ZONE),
    (_TS, _TIME): Outcome("infinity is no time of day", "the date"),
    (_TZ, _TIME): Outcome("infinity is no time of day", "the date"),
    (_TZ, _TIMETZ): Outcome("infinity is no time of day", "the date"),
    (_TIME, _TIMETZ): FINE,
    (_TIMETZ, _TIME): Outcome("", "the time zone"),
    (_TIME, "interval"): FINE,
    ("interval", _TIME): Outcome("infinity is no time of day", "days, months and years"),
}


def _listed(old: Type, new: Type) -> Outcome | None:
    pair = pair_of(old, new)
    if pair in _FINE_PAIRS and not new.modifier:
        return FINE
    if pair in _ONLY_FAIL:
        return Outcome(_ONLY_FAIL[pair])
    return Outcome("", _ONLY_LOSE[pair]) if pair in _ONLY_LOSE else None


_RULES: Final[tuple[Callable[[Type, Type], Outcome | None], ...]] = (
    _numbers,
    _truth,
    _bits,
    _times,
    _to_string,
    _from_string,
    _listed,
)
