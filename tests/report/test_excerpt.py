from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import StatementFailed
from trueup.model.finding import Location
from trueup.postgres.run.file import run_file
from trueup.postgres.session.connection import connect
from trueup.report.excerpt import excerpt, failure_text


def test_a_failure_shows_place_lines_and_all_that_postgresql_said(database: str) -> None:
    text = (
        "CREATE TABLE a (x int CHECK (x > 0));\n\n"
        "DO $$BEGIN\n  RAISE EXCEPTION 'no' USING DETAIL = E'one\\ntwo', HINT = 'do it';\nEND$$;\n"
    )
    with connect(database) as conn, pytest.raises(StatementFailed) as caught:
        run_file(conn, text, "migrations/1_a.sql")
    assert failure_text(caught.value).split("\n") == [
        "no [statement_failed, SQLSTATE P0001]",
        "  --> migrations/1_a.sql:3:1",
        "  |",
        "3 | DO $$BEGIN",
        "  | ^",
        "  DETAIL: one",
        "    two",
        "  HINT: do it",
        "  CONTEXT: PL/pgSQL function inline_code_block line 2 at RAISE",
        "  next: nothing of this file was applied; correct the file and run again",
    ]


def test_the_line_before_is_shown_where_it_says_something() -> None:
    assert excerpt("one\ntwo\nthree", 2, 3) == "  |\n1 | one\n2 | two\n  |   ^"
    assert excerpt("\n  \ntwo", 3, 1) == "  |\n3 | two\n  | ^"


def test_numbers_line_up() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 12))
    assert excerpt(text, 10, 1) == "   |\n 9 | line 9\n10 | line 10\n   | ^"


@pytest.mark.parametrize(
    ("line", "column", "indent"),
    [
        ("\tSELECT nope", 9, 11),
        ("SELECT 'é', nope", 13, 12),
        ("SELECT '日本', nope", 14, 15),
        ("SELECT 'e\u0301', nope", 14, 12),
        ("SELECT 1", 9, 8),
        ("SELECT 1\r", 9, 8),
    ],
)
def test_the_caret_stands_under_its_character(line: str, column: int, indent: int) -> None:
    assert excerpt(line, 1, column).split("\n")[-1] == "  | " + " " * indent + "^"


def test_a_long_line_is_cut_around_its_column() -> None:
    shown = excerpt("x" * 500 + "HERE" + "y" * 500, 1, 501).split("\n")
    caret = shown[2].index("^")
    assert shown[1][caret : caret + 4] == "HERE"
    assert len(shown[1]) < 110
    assert shown[1].startswith("1 | …") and shown[1].endswith("…")
    assert excerpt("HERE" + "y" * 500, 1, 1).split("\n")[1].startswith("1 | HERE")


def test_a_line_of_data_has_no_caret() -> None:
    assert excerpt("COPY a FROM stdin;\nx\n\\.\n", 2, None) == (
        "  |\n1 | COPY a FROM stdin;\n2 | x"
    )


@pytest.mark.parametrize("line", [0, 4])
def test_a_line_that_is_not_there_is_not_shown(line: int) -> None:
    assert excerpt("a\nb\nc", line, 1) == ""


def test_a_failure_without_a_place_or_a_source_is_still_told() -> None:
    assert failure_text(StatementFailed("no", code="bookkeeping_failed")) == (
        "no [bookkeeping_failed]"
    )
    placed = StatementFailed("no", sqlstate="42601", location=Location("a.sql", 7, 3))
    assert failure_text(placed) == "no [statement_failed, SQLSTATE 42601]\n  --> a.sql:7:3"


@given(st.text(max_size=200), st.integers(-1, 5), st.integers(1, 300) | st.none())
def test_nothing_in_a_file_reaches_the_terminal_as_a_command(
    source: str, line: int, column: int | None
) -> None:
    error = StatementFailed(
        source, detail=source, source=source, location=Location("a.sql", line, column)
    )
    text = failure_text(error)
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 0x9F for char in text)
    assert "\x1b" not in text and "\u202e" not in text
