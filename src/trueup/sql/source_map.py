"""Character offsets of a text as lines and columns, and back."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from trueup.model.finding import Location


@dataclass(frozen=True)
class SourceMap:
    """Lines of a text. Only LF ends a line (CRLF therefore too); lines and columns count from 1,
    columns in characters."""

    text: str

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset; one outside the text counts as its nearest end."""
        inside = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, inside)
        return line, inside - self._starts[line - 1] + 1

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a place. Raises IndexError for a line that the text does not have."""
        if not 1 <= line <= len(self._starts):
            raise IndexError(f"no line {line}")
        return self._starts[line - 1] + column - 1

    def locate(self, path: str, offset: int) -> Location:
        """The place of an offset in the file `path`."""
        return Location(path, *self.place(offset))
