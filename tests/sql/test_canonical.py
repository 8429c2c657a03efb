"""The one form in which casts of arrays are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.sql.canonical import canonical

TEXT = '::"text"'


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        (
            """= ANY ((ARRAY['a'::character varying, 'b'::character varying])::"text"[])""",
            f"""= ANY (ARRAY[('a'::character varying){TEXT}, ('b'::character varying){TEXT}])""",
        ),
        (
            """((ARRAY["a", f("b", 1)])::bigint[])""",
            """(ARRAY[("a")::bigint, (f("b", 1))::bigint])""",
        ),
        (
            """(ARRAY['](', ','])::"s"."t"[]""",
            """ARRAY['](')::"s"."t", (',')::"s"."t"]""".replace("ARRAY[", "ARRAY[(", 1),
        ),
        (
            """(ARRAY["x"])::timestamp(0) without time zone[]""",
            """ARRAY[("x")::timestamp(0) without time zone]""",
        ),
        ("""ARRAY['a'::"x", "t"."b"]::"text"[]""", f"""ARRAY['a'::"x"{TEXT}, "t"."b"{TEXT}]"""),
        (
            """(ARRAY[(ARRAY["a"])::"t"[] = "b"])::boolean[]""",
            """ARRAY[(ARRAY[("a")::"t"] = "b")::boolean]""",
        ),
    ],
)
def test_a_cast_goes_into_the_elements(printed: str, kept: str) -> None:
    assert canonical(printed) == kept


CAST = """(ARRAY['x'])::"text"[]"""
PUSHED = """ARRAY[('x')::"text"]"""


@pytest.mark.parametrize(
    "around",
    [
        "{} '(ARRAY[1])::int[]'",
        "{} E'\\'(ARRAY[1])::int[]'",
        """{} "(ARRAY[1])::int[]" """,
        """{} U&"(ARRAY[1])::int[]" """,
        "{} $$ (ARRAY[1])::int[] ' $$",
        '{} $a$ $b$ (ARRAY[1])::int[] $b$ " $a$',
        "{} -- (ARRAY[1])::int[] '\n",
        "{} /* /* ' */ (ARRAY[1])::int[] */",
        "'it''s' || {}",
        "'é😀' || {}",
    ],
)
def test_only_what_is_no_string_name_or_comment_is_touched(around: str) -> None:
    assert canonical(around.format(CAST)) == around.format(PUSHED)


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("(ARRAY[1])::numeric(10,-2)[]", "ARRAY[(1)::numeric(10,-2)]"),
        (
            """(ARRAY[1])::"s"."geometry"("Point",4326)[]""",
            """ARRAY[(1)::"s"."geometry"("Point",4326)]""",
        ),
        ("""(ARRAY['a]' , ')b'])::"s""x"[]""", """ARRAY[('a]')::"s""x", (')b')::"s""x"]"""),
        ("(ARRAY[1])::double precision[]", "ARRAY[(1)::double precision]"),
        (
            "(ARRAY[(ARRAY[1])::int[], (ARRAY[2])::int[]])::bigint[]",
            "(ARRAY[ARRAY[(1)::int], ARRAY[(2)::int]])::bigint[]",
        ),
        ("""= ANY ("x"."f"(ARRAY[1]))::"t"[]""", """= ANY ("x"."f"(ARRAY[1]))::"t"[]"""),
    ],
)
def test_types_and_elements_are_read_whole(printed: str, kept: str) -> None:
    assert canonical(printed) == kept


@pytest.mark.parametrize(
    "text",
    [
        """ARRAY['a', 'b']""",
        """(ARRAY[]::integer[])""",
        """'(ARRAY[1])::"text"[]'""",
        """"(ARRAY[1])::""text""[]" """,
        """$$ (ARRAY[1])::"text"[] $$""",
        """$a$ $$ (ARRAY[1])::"text"[] $$ $a$""",
        """(ARRAY[ARRAY[1], ARRAY[2]])::"text"[]""",
        """"f"(ARRAY[1])::"text"[]""",
        """ARRAY["a" || "b"]::"text"[]""",
        """(ARRAY[1, 2])::"text"[][]""",
        """(ARRAY[1, 2""",
        """SELECT "a"[1]::"text" FROM "t" """,
        """(ARRAY[1 -- one
])::"text"[]""",
        """'(ARRAY[1])::"text"[]""",
        """$a$ (ARRAY[1])::"text"[] $b$""",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert canonical(text) == text


BRACKETS = ["(", ")", "[", "]", "ARRAY[", ",", "])::int[]", "ANY (", "f("]
WORDS = ["'a'", "'](,'", '"b"', '::"text"[]', "::int", " ", "(ARRAY['a'])::\"text\"[]"]
QUOTES = ["$$", "$a$", "'", '"']
PIECES = st.lists(st.sampled_from(BRACKETS + WORDS + QUOTES), max_size=30)


@given(PIECES)
def test_what_is_kept_stays(pieces: list[str]) -> None:
    once = canonical("".join(pieces))
    assert canonical(once) == once
