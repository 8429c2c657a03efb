"""How a column's values get from one type to another.

Which casts exist for the built-in types is in pg_cast.dat; a value can always go through its text
form (CREATE CAST, "Notes"), which is the way for pairs that have no cast of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from pglast import parser

from trueup.model.schema import ObjectKey
from trueup.model.sql_slices import quote
from trueup.plan.element import Side

_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
_STRINGS = frozenset({"text", "character varying", "character", "bpchar", "name", "citext"})
_BITS = frozenset({"bit", "bit varying"})
_DATES = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
_OBJECTS = ("regclass", "regproc", "regprocedure", "regtype", "regrole", "regnamespace")
# Pairs that PostgreSQL casts by itself when it assigns.
_ASSIGNED = (
    _NUMBERS,
    _STRINGS,
    _BITS,
    _DATES,
    frozenset({"json", "jsonb"}),
    frozenset({"inet", "cidr"}),
    frozenset({"time without time zone", "time with time zone"}),
    frozenset({"time without time zone", "interval"}),
    frozenset({"macaddr", "macaddr8"}),
    *(frozenset({"oid", "integer", "bigint", reg}) for reg in _OBJECTS),
)
# Casts that exist, but only when asked for or in this direction: from, to.
_EXPLICIT = frozenset(
    {
        ("integer", "boolean"),
        ("boolean", "integer"),
        ("integer", "bit"),
        ("bit", "integer"),
        ("bigint", "bit"),
        ("bit", "bigint"),
        ("money", "numeric"),
        ("numeric", "money"),
        ("integer", "money"),
        ("bigint", "money"),
        ("timestamp without time zone", "time without time zone"),
        ("timestamp with time zone", "time without time zone"),
        ("timestamp with time zone", "time with time zone"),
        ("point", "box"),
        ("box", "point"),
        *(("jsonb", type_) for type_ in ("boolean", *_NUMBERS)),
    }
)
# Types between two that have no cast of their own, and whose texts don't fit.
_BETWEEN = {
    **{("boolean", number): "integer" for number in _NUMBERS - {"integer"}},
    **{(number, "boolean"): "integer" for number in _NUMBERS - {"integer"}},
    **{("money", number): "numeric" for number in _NUMBERS - {"numeric"}},
    **{(number, "money"): "numeric" for number in ("real", "double precision", "smallint")},
}
# Widening within these leaves the stored bytes as they are.
_SAME_BYTES = frozenset({"text", "character varying"})


@dataclass(frozen=True, slots=True)
class Type:
    """A type as pg_dump spells it, taken apart: `base` without quotes where it is built in,
    `modifier` with its brackets, `dimensions` the number of []."""

    text: str
    base: str
    modifier: str
    dimensions: int


def read_type(text: str) -> Type:
    """Takes a type's text apart."""
    tokens = parser.scan(text)
    dimensions = sum(1 for token in tokens if token.name == "ASCII_91")
    end = next((t.start for t in tokens if t.name == "ASCII_91"), len(text))
    opened = next((t.start for t in tokens if t.name == "ASCII_40"), end)
    closed = next((t.end + 1 for t in tokens if t.name == "ASCII_41"), end)
    base = (text[:opened].strip() + text[closed:end]).strip()
    simple = base[1:-1] if base.startswith('"') and base.count('"') == 2 else base
    return Type(text, simple, text[opened:closed] if opened < end else "", dimensions)


def assigns(old: str, new: str) -> bool:
    """Whether PostgreSQL turns values of `old` into `new` without being told how."""
    before, after = read_type(old), read_type(new)
    if before.dimensions != after.dimensions:
        return bool(not after.dimensions and after.base in _STRINGS)
    if before.base == after.base or (not after.dimensions and after.base in _STRINGS):
        return True
    return any({before.base, after.base} <= family for family in _ASSIGNED)


def compares(old: str, new: str) -> bool:
    """Whether a foreign key may join columns of these two types."""
    before, after = read_type(old), read_type(new)
    if before.dimensions or after.dimensions:
        return before.base == after.base
    same = before.base == after.base
    return same or any({before.base, after.base} <= f for f in (_NUMBERS, _STRINGS, _DATES))


def keeps_bytes(old: str, new: str) -> bool:
    """Whether changing the type is known to leave the table's rows as they are."""
    before, after = read_type(old), read_type(new)
    if before.dimensions or after.dimensions:
        return False
    if {before.base, after.base} <= _SAME_BYTES:
        return not after.modifier or _length(after) >= _length(before) > 0
    widens = before.base == after.base == "numeric" and not after.modifier
    return widens or before.text == after.text


def _length(type_: Type) -> int:
    digits = type_.modifier.strip("()")
    return int(digits) if digits.isdigit() else 0


def using(column: str, old: str, new: str, side: Side) -> str:
    """The USING expression for a column, "" where none is needed. `side` is the goal: it knows
    domains and casts that users made."""
    if assigns(old, new):
        return ""
    name = quote(column)
    before, after = read_type(old), read_type(new)
    if before.dimensions == 0 and after.dimensions:
        inner = new.partition("[")[0]
        value = f"{name}{_through_text(before, read_type(inner), side)}::{inner}"
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE ARRAY[{value}] END::{new}"
    return f"{name}{_through_text(before, after, side)}::{new}"


def _through_text(before: Type, after: Type, side: Side) -> str:
    if _has_cast(before, after, side):
        return ""
    between = _BETWEEN.get((before.base, after.base))
    if between and not before.dimensions:
        return f"::{between}"
    both = before.dimensions and after.dimensions
    return '::"text"[]' if both else '::"text"'


def _has_cast(before: Type, after: Type, side: Side) -> bool:
    # The blanks at the end of a `character` are no part of its text.
    if before.base in _STRINGS - {"character"} and before.dimensions == after.dimensions:
        return True
    if bool(before.dimensions) != bool(after.dimensions):
        return False
    pair = (before.base, after.base)
    if pair in _EXPLICIT or any(set(pair) <= family for family in _ASSIGNED):
        return True
    return _casts_to_domain(before, after, side) or _user_cast(before, after, side)


def _casts_to_domain(before: Type, after: Type, side: Side) -> bool:
    words = [part.strip('"') for part in after.base.split('"."')]
    if len(words) != 2:
        return False
    domain = side.get(ObjectKey("DOMAIN", words[0], words[1]))
    if domain is None:
        return False
    _, _, rest = domain.ddl.partition(" AS ")
    return rest.lstrip().startswith((before.text, f'"{before.base}"'))


def _user_cast(before: Type, after: Type, side: Side) -> bool:
    def spelled(type_: Type) -> str:
        return type_.text.replace('"', "")

    return ObjectKey("CAST", "", f"CAST ({spelled(before)} AS {spelled(after)})") in side
