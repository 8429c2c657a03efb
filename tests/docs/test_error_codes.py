"""Every code that trueup can show has an entry in docs/errors.md, and every entry is shown."""

from __future__ import annotations

import re

from docs.codes import found_codes
from docs.texts import DOCS
from trueup.folder.migrations import BLOCKING
from trueup.git.hook import CODES

TEXT = (DOCS / "errors.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]*)` \|([^\n]*)$", TEXT, flags=re.M)
ENTRIES = [code for code, _ in ROWS]
KINDS = {"error", "warning", "info", "hazard", "hint", "exit 1", "exit 2", "exit 3", "exit 130"}


def test_every_expression_that_makes_a_code_is_understood() -> None:
    assert found_codes().unread == []


def test_every_code_has_an_entry() -> None:
    missing = {code: place for code, place in found_codes().codes.items() if code not in ENTRIES}
    assert missing == {}


def test_no_entry_is_about_a_code_that_is_gone() -> None:
    assert set(ENTRIES) - found_codes().codes.keys() == set()


def test_no_code_has_two_entries() -> None:
    assert sorted(ENTRIES) == sorted(set(ENTRIES))


def test_every_code_is_lower_snake_case() -> None:
    codes = found_codes().codes
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code)] == []


def test_no_condition_asks_for_a_code_that_nobody_makes() -> None:
    found = found_codes()
    asked = {*found.asked_for, *BLOCKING, *CODES}
    assert asked - found.codes.keys() == set()


def test_every_entry_says_how_bad_it_is_what_it_means_and_what_to_do() -> None:
    for code, rest in ROWS:
        cells = [cell.strip() for cell in rest.rstrip().removesuffix("|").split(" | ")]
        assert len(cells) == 3 and all(cells), f"{code}: {len(cells) + 1} cells"
        assert set(cells[0].split(", ")) <= KINDS, f"{code}: {cells[0]}"


def test_entries_of_a_table_are_in_order() -> None:
    for table in re.split(r"^#+ .*$", TEXT, flags=re.M):
        codes = re.findall(r"^\| `([^`]*)` \|", table, flags=re.M)
        assert codes == sorted(codes)
