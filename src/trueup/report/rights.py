"""Rights that differ and that no plan at hand changes: in words, and what mends them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trueup.diff.words import display
from trueup.model.mend import text_of
from trueup.report.objects import object_json
from trueup.report.safe import one_line
from trueup.report.style import Style
from trueup.verdict.remedies import SAY, TAKE_BACK
from trueup.workbench.rights import RightsLeft


def rights_json(rights: Sequence[RightsLeft]) -> list[dict[str, Any]]:
    """The objects, what differs, and the statements for either direction."""
    return [
        {
            "object": object_json(item.drift.key),
            "details": list(item.words),
            "take_back": list(item.take_back),
            "say": list(item.say),
        }
        for item in rights
    ]


def rights_text(rights: Sequence[RightsLeft], style: Style) -> list[str]:
    """The same as lines; none where nothing differs."""
    if not rights:
        return []
    return [style.red("rights differ, which this does not change:"), *rights_lines(rights)]


def rights_lines(rights: Sequence[RightsLeft]) -> list[str]:
    """A line for each thing that differs, and the statements for either direction."""
    return [
        *(f"  {one_line(line)}" for line in _differences(rights)),
        f"{TAKE_BACK}:",
        *(f"  {one_line(text_of(item.take_back))}" for item in rights if item.take_back),
        f"{SAY}:",
        *(f"  {one_line(text_of(item.say))}" for item in rights if item.say),
    ]


def _differences(rights: Sequence[RightsLeft]) -> Iterator[str]:
    for item in rights:
        yield f"{display(item.drift.key)}: {'; '.join(item.words)}"
