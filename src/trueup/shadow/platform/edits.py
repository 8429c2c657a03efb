"""Replacing parts of a text while remembering where everything was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `stop` of the original give way to `text`."""

    start: int
    stop: int
    text: str

    def moved(self, by: int) -> Edit:
        """The same edit in a text that holds this one `by` characters in."""
        return Edit(self.start + by, self.stop + by, self.text)


@dataclass(frozen=True, slots=True)
class Edited:
    """A text with edits made; they are in order and don't overlap."""

    text: str
    edits: tuple[Edit, ...] = ()

    def original(self, offset: int) -> int:
        """Where the character at `offset` of the text was before; the start of what was replaced
        for a character that was not there."""
        shift = 0
        for edit in self.edits:
            at = edit.start + shift
            if offset < at:
                break
            if offset < at + len(edit.text):
                return edit.start
            shift += len(edit.text) - (edit.stop - edit.start)
        return offset - shift


def blank(text: str, start: int, stop: int) -> Edit:
    """Spaces instead of what is there; line breaks stay, and so does every other position."""
    return Edit(start, stop, "".join("\n" if c == "\n" else " " for c in text[start:stop]))


def apply_edits(text: str, edits: Iterable[Edit]) -> Edited:
    """The text with the edits made."""
    ordered = tuple(sorted(edits, key=lambda edit: edit.start))
    parts: list[str] = []
    at = 0
    for edit in ordered:
        parts += (text[at : edit.start], edit.text)
        at = edit.stop
    return Edited("".join((*parts, text[at:])), ordered)
