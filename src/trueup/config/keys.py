"""Where each key of a TOML text stands.

tomllib gives values without positions, and "line 7" is what makes a message useful. This scanner
runs only over text that tomllib has already accepted, so it follows the grammar
(https://toml.io/en/v1.0.0) without checking it: it has to know where strings, arrays and tables
end, not what they mean.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

KeyPath = tuple[str | int, ...]

_BLANK: Final = re.compile(r"[ \t]*")
_VOID: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")


@dataclass(frozen=True, slots=True)
class Spot:
    """Line and column (both from 1, in characters) of a key and of its value."""

    key: tuple[int, int]
    value: tuple[int, int]


def locate(text: str) -> dict[KeyPath, Spot]:
    """The place of every key of a valid TOML text, by its path from the top.

    ("tool", "trueup", "schemas") for a table's key, ("allow", 1, "reason") in an array of tables,
    ("schemas", 0) for an element of an array. A table's own spot is its header.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks once over the text; `at` is the offset reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.spots: dict[KeyPath, Spot] = {}
        self.counts: dict[KeyPath, int] = {}
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def scan(self) -> dict[KeyPath, Spot]:
        table: KeyPath = ()
        self._skip(_VOID)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_VOID)
        return self.spots

    def _header(self) -> KeyPath:
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        path = self._inside_arrays(self._dotted_key(), is_array=is_array)
        self.at += 2 if is_array else 1
        self._note(path, start, start)
        return path

    def _inside_arrays(self, keys: list[str], *, is_array: bool) -> KeyPath:
        """The path of a header, with the index of the last element of each array of tables."""
        path: KeyPath = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            if is_array and position == len(keys) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path: KeyPath = (*table, *self._dotted_key())
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._note(path, start, self.at)
        self._value(path)

    def _dotted_key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            keys.append(self._simple_key())
            self._skip(_BLANK)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _simple_key(self) -> str:
        if self.text[self.at] in "\"'":
            literal = self._take(_STRING)
            return str(tomllib.loads(f"key = {literal}")["key"])
        return self._take(_BARE)

    def _value(self, path: KeyPath) -> None:
        char = self.text[self.at]
        if char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        else:
            self._take(_STRING if char in "\"'" else _SCALAR)

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while self._next_item("]"):
            self._note((*path, index), self.at, self.at)
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self._next_item("}"):
            self._pair(path)

    def _next_item(self, end: str) -> bool:
        """Steps to the next item of an array or inline table; past its end when there is none."""
        self._skip(_VOID)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_VOID)
        if self.text[self.at] != end:
            return True
        self.at += 1
        return False

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:  # text that tomllib did not accept
            raise ValueError(f"not TOML at offset {self.at}")
        self.at = match.end()
        return match.group()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _note(self, path: KeyPath, key: int, value: int) -> None:
        # A table that dotted keys or deeper headers made has its first mention as its spot.
        spot = Spot(self._place(key), self._place(value))
        for length in range(1, len(path)):
            self.spots.setdefault(path[:length], spot)
        self.spots[path] = spot

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1
