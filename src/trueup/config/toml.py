"""Reading a TOML file, with a place for whatever is wrong in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trueup.model import finding
from trueup.model.finding import Finding, Location

if TYPE_CHECKING:
    from trueup.config.keys import KeyPath, Spot

_PLACE: Final = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"


@dataclass(frozen=True)
class TomlFile:
    """A TOML file that was read: its table, its text, and its name in messages."""

    path: Path
    shown: str
    text: str
    table: dict[str, Any]

    @cached_property
    def spots(self) -> dict[KeyPath, Spot]:
        """Where each key stands; worked out only when something is to be said about one."""
        from trueup.config.keys import locate

        return locate(self.text)

    def key_location(self, path: KeyPath) -> Location:
        """The place of a key, or of the nearest table around it."""
        while path and path not in self.spots:
            path = path[:-1]
        spot = self.spots.get(path)
        return Location(self.shown, *spot.key) if spot else Location(self.shown)

    def value_location(self, path: KeyPath) -> Location:
        """The place of a key's value."""
        spot = self.spots.get(path)
        return Location(self.shown, *spot.value) if spot else self.key_location(path)


def read_toml(path: Path, shown: str) -> TomlFile | Finding:
    """The file, or the finding that says why it can't be read. Never raises."""
    import tomllib  # not needed where a project has no file at all

    try:
        data = path.read_bytes()
    except OSError as problem:
        return _unreadable(problem, shown)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as bad:
        return _not_utf8(data, bad.start, shown)
    try:
        return TomlFile(path, shown, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as bad_toml:
        return _syntax(str(bad_toml), text, shown)


def _unreadable(problem: OSError, shown: str) -> Finding:
    reason = (problem.strerror or str(problem)).lower()
    return finding.error(
        "config_missing" if isinstance(problem, FileNotFoundError) else "config_unreadable",
        shown,
        f"{shown} can't be read: {reason}",
        f"check it with `ls -l {shown}`",
        Location(shown),
    )


def _not_utf8(data: bytes, offset: int, shown: str) -> Finding:
    line = data.count(b"\n", 0, offset) + 1
    column = offset - data.rfind(b"\n", 0, offset)
    return finding.error(
        "config_not_utf8",
        shown,
        f"{shown} is not UTF-8: byte 0x{data[offset]:02x} in line {line}",
        "save it as UTF-8",
        Location(shown, line, column),
    )


def _syntax(message: str, text: str, shown: str) -> Finding:
    place = re.search(_PLACE, message)
    line = column = None
    if place and place[1]:
        line, column = int(place[1]), int(place[2])
    elif place:
        lines = text.split("\n")
        line, column = len(lines), len(lines[-1]) + 1
    fact = message[: place.start()] if place else message
    return finding.error(
        "config_syntax",
        shown,
        f"{shown} is not valid TOML: {fact[:1].lower()}{fact[1:]}",
        'text needs quotes ("…"), lists brackets ([…]); see https://toml.io',
        Location(shown, line, column),
    )
