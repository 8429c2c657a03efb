"""Whatever text an object has, there are words for the change, and never an exception."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diff.samples import read_samples
from trueup.diff.words import describe, display, summarize
from trueup.model.schema import ObjectKey

SAMPLES = read_samples()
KINDS = sorted({kind for kind, _ in SAMPLES})
WORDS = sorted({word for _, ddl in SAMPLES for word in ddl.split(" ")})
EITHER = st.sampled_from(SAMPLES)


def key(kind: str) -> ObjectKey:
    return ObjectKey(kind, "public", "t x")


def holds(kind: str, before: str | None, after: str | None) -> None:
    """What every pair of texts must keep."""
    words = describe(key(kind), before, after)
    assert bool(words) == (before != after)
    assert all(word and "\n" not in word for word in words)
    assert summarize(key(kind), before, after).startswith(display(key(kind)))


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str, str]:
    """A sample, and the same with some words left out, doubled, moved or replaced."""
    kind, ddl = draw(EITHER)
    words = ddl.split(" ")
    for _ in range(min(draw(st.integers(1, 4)), len(words) - 1)):
        at = draw(st.integers(0, len(words) - 1))
        edit = draw(st.sampled_from(["drop", "double", "move", "replace"]))
        word = draw(st.sampled_from(WORDS)) if edit == "replace" else words[at]
        kept = words[:at] + words[at + 1 :] if edit != "double" else words
        words = kept if edit == "drop" else [*kept[:at], word, *kept[at:]]
        if edit == "move":
            words = [*kept, word]
    return kind, ddl, " ".join(words)


@given(edited())
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_edited_text_of_any_kind_is_described(case: tuple[str, str, str]) -> None:
    kind, before, after = case
    holds(kind, before, after)
    holds(kind, after, before)


@given(st.sampled_from(KINDS), st.none() | st.text(), st.none() | st.text())
@settings(max_examples=300, deadline=None)
def test_any_text_of_any_kind_is_described(
    kind: str, before: str | None, after: str | None
) -> None:
    holds(kind, before, after)


@given(st.sampled_from(KINDS), EITHER, EITHER)
@settings(max_examples=300, deadline=None)
def test_a_text_of_another_kind_is_described(
    kind: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    holds(kind, one[1], other[1])


@pytest.mark.parametrize(("kind", "ddl"), SAMPLES, ids=[kind for kind, _ in SAMPLES])
def test_what_comes_and_goes_is_described_and_what_stays_is_not(kind: str, ddl: str) -> None:
    holds(kind, None, ddl)
    holds(kind, ddl, None)
    holds(kind, ddl, ddl)


@pytest.mark.parametrize(("kind", "ddl"), SAMPLES, ids=[kind for kind, _ in SAMPLES])
def test_a_comment_before_the_text_is_no_error(kind: str, ddl: str) -> None:
    holds(kind, ddl, f"-- a remark\n{ddl}")


def test_text_that_no_parser_knows_yet_is_a_changed_definition() -> None:
    table = 'CREATE TABLE "public"."t" (\n    "a" integer\n);\n'
    newer = 'CREATE QUANTUM TABLE "public"."t" (\n    "a" integer\n);\n'
    assert describe(ObjectKey("TABLE", "public", "t"), table, newer) == ["definition changed"]
    assert describe(ObjectKey("NEW KIND", "public", "t"), "a", "b") == ["definition changed"]


def test_an_expression_nested_too_deeply_is_a_changed_definition() -> None:
    before = f'CREATE VIEW "public"."v" AS\n SELECT {"abs(" * 20_000}1{")" * 20_000} AS "a";\n'
    after = before.replace("abs(1)", "abs(2)")
    assert describe(ObjectKey("VIEW", "public", "v"), before, after) == ["definition changed"]
