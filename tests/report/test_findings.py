"""Findings as text."""

from __future__ import annotations

from trueup.model.finding import Finding, error, warning
from trueup.report.findings import findings_text
from trueup.report.style import Style


def shown(findings: list[Finding]) -> list[str]:
    return findings_text(findings, Style(False)).splitlines()


def test_of_many_warnings_of_one_code_the_first_few_are_shown_and_the_rest_counted() -> None:
    many = [warning("name_bad", str(n), f"name {n}") for n in range(30)]
    lines = shown(
        [*many, error("worse", "x", "this first"), warning("other", "y", "one of its own")]
    )
    assert lines[0] == "error: this first [worse]"
    assert lines[1:4] == [f"warning: name {n} [name_bad]" for n in range(3)]
    assert lines[4:] == [
        "  and 27 more of these [name_bad]; --format json lists all",
        "warning: one of its own [other]",
    ]


def test_a_few_are_all_shown_and_errors_always() -> None:
    assert len(shown([warning("a", str(n), f"w{n}") for n in range(5)])) == 5
    assert len(shown([error("a", str(n), f"e{n}") for n in range(50)])) == 50
