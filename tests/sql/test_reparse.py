"""Deparsed text is given back to PostgreSQL as it was first written."""

from __future__ import annotations

import pytest

from trueup.sql.reparse import as_written


@pytest.mark.parametrize(
    ("deparsed", "written"),
    [
        (
            "CHECK (((\"s\")::\"text\" = ANY ((ARRAY['a'::character varying, 'b'::character"
            ' varying])::"text"[])))',
            "CHECK (((\"s\")::\"text\" = ANY ((ARRAY['a'::character varying, 'b'::character"
            " varying]))))",
        ),
        (
            "WHERE s <> ALL (ARRAY['a'::character varying]::text[])",
            "WHERE s <> ALL (ARRAY['a'::character varying])",
        ),
    ],
)
def test_the_cast_of_a_whole_array_is_left_to_postgresql(deparsed: str, written: str) -> None:
    assert as_written(deparsed) == written


@pytest.mark.parametrize(
    "text",
    [
        "x = ANY (ARRAY[]::text[])",
        "x = ANY (ARRAY[1, 2])",
        "f((ARRAY['a'::character varying])::text[])",
        "x = ANY ((ARRAY[1, 2])::text)",
        "SELECT 'x = ANY ((ARRAY[1])::text[])'",
        "SELECT 1",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert as_written(text) == text
