"""The lines that differ."""

from __future__ import annotations

from trueup.diff.unified import unified


def test_the_differing_lines_stand_under_the_labels_of_their_sides() -> None:
    before = 'CREATE TABLE "t" (\n    "a" integer\n);\n'
    after = 'CREATE TABLE "t" (\n    "a" bigint\n);\n'
    assert unified(before, after) == [
        "--- migrations",
        "+++ database",
        "@@ -1,3 +1,3 @@",
        ' CREATE TABLE "t" (',
        '-    "a" integer',
        '+    "a" bigint',
        " );",
    ]


def test_labels_and_context_can_be_chosen() -> None:
    assert unified("a\nb\nc\n", "a\nx\nc\n", "old", "new", context=0) == [
        "--- old",
        "+++ new",
        "@@ -2 +2 @@",
        "-b",
        "+x",
    ]


def test_an_absent_side_has_no_lines() -> None:
    assert unified(None, "a\nb\n")[2:] == ["@@ -0,0 +1,2 @@", "+a", "+b"]
    assert unified("a\n", None)[2:] == ["@@ -1 +0,0 @@", "-a"]


def test_equal_texts_have_no_difference() -> None:
    assert unified("a\n", "a\n") == []
    assert unified(None, None) == []


def test_only_line_feeds_end_a_line() -> None:
    assert unified("a\x0cb\n", "a\x0cc\n")[3:] == ["-a\x0cb", "+a\x0cc"]
