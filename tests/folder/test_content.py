"""What is noticed in the bytes of an SQL file."""

from __future__ import annotations

import pytest

from trueup.folder.content import content_findings, place, says_nothing


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- only this",
        "-- a\n\n  -- b\r\n",
        "/* a /* nested */ still */",
        "/* a */ ; -- b\n;",
        "\ufeff-- after a byte order mark",
        "--\n" * 5000,
    ],
)
def test_a_file_of_comments_says_nothing(text: str) -> None:
    assert says_nothing(text.encode())


@pytest.mark.parametrize(
    "text",
    ["select 1", "-- a\nselect 1", "/* a */ select 1", "/* a /* b */ c */ d", "- - x", "$$ -- $$"],
)
def test_a_file_with_a_token_says_something(text: str) -> None:
    assert not says_nothing(text.encode())


def test_a_place_counts_characters_and_not_bytes() -> None:
    data = "eins\nzwölf x".encode()
    assert place(data, data.index(b"x")) == (2, 7)


def test_plain_text_has_no_finding() -> None:
    assert content_findings("select 'ä <<<<<<< b';\n".encode(), "migration", "m.sql") == []


def test_text_in_utf16_is_named_as_such_and_once() -> None:
    (found,) = content_findings("select 1;".encode("utf-16"), "schema_file", "schema.sql")
    assert (found.code, "UTF-16" in found.message) == ("schema_file_not_utf8", True)


def test_several_problems_of_one_file_are_all_named() -> None:
    data = b"\xef\xbb\xbfselect 1;\r\n<<<<<<< HEAD\nselect\0 2;\n>>>>>>> other\n"
    found = {f.code: f.location for f in content_findings(data, "migration", "m.sql")}
    assert set(found) == {"migration_nul", "migration_conflict", "migration_bom", "migration_crlf"}
    assert str(found["migration_conflict"]) == "m.sql:2:1"
    assert str(found["migration_nul"]) == "m.sql:3:7"
