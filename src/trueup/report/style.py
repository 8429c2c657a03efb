"""Colour, or none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Wraps text in ANSI colours when `colored`, else leaves it alone."""

    colored: bool = False

    def red(self, text: str) -> str:
        """For what is wrong."""
        return self._wrap("31", text)

    def green(self, text: str) -> str:
        """For what is well."""
        return self._wrap("32", text)

    def yellow(self, text: str) -> str:
        """For what deserves a look."""
        return self._wrap("33", text)

    def bold(self, text: str) -> str:
        """For names."""
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        """For what can be passed over."""
        return self._wrap("2", text)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colored else text
