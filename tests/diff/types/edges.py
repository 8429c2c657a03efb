"""The types that are tried, at the edges of their modifiers, and the values at their edges."""

from __future__ import annotations

from decimal import Decimal

_WHOLE = ("0", "1", "-1", "100", "32767", "-32768", "2147483647", "-2147483648")
_BIG = (*_WHOLE, "9007199254740993", "9223372036854775807", "-9223372036854775808")
_DECIMAL = (
    *("9999.9999", "0.00009", "12300", "65504.5"),
    "0",
    "1",
    "-1.5",
    "2.5",
    "99.99",
    "12345.6789",
    "99999999.99",
    "1e20",
    "1e-20",
    "NaN",
)
_FLOATS = ("0", "-0", "1", "0.1", "2.5", "16777217", "1e30", "-1e-30", "NaN", "Infinity")
_TEXTS = (
    "",
    "a",
    "a ",
    "abc",
    "abc ",
    "abc   ",
    "a\u00e4\u20ac",
    "007",
    " 7 ",
    "7",
    "TRUE",
    "on",
    "x" * 70,
    "x" * 90,
    "x" * 80 + " ",
)
_MORE_TEXTS = (
    *("2020-1-1", "10:00", "[1, 2]", '{"b":1, "a":2, "b":3}', "{1,2}", "{ 1, 2 }", "A0EEBC99"),
    *(
        "101",
        "0101",
        "b101",
        "10.0.0.1/32",
        "\\x1",
        "<a",
        "((1,1),(0,0))",
        "08002b010203",
        "0/00",
        "<a/>",
        "happy",
        "1 day",
        "(1, 2)",
    ),
    "a0eebc999c0b4ef8bb6d6bb9bd380a11",
)
_DATES = ("2020-02-29", "-infinity", "infinity", "4714-11-24 BC", "5874897-12-31", "0001-01-01")
_STAMPS = (
    *("2020-02-29 23:59:59.999999", "infinity", "-infinity", "4714-11-24 00:00:00 BC"),
    # Hours that a clock in New York skips and repeats.
    *(
        "2021-03-14 02:30:00",
        "2021-03-14 03:30:00",
        "2021-11-07 01:30:00",
        "294276-12-31 23:59:59.9",
    ),
    "294276-12-31 23:59:59.999999",
)
_ZONED = (
    *("2020-02-29 23:59:59.999999+00", "infinity", "-infinity", "4714-11-24 00:00:00+00 BC"),
    *("2021-11-07 05:30:00+00", "2021-11-07 06:30:00+00", "294276-12-31 23:59:59.999999+00"),
)
_TIMES = ("00:00:00", "10:20:30.123456", "23:59:59.999999", "24:00:00")
_SPANS = (
    *("0", "10:20:30.123456", "25:00:00", "-1 hour", "1 day", "14 mons 3 days", "-178000000 years"),
    *("1 year 2 mons 3 days 04:05:06.789", "infinity"),
)
_BITS = ("0", "1", "101", "00011", "11111", "1" * 32, "0" * 31 + "1", "1" * 33, "0" * 40, "1" * 64)

VALUES: dict[str, tuple[str, ...]] = {
    "smallint": _WHOLE,
    "integer": _WHOLE,
    "bigint": _BIG,
    "numeric": (*_BIG, *_DECIMAL, "Infinity", "1e400", "123456789012345678901234567890.123456789"),
    "real": _FLOATS,
    "double precision": (*_FLOATS, "1e300", "0.30000000000000004", "9007199254740993", "1e-300"),
    "money": ("0", "1.99", "-2.50", "92233720368547758.07", "-92233720368547758.08"),
    "oid": ("0", "1", "4294967295", "16384"),
    "boolean": ("true", "false"),
    "text": (*_TEXTS, *_MORE_TEXTS),
    "character varying": (*_TEXTS, *_MORE_TEXTS),
    "character": (*_TEXTS, *_MORE_TEXTS),
    '"bpchar"': (*_TEXTS, *_MORE_TEXTS),
    '"name"': _TEXTS,
    '"char"': ("a", "", " ", "7", "\\377", "\\001"),
    "bit": _BITS,
    "bit varying": ("", *_BITS),
    "date": _DATES,
    "timestamp without time zone": _STAMPS,
    "timestamp with time zone": _ZONED,
    "time without time zone": _TIMES,
    "time with time zone": (*(f"{time}+02" for time in _TIMES), "10:00:00-05"),
    "interval": _SPANS,
    '"uuid"': ("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",),
    '"json"': ("1", ' {"b":1, "a":2, "b":3} ', "null", '"x"', "true", "1.50", "1e3 "),
    '"jsonb"': ("1", '{"b":1, "a":2}', "null", '"x"', "true", "1.50", "100000000000"),
    '"xml"': ("<a/>", '<?xml version="1.0" encoding="UTF-8"?><a/>', "x "),
    '"bytea"': ("", "\\x00", "\\xff00", "\\x00000001", "\\x0000000000000001", "\\x" + "ff" * 8),
    '"inet"': ("10.0.0.1", "10.0.0.1/8", "::1", "10.0.0.0/8"),
    '"cidr"': ("10.0.0.0/8", "10.0.0.1/32", "::/0"),
    '"macaddr"': ("08:00:2b:01:02:03",),
    '"macaddr8"': ("08:00:2b:ff:fe:01:02:03", "08:00:2b:01:02:03:04:05"),
    '"regclass"': ("pg_class", "pg_catalog.pg_type", "0"),
    '"regtype"': ("integer", "text", "0"),
    '"regproc"': ("now", "0"),
    '"regprocedure"': ("now()", "abs(integer)"),
    '"point"': ("(0,0)", "(1.5,-2.5)", "(1e300,1e300)"),
    '"box"': ("(2,2),(0,0)", "(1.5,3),(0.1,0.7)"),
    '"lseg"': ("[(0,0),(1,3)]",),
    '"path"': ("[(0,0),(1,1),(2,0)]", "((0,0),(1,1),(2,0))"),
    '"polygon"': ("((0,0),(1,1),(2,0))", "((0,0),(0,1),(1,1),(1,0))"),
    '"circle"': ("<(0,0),1>", "<(1.5,2),0.1>"),
    '"xid"': ("0", "7", "4294967295"),
    '"xid8"': ("7", "4294967297"),
    '"int4range"': ("empty", "[1,5)", "(,)"),
    '"int4multirange"': ("{}", "{[1,2),[5,7)}"),
    '"tsrange"': ("empty", '["2020-01-01 00:00:00",)'),
    '"tsmultirange"': ("{}",),
    '"pg_lsn"': ("0/0", "16/B374D848"),
}

# Types with their modifiers, by the name whose values they have.
TYPES: dict[str, str] = {
    **{name: name for name in VALUES if name not in ("bit", "character")},
    **{f"numeric({m})": "numeric" for m in ("4,0", "5,0", "9,2", "10,2", "10,4", "12,2", "12,4")},
    **{f"numeric({m})": "numeric" for m in ("10,0", "19,0", "5,-2", "6,2", "15,2", "3,5", "11,3")},
    **{f"character varying({n})": "character varying" for n in (3, 5, 11, 20, 80)},
    **{f"character({n})": "character" for n in (1, 3, 5, 80)},
    **{f"bit({n})": "bit" for n in (1, 3, 5, 32, 33, 64)},
    '"bit"': "bit",
    **{f"bit varying({n})": "bit varying" for n in (3, 5, 40)},
    **{
        f"{word}({n}) {zone} time zone": f"{word} {zone} time zone"
        for word in ("timestamp", "time")
        for zone in ("with", "without")
        for n in (0, 3, 6)
    },
    **{f"interval{m}": "interval" for m in ("(0)", "(3)", "(6)", " year", " year to month")},
    **{f"interval{m}": "interval" for m in (" day", " day to hour", " day to second(3)")},
    **{f"interval{m}": "interval" for m in (" hour to minute", " minute", " second(0)")},
}


def values_of(type_: str) -> tuple[str, ...]:
    """The values at a type's edges: those of its name, and those at the edges of its modifier."""
    base = TYPES[type_]
    digits = [int(n) for n in type_.partition("(")[2].partition(")")[0].split(",") if n]
    more: list[str] = []
    if base == "numeric" and digits:
        largest = str(Decimal(10 ** digits[0] - 1).scaleb(-digits[1]))
        more = [largest, f"-{largest}", str(Decimal(1).scaleb(-digits[1]))]
    elif base in ("character varying", "character") and digits:
        more = ["y" * digits[0], "y" * (digits[0] - 1) + " "]
    elif base in ("bit", "bit varying") and digits:
        more = ["1" * digits[0], "0" * digits[0], "1" + "0" * (digits[0] - 1)]
    return (*VALUES[base], *more)
