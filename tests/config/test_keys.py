"""Where each key of a TOML text stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.config.keys import KeyPath, locate


def paths(value: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key path of a parsed document."""
    if above:
        yield above
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*above, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*above, index))


def spot(text: str, *path: str | int) -> tuple[tuple[int, int], tuple[int, int]]:
    assert set(locate(text)) == set(paths(tomllib.loads(text)))
    found = locate(text)[path]
    return found.key, found.value


def test_a_key_and_its_value_have_a_place() -> None:
    assert spot("\n  privileges = true\n", "privileges") == ((2, 3), (2, 16))


def test_columns_count_characters() -> None:
    assert spot('a = {"ä" = 1, x = 2}', "a", "x")[0] == (1, 15)


def test_comments_are_not_keys() -> None:
    text = "# a = 1\nb = 2 # c = 3\n#d = 4\ne = 5"
    assert spot(text, "e") == ((4, 1), (4, 5))


def test_a_hash_inside_a_text_starts_no_comment() -> None:
    assert spot('a = \'x # y\'\nb = "# \\" #"\nc = 1', "c")[0] == (3, 1)


def test_dotted_and_quoted_keys_are_taken_apart() -> None:
    text = "a . 'b.c' . \"d\\u0065\" = 1\n"
    assert spot(text, "a", "b.c", "de") == ((1, 1), (1, 25))
    assert spot(text, "a") == ((1, 1), (1, 25))


def test_tables_have_the_place_of_their_header() -> None:
    text = "[tool.other]\nx = 1\n[tool . 'trueup']  # ours\npostgres = 17\n"
    assert spot(text, "tool", "trueup")[0] == (3, 1)
    assert spot(text, "tool", "trueup", "postgres") == ((4, 1), (4, 12))


def test_arrays_of_tables_are_counted() -> None:
    text = '[[allow]]\nobject = "a"\n\n[[allow]]\nobject = "b"\n[allow.deep]\nz = 1\n'
    assert spot(text, "allow", 0, "object")[0] == (2, 1)
    assert spot(text, "allow", 1)[0] == (4, 1)
    assert spot(text, "allow", 1, "deep", "z")[0] == (7, 1)


def test_arrays_over_several_lines_have_places_for_their_elements() -> None:
    text = 'schemas = [ # ]\n  "a]", # "x",\n  "b",\n]\nz = [[1, 2], []]\n'
    assert spot(text, "schemas", 1)[1] == (3, 3)
    assert spot(text, "z", 0, 1)[1] == (5, 10)


def test_inline_tables_have_places_for_their_keys() -> None:
    assert spot("a = [{x = 1}, {x = '}', y.z = 2}]", "a", 1, "y", "z") == ((1, 25), (1, 31))


@pytest.mark.parametrize(
    "text",
    [
        'a = """\n[no]\nb = 1\n"""\nz = 1\n',
        "a = '''\n[no]\nb = 1''''\nz = 1\n",
        'a = """x\\""" = 1 """""\nz = 1\n',
        "a = ''''''\nz = 1\n",
        'a = """"""\nz = 1\n',
    ],
)
def test_text_over_several_lines_holds_no_keys(text: str) -> None:
    assert set(locate(text)) == {("a",), ("z",)} == set(paths(tomllib.loads(text)))


@pytest.mark.parametrize(
    "value",
    [
        "1_000",
        "0x1F",
        "-5",
        "1e-3",
        "inf",
        "1979-05-27T07:32:00Z",
        "1979-05-27 07:32:00",
        "07:32:00",
    ],
)
def test_every_kind_of_scalar_is_passed_over(value: str) -> None:
    assert spot(f"a = {value} # x = 1\nz = 1", "z")[0] == (2, 1)


KEYS = st.sampled_from(["a", "b-c", "'d e'", '"f.g"', "h1", '"\\u00e9#"'])
SCALARS = st.sampled_from(
    ["1", "true", '"x#]"', "'}'", '"""a\n[b]\n"""', "2020-01-01", "'''\n''''"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[ # c\n" + ",\n".join(items) + " ]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{k} = {v}" for k, v in table.items()) + "}"
        ),
    ),
    max_leaves=6,
)
LINES = st.one_of(
    st.tuples(st.lists(KEYS, min_size=1, max_size=3), VALUES).map(
        lambda pair: ".".join(pair[0]) + " = " + pair[1] + " # d"
    ),
    st.lists(KEYS, min_size=1, max_size=3).map(lambda keys: f"[{' . '.join(keys)}]"),
    st.lists(KEYS, min_size=1, max_size=2).map(lambda keys: f"[[{'.'.join(keys)}]]"),
)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_the_keys_found_are_those_that_the_parser_finds(text: str) -> None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(locate(text)) == set(paths(table))
