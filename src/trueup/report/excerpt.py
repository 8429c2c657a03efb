"""A statement that failed, shown at its place in the file, like a compiler does.

Plain text: who wants colours paints around it.
"""

from __future__ import annotations

import unicodedata

from trueup.errors import StatementFailed
from trueup.report.safe import printable

_TAB = "    "
_WIDEST = 100
_ELLIPSIS = "…"


def failure_text(error: StatementFailed) -> str:
    """The whole failure: place and message, the lines, and everything PostgreSQL said.

    relation "nope" does not exist [statement_failed, SQLSTATE 42P01]
      --> migrations/20250101000000_a.sql:2:15
      |
    2 | SELECT 1 FROM nope;
      |               ^
      DETAIL: ...
    """
    label = f"{error.code}, SQLSTATE {error.sqlstate}" if error.sqlstate else error.code
    lines = [f"{printable(error.message)} [{label}]"]
    place = error.location
    if place is not None:
        lines.append(f"  --> {printable(str(place))}")
        if place.line is not None:
            lines.append(excerpt(error.source, place.line, place.column))
    for name, text in (
        ("DETAIL", error.detail),
        ("HINT", error.server_hint),
        ("CONTEXT", error.context),
        ("next", error.hint),
    ):
        if text:
            lines.append(f"  {name}: " + printable(text).replace("\n", "\n    "))
    for finding in error.also:
        lines.append(f"  cause: {printable(finding.message)} [{finding.code}]")
        lines.append(f"  next: {printable(finding.hint)}")
    return "\n".join(line for line in lines if line)


def excerpt(source: str, line: int, column: int | None = None) -> str:
    """A line of the source with its number, the line before it where that is not blank, and a
    caret below the column. Lines and columns count from 1, columns in characters. Empty where the
    source has no such line."""
    lines = source.split("\n")
    if not 1 <= line <= len(lines):
        return ""
    margin = " " * len(str(line))
    shown = [f"{margin} |"]
    if line > 1 and lines[line - 2].strip():
        before, _ = _window(lines[line - 2], None)
        shown.append(f"{line - 1:>{len(margin)}} | {before}")
    text, indent = _window(lines[line - 1], column)
    shown.append(f"{line} | {text}")
    if column is not None:
        shown.append(f"{margin} | {' ' * indent}^")
    return "\n".join(part.rstrip() for part in shown)


def _window(line: str, column: int | None) -> tuple[str, int]:
    """What of a long line is shown, and how many cells lie before the column."""
    cells = [_cell(char) for char in line.rstrip("\r")]
    at = min((column or 1) - 1, len(cells))
    start = max(0, at - _WIDEST // 2) if len(cells) > _WIDEST else 0
    end = start + _WIDEST
    prefix = _ELLIPSIS if start else ""
    suffix = _ELLIPSIS if end < len(cells) else ""
    before = prefix + "".join(cells[start:at])
    return f"{prefix}{''.join(cells[start:end])}{suffix}", sum(map(_width, before))


def _cell(char: str) -> str:
    return _TAB if char == "\t" else printable(char)


def _width(char: str) -> int:
    """How many cells of a terminal a character fills (https://www.unicode.org/reports/tr11/)."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
