"""The room for changes of type, held against PostgreSQL itself: no answer may be kinder than what
the server does, and the ones that are stricter than need be are listed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from diff.types.edges import TYPES, VALUES, values_of
from diff.types.server import Bench, Seen
from plan.databases import made, schema_of
from trueup.diff.types import TypeChange, Types, change_of_type
from trueup.diff.types.casts import SINCE, STRINGS, known_casts
from trueup.diff.types.values import IN_DOUBT
from trueup.model.schema import Schema
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import connect

Pair = tuple[str, str]
NONE = Types(Schema())
# A clock that skips and repeats hours.
ZONE = b"SET TimeZone = 'America/New_York'"
_TS, _TZ = "timestamp without time zone", "timestamp with time zone"
_TIME, _TIMETZ = "time without time zone", "time with time zone"

# Stricter than the values that were tried: from, to, what is said, in how many spellings at most.
NEEDLESS = {
    # The number is had back; meanwhile it is another one.
    ("integer", "oid", "loses"): 1,
    ("oid", "integer", "loses"): 1,
    # Infinity becomes NULL: only a column that is NOT NULL refuses it.
    (_TS, _TIME, "fails"): 16,
    (_TZ, _TIME, "fails"): 16,
    (_TZ, _TIMETZ, "fails"): 16,
    # Whether a value is beyond the range depends on the TimeZone.
    (_TS, _TZ, "fails"): 4,
    # Digits are counted, not looked at.
    ("numeric", "real", "fails"): 11,
    ("numeric", "real", "loses"): 2,
    ("numeric", "double precision", "fails"): 3,
    ("numeric", "double precision", "loses"): 2,
    (_TZ, _TZ, "loses"): 1,
    # Without a length, zeros in front are not known.
    ('"bit"', "bigint", "fails"): 1,
    ("bit", "bigint", "fails"): 1,
    ("bit", "integer", "loses"): 2,
    # One character, as text: a blank at its end may be all of it.
    ('"char"', "character varying", "loses"): 1,
    ('"char"', "character", "loses"): 4,
    ('"char"', "character", "fails"): 2,
    ('"char"', '"bpchar"', "loses"): 1,
    ('"xml"', '"bpchar"', "loses"): 1,
    ('"name"', "character varying", "loses"): 2,
    # Whether what is named is still there decides.
    **{(reg, to, "loses"): 1 for reg in VALUES if "reg" in reg for to in ("text", '"bpchar"')},
    **{(reg, "character varying", "loses"): 1 for reg in VALUES if "reg" in reg},
}


def asked_pairs(types: Iterable[str]) -> Iterator[Pair]:
    """Every pair but those of which the room expects the worst anyway, and those that only another
    length of a text on its way elsewhere sets apart."""
    every = list(types)
    for old in every:
        for new in every:
            between_texts = TYPES.get(new) in ("text", "character varying", "character", '"name"')
            if old != new and (between_texts or not _is_short_text(old)):
                yield old, new


def _is_short_text(old: str) -> bool:
    return old == '"name"' or (TYPES.get(old) in ("character varying", "character") and "(" in old)


def seen(bench: Bench, pair: Pair, change: TypeChange, types: Types) -> Seen:
    old, new = pair
    way_back = change_of_type(new, old, types, types).using("v") or "v"
    backs = ["v", way_back, f"v::text::{old}"]
    if new == old.replace("range", "multirange"):
        backs.append("range_merge(v)")
    if new.endswith(("[]", '"many"')):
        element = "integer" if new.endswith('"many"') else new.removesuffix("[]")
        one = change_of_type(element, old, types, types).using("e").replace('"e"', "v[1]")
        backs += ["v[1]", one or "v[1]", f"v[1]::text::{old}"]
    return bench.observe(old, new, change.using("v"), backs)


def kinder(pair: Pair, change: TypeChange, found: Seen) -> Iterator[str]:
    """Where the room promises more than the server holds."""
    if found.refused:
        yield f"{pair}: there is no such way: {found.refused}"
    if found.rewritten and not change.rewrites:
        yield f"{pair}: the table was written anew"
    if found.failed and not change.fails:
        yield f"{pair}: refused {found.failed[:2]}"
    if found.lost and not change.loses:
        yield f"{pair}: lost {found.lost[:2]}"


def stricter(pair: Pair, change: TypeChange, found: Seen) -> Iterator[tuple[str, str, str]]:
    base = TYPES[pair[0]], TYPES[pair[1]]
    said = {
        "rewrites": change.rewrites and not found.rewritten,
        "fails": change.fails and not found.failed,
        "loses": change.loses and not found.lost,
    }
    yield from ((*base, word) for word, needless in said.items() if needless)


def _is_expected(base: tuple[str, str, str], new: str) -> bool:
    """A text may always be written in another way than those tried here; how long the text of a
    value gets is known of few types."""
    strings = {*STRINGS, '"name"', '"bpchar"'}
    limited = new == '"name"' or ("(" in new and base[1] in strings)
    return (base[0] in strings and base[1] not in strings) or (limited and base[0] not in strings)


def hold(pg: Cluster, database: str) -> Counter[tuple[str, str, str]]:
    """Tries all pairs; the needless warnings, counted."""
    needless: Counter[tuple[str, str, str]] = Counter()
    wrong: list[str] = []
    with connect(database) as conn:
        conn.execute(ZONE)
        bench = Bench(conn, {name: values_of(name) for name in TYPES})
        for pair in asked_pairs(TYPES):
            change = change_of_type(*pair, NONE, NONE)
            if _expects_the_worst(change):
                continue
            found = seen(bench, pair, change, NONE)
            wrong += kinder(pair, change, found)
            needless.update(
                b for b in stricter(pair, change, found) if not _is_expected(b, pair[1])
            )
    assert wrong == []
    return needless


def test_no_answer_is_kinder_than_postgresql_and_few_are_stricter(
    pg: Cluster, database: str
) -> None:
    needless = hold(pg, database)
    more = {base: n for base, n in needless.items() if n > NEEDLESS.get(base, 0)}
    texts = {base for base in more if base[0] in ("text", "character varying", "character")}
    assert {base: n for base, n in more.items() if base not in texts} == {}
    assert sum(more[base] for base in texts) <= 10
    assert not [base for base in needless if base[2] == "rewrites"]


@pytest.mark.slow
def test_no_answer_is_kinder_than_any_server(each_pg: Cluster, each_database: str) -> None:
    hold(each_pg, each_database)


_CASTS = b"""
SELECT replace(format_type(castsource, NULL), '"', ''),
       replace(format_type(casttarget, NULL), '"', ''),
       castcontext <> 'e', castmethod = 'b'
  FROM pg_cast WHERE castsource <> casttarget AND castsource::regtype::text !~ '^pg_(?!lsn)'
"""


def test_the_casts_are_those_of_the_server(each_pg: Cluster, each_database: str) -> None:
    with connect(each_database) as conn:
        there = set(conn.execute(_CASTS).fetchall())
    known = {row for row in known_casts() if SINCE.get(row[:2], 0) <= each_pg.install.major}
    assert known == there


_OWN = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE more AS ENUM ('happy', 'so so', 'sad');
CREATE TYPE ad AS (x integer, y text);
CREATE TYPE da AS (y text, x integer);
CREATE TYPE wide AS (x bigint, y text);
CREATE TYPE three AS (x integer, y text, z integer);
CREATE DOMAIN short AS varchar(5);
CREATE DOMAIN free AS varchar(5);
CREATE DOMAIN plus AS integer CHECK (VALUE > 0);
CREATE DOMAIN below AS plus CHECK (VALUE < 100);
CREATE DOMAIN big AS bigint;
CREATE DOMAIN digits AS numeric(6,2);
CREATE DOMAIN many AS integer[];
CREATE DOMAIN flags AS bit(3);
CREATE TABLE pair (x integer, y text);
"""
_TEXTS = (
    "",
    "10101",
    "sad",
    "happy",
    "so so",
    "abc  ",
    "abcdef",
    "7",
    "-1",
    "x" * 30,
    "(1,a)",
    "{1,2}",
)
_OWN_VALUES: dict[str, tuple[str, ...]] = {
    '"public"."mood"': ("sad", "happy"),
    '"public"."more"': ("sad", "happy", "so so"),
    '"public"."ad"': ("(1,a)", "(,)", "(7,7)"),
    '"public"."da"': ("(a,1)", "(,)", "(7,7)"),
    '"public"."wide"': ("(1,a)", "(3000000000,b)"),
    '"public"."three"': ("(1,a,2)",),
    '"public"."pair"': ("(1,a)", "(,)", "(7,7)"),
    '"public"."short"': ("", "abc  ", "happy", "7"),
    '"public"."free"': ("", "abc  ", "happy", "7"),
    '"public"."plus"': ("1", "70000", "7"),
    '"public"."below"': ("1", "99"),
    '"public"."big"': ("1", "-1", "3000000000"),
    '"public"."digits"': ("1.50", "-1", "7777.77"),
    '"public"."many"': ("{}", "{1,2}"),
    '"public"."flags"': ("101", "000"),
    '"public"."short"[]': ("{}", '{"abc  ",happy}'),
    '"public"."flags"[]': ("{101}",),
    "integer": ("1", "-1", "7", "70000"),
    "bigint": ("1", "-1", "3000000000"),
    "numeric": ("1", "1.555", "-1"),
    "numeric(8,2)": ("1", "1.55", "-1"),
    '"text"': _TEXTS,
    "character varying(5)": _TEXTS,
    "character varying(8)": _TEXTS,
    "character(8)": _TEXTS,
    "integer[]": ("{}", "{1,-1}", "{NULL}"),
    "bigint[]": ("{3000000000}", "{1,2}"),
    "numeric(8,2)[]": ("{1.55,2}",),
    "numeric(10,2)[]": ("{12345678.55,2}",),
    '"text"[]': ("{}", '{"abc  ",happy}', "{abcdefghi}", "{7}"),
    "character varying(5)[]": ("{}", '{"abc  ",happy}', "{7}"),
    "character varying(8)[]": ("{abcdefgh,happy}", "{7}"),
    "character varying[]": ("{abcdefgh,happy}", "{7}", "{" + "x" * 30 + "}"),
    '"public"."mood"[]': ("{}", "{sad,happy}"),
    '"public"."more"[]': ('{"so so"}',),
}


def hold_own_types(pg: Cluster) -> None:
    database = made(pg, _OWN)
    types = Types(schema_of(pg, database))
    wrong: list[str] = []
    with connect(database) as conn:
        bench = Bench(conn, _OWN_VALUES)
        for pair in ((old, new) for old in _OWN_VALUES for new in _OWN_VALUES if old != new):
            change = change_of_type(*pair, types, types)
            if not _expects_the_worst(change):
                wrong += kinder(pair, change, seen(bench, pair, change, types))
    assert [line for line in wrong if "no such way" not in line] == []
    assert [line for line in wrong if _has_a_way(line)] == []


def test_types_of_ones_own_and_arrays_are_no_kinder_than_postgresql(pg: Cluster) -> None:
    hold_own_types(pg)


@pytest.mark.slow
def test_types_of_ones_own_and_arrays_are_no_kinder_than_any_server(each_pg: Cluster) -> None:
    hold_own_types(each_pg)


def _expects_the_worst(change: TypeChange) -> bool:
    said = change.fails, change.loses
    return change.rewrites and said == (IN_DOUBT.fails, IN_DOUBT.loses)


def _has_a_way(line: str) -> bool:
    """Pairs that not even their texts join are refused before anything is written."""
    return "no such way" in line and "cannot cast" not in line and "is of type" not in line


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_in_utc_a_clock_time_and_a_moment_have_the_same_bytes(database: str, zone: str) -> None:
    """The room says that the table is written anew: which zone a session has is not known."""
    pair = (_TS, _TZ)
    with connect(database) as conn:
        conn.execute(f"SET TimeZone = '{zone}'".encode())
        bench = Bench(conn, {name: values_of(name) for name in pair})
        change = change_of_type(*pair, NONE, NONE)
        found = seen(bench, pair, change, NONE)
    assert (found.rewritten, found.lost, change.rewrites) == (False, (), True)
    assert "TimeZone" in change.loses
