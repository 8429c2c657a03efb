"""Which casts PostgreSQL has, and when it takes them.

The built-in ones are those of src/include/catalog/pg_cast.dat (15 to 18; a test compares this
table with each server's pg_cast). Beyond them any value goes to a string type by assignment and
comes from one when asked, by way of its text form
(https://www.postgresql.org/docs/current/sql-createcast.html, "Notes").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from trueup.diff.types.spelled import Type, name_of, read_type

Pair = tuple[str, str]
WHOLE: Final = ("smallint", "integer", "bigint")
NUMBERS: Final = frozenset({*WHOLE, "numeric", "real", "double precision"})
# Types of the category that every type is assigned to (pg_type.typcategory "S").
STRINGS: Final = frozenset({"text", "character varying", "character", "bpchar", "name", "citext"})
_TS, _TZ = "timestamp without time zone", "timestamp with time zone"
_TIME, _TIMETZ = "time without time zone", "time with time zone"
REGS: Final = (
    *("regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper"),
    *("regoperator", "regproc", "regprocedure", "regrole", "regtype"),
)


def _pairs(*rows: tuple[str, str]) -> Iterator[Pair]:
    for source, targets in rows:
        yield from ((source, target.strip()) for target in targets.split(","))


# `character` stands for bpchar with and without a length.
BINARY: Final = frozenset(
    _pairs(
        ("bit", "bit varying"),
        ("bit varying", "bit"),
        ("character varying", "character, text"),
        ("cidr", "inet"),
        ("integer", "oid"),
        ("oid", "integer"),
        *((reg, "integer, oid") for reg in REGS),
        *((number, reg) for reg in REGS for number in ("integer", "oid")),
        ("regoper", "regoperator"),
        ("regoperator", "regoper"),
        ("regproc", "regprocedure"),
        ("regprocedure", "regproc"),
        ("text", "character, character varying"),
        ("xml", "character, character varying, text"),
    )
)
# Taken by assignment: contexts "i" and "a".
_ASSIGNED: Final = BINARY | frozenset(
    _pairs(
        ("char", "character, character varying, text"),
        ("smallint", "integer, bigint, numeric, real, double precision, oid"),
        ("integer", "smallint, bigint, numeric, real, double precision, money"),
        ("bigint", "smallint, integer, numeric, real, double precision, money, oid"),
        ("numeric", "smallint, integer, bigint, real, double precision, money"),
        ("real", "smallint, integer, bigint, numeric, double precision"),
        ("double precision", "smallint, integer, bigint, numeric, real"),
        ("money", "numeric"),
        ("oid", "bigint"),
        *((reg, "bigint") for reg in REGS),
        *((number, reg) for reg in REGS for number in ("smallint", "bigint")),
        ("boolean", "character, character varying, text"),
        ("character", "char, character varying, name, text"),
        ("character varying", "char, name, regclass"),
        ("name", "character, character varying, text"),
        ("text", "char, name, regclass"),
        ("cidr", "character, character varying, text"),
        ("inet", "cidr, character, character varying, text"),
        ("macaddr", "macaddr8"),
        ("macaddr8", "macaddr"),
        ("date", f"{_TZ}, {_TS}"),
        (_TS, f"date, {_TIME}, {_TZ}"),
        (_TZ, f"date, {_TIME}, {_TIMETZ}, {_TS}"),
        (_TIME, f"interval, {_TIMETZ}"),
        (_TIMETZ, _TIME),
        ("interval", _TIME),
        ("json", "jsonb"),
        ("jsonb", "json"),
        ("box", "polygon"),
        ("path", "polygon"),
        ("point", "box"),
        ("polygon", "path"),
    )
)
# Only when asked for: context "e".
_ASKED: Final = frozenset(
    _pairs(
        ("char", "integer"),
        ("smallint", "bytea"),
        ("integer", "bit, boolean, bytea, char"),
        ("bigint", "bit, bytea"),
        ("bytea", "smallint, integer, bigint"),
        ("bit", "integer, bigint"),
        ("boolean", "integer"),
        ("character", "xml"),
        ("character varying", "xml"),
        ("text", "xml"),
        ("jsonb", "smallint, integer, bigint, numeric, real, double precision, boolean"),
        ("xid8", "xid"),
        ("box", "circle, lseg, point"),
        ("circle", "box, point, polygon"),
        ("lseg", "point"),
        ("polygon", "box, circle, point"),
        ("daterange", "datemultirange"),
        ("int4range", "int4multirange"),
        ("int8range", "int8multirange"),
        ("numrange", "nummultirange"),
        ("tsrange", "tsmultirange"),
        ("tstzrange", "tstzmultirange"),
    )
)
# Since the major; before it, the way is through text.
SINCE: Final[Mapping[Pair, int]] = {
    pair: 18 for n in WHOLE for pair in ((n, "bytea"), ("bytea", n))
}
# Types between two that have no cast of their own, and whose texts don't fit.
_BETWEEN: Final = {
    **{("boolean", number): "integer" for number in NUMBERS - {"integer"}},
    **{(number, "boolean"): "integer" for number in NUMBERS - {"integer"}},
    **{("money", number): "numeric" for number in NUMBERS - {"numeric"}},
    **{(number, "money"): "numeric" for number in ("real", "double precision", "smallint")},
}
_FAMILIES: Final = (NUMBERS, STRINGS, frozenset({"date", _TS, _TZ}))


def pair_of(old: Type, new: Type) -> Pair:
    """The two names as this table has them."""
    return _plain(old.base), _plain(new.base)


def _plain(base: str) -> str:
    name = name_of(base)
    return "citext" if name and name[1] == "citext" else {"bpchar": "character"}.get(base, base)


def assigned(old: Type, new: Type) -> bool:
    """Whether PostgreSQL turns values of one scalar into the other without being told how.
    Domains count as what they are over."""
    pair = pair_of(old, new)
    return pair[0] == pair[1] or pair[1] in STRINGS or pair in _ASSIGNED


def compares(old: str, new: str) -> bool:
    """Whether a foreign key may join columns of these two types."""
    before, after = read_type(old), read_type(new)
    if before.dimensions or after.dimensions:
        return before.base == after.base
    same = before.base == after.base
    return same or any({before.base, after.base} <= family for family in _FAMILIES)


def step_between(old: Type, new: Type) -> str:
    """The cast that a value takes before the one to `new`: "" where none is needed, else the text
    form or a type between the two."""
    pair = pair_of(old, new)
    if assigned(old, new) or pair in _ASKED - SINCE.keys():
        return ""
    # The blanks at the end of a `character` are no part of its text.
    if pair[0] in STRINGS - {"character"}:
        return ""
    return _BETWEEN.get(pair, '"text"')


def known_casts() -> frozenset[tuple[str, str, bool, bool]]:
    """This table as rows: from, to, whether by assignment, whether the bytes are the same."""
    return frozenset((*pair, pair in _ASSIGNED, pair in BINARY) for pair in _ASSIGNED | _ASKED)
