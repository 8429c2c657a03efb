"""Which majors are taken and tested is said in texts as it stands in platform/postgres.py."""

from __future__ import annotations

import re
import tomllib

import pytest

from docs.texts import DOCS, ROOT
from trueup.platform.postgres import EMBEDDED, MAJORS, NEWEST, OLDEST, TESTED_RANGE, Major


def row(major: Major) -> str:
    wheel = f"`{major.wheel.command}`" if major.wheel else ""
    cells = (str(major.number), "tested" if major.tested else "taken, untested", wheel)
    return "| " + " | ".join((*cells, f"`{major.package}`")) + " |"


def test_the_table_in_the_guide_is_the_one_that_messages_are_made_of() -> None:
    text = (DOCS / "guide.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| \d+ \|.*$", text, flags=re.MULTILINE)
    assert [re.sub(r" +", " ", line) for line in told] == [
        re.sub(r" +", " ", row(major)) for major in MAJORS
    ]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("README.md", f"{TESTED_RANGE}; {OLDEST} is taken too, untested"),
        ("docs/configuration.md", f"whole number, {OLDEST} to {NEWEST}"),
        ("docs/errors.md", f"is no version from {OLDEST} to {NEWEST}"),
        ("docs/errors.md", f"{OLDEST}, or one newer than {NEWEST}"),
        ("docs/errors.md", f"older than {OLDEST}"),
    ],
)
def test_a_text_names_the_majors_as_they_are(place: str, words: str) -> None:
    assert words in (ROOT / place).read_text(encoding="utf-8")


def test_the_extra_brings_the_wheel_that_hints_say_it_does() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = EMBEDDED.extra.removeprefix("trueup[").removesuffix("]")
    (wanted,) = project["optional-dependencies"][extra]
    assert wanted.startswith(EMBEDDED.name)
