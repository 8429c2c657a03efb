from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueup.postgres.session.connection import connect
from trueup.sql.quote import (
    literal,
    plain_name,
    qualified,
    quote,
    standard_literal,
    string_of,
    unquoted,
)

TEXT = st.text(
    st.sampled_from("a\"'\\;$é😀\n \t%") | st.characters(blacklist_categories=["Cs"]), max_size=15
).map(lambda text: text.replace("\0", ""))
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(st.lists(TEXT, min_size=1, max_size=20))
@SETTINGS
def test_a_literal_reads_back_as_it_was(database: str, texts: list[str]) -> None:
    with connect(database) as conn:
        for setting in ("on", "off"):
            conn.execute(
                f"SET standard_conforming_strings = {setting}; SET escape_string_warning=off"
            )
            row = conn.execute(f"SELECT ARRAY[{','.join(map(literal, texts))}]").fetchone()
            assert row == (texts,)


@given(TEXT.filter(lambda text: 0 < len(text.encode()) < 64))
@SETTINGS
def test_an_identifier_reads_back_as_it_was(database: str, name: str) -> None:
    with connect(database) as conn:
        cursor = conn.execute(f"SELECT 1 AS {quote(name)}")
        assert cursor.description is not None
        assert cursor.description[0].name == name


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_no_identifier_can_be_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        quote(name)


def test_a_nul_is_refused_in_a_literal() -> None:
    with pytest.raises(ValueError, match="NUL"):
        literal("a\0b")


def test_a_qualified_name_has_both_parts_quoted() -> None:
    assert qualified('s"x', "t") == '"s""x"."t"'
    assert qualified("", "t") == '"t"'


@given(TEXT.filter(bool))
def test_what_was_quoted_is_read_back(text: str) -> None:
    assert unquoted(quote(text)) == text
    assert unquoted(plain_name(text)) == text
    assert string_of(standard_literal(text)) == text
