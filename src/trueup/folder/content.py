"""What can be wrong with the bytes of an SQL file before PostgreSQL sees them.

Pure, and said the same way of migrations and of schema.sql: each function takes `kind`
("migration" or "schema_file"), the prefix of the codes it reports.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from trueup.model import finding
from trueup.model.finding import Finding, Location

Kind = Literal["migration", "schema_file"]

BOM: Final = b"\xef\xbb\xbf"
_CONFLICT: Final = re.compile(rb"^(?:<{7}|>{7}|\|{7})(?: |\r?$)", re.MULTILINE)
# What scan.l of PostgreSQL skips before the first token; nested comments are counted below.
_SKIPPED: Final = re.compile(rb"(?:[ \t\n\r\f\v;]++|--[^\n\r]*+)*+")
_COMMENT_EDGE: Final = re.compile(rb"/\*|\*/")


def content_findings(data: bytes, kind: Kind, path: str) -> list[Finding]:
    """Everything noticed in the bytes of one file, errors first."""
    found = _unreadable_text(data, kind, path)
    if b"<<<<<<<" in data or b">>>>>>>" in data:
        found += _conflict(data, kind, path)
    if data.startswith(BOM):
        found.append(_byte_order_mark(kind, path))
    if b"\r\n" in data:
        found.append(_crlf(data, kind, path))
    return found


def _unreadable_text(data: bytes, kind: Kind, path: str) -> list[Finding]:
    encoding = [] if data.isascii() else _not_utf8(data, kind, path)
    if encoding or b"\0" not in data:
        return encoding
    line, column = place(data, data.index(0))
    return [
        finding.error(
            f"{kind}_nul",
            path,
            f"{path} has a NUL byte in line {line}; PostgreSQL's text can't hold one",
            "take it out, or restore the file from git: `git checkout -- FILE`",
            Location(path, line, column),
        )
    ]


def _not_utf8(data: bytes, kind: Kind, path: str) -> list[Finding]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as bad:
        line, column = place(data, bad.start)
        code, location = f"{kind}_not_utf8", Location(path, line, column)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            message = f"{path} is UTF-16, not UTF-8"
            hint = "save it as UTF-8: `iconv -f UTF-16 -t UTF-8 FILE`"
        else:
            message = f"{path} is not UTF-8: byte 0x{data[bad.start]:02x} in line {line}"
            hint = "save it as UTF-8; from Latin-1: `iconv -f LATIN1 -t UTF-8 FILE`"
        return [finding.error(code, path, message, hint, location)]
    return []


def _conflict(data: bytes, kind: Kind, path: str) -> list[Finding]:
    mark = _CONFLICT.search(data)
    if mark is None:
        return []
    line, column = place(data, mark.start())
    way_out = (
        "resolve the conflict by hand"
        if kind == "migration"
        else "take either side, then run `trueup dump`: the file is made anew from the migrations"
    )
    return [
        finding.error(
            f"{kind}_conflict",
            path,
            f"{path} has git's conflict markers, the first in line {line}",
            way_out,
            Location(path, line, column),
        )
    ]


def _byte_order_mark(kind: Kind, path: str) -> Finding:
    return finding.info(
        f"{kind}_bom",
        path,
        f"{path} starts with a byte order mark, which is left out when it runs",
        "save it as UTF-8 without BOM; a file that databases already ran is best left alone",
        Location(path, 1, 1),
    )


def _crlf(data: bytes, kind: Kind, path: str) -> Finding:
    line, _ = place(data, data.index(b"\r\n"))
    return finding.info(
        f"{kind}_crlf",
        path,
        f"{path} has CRLF line ends, the first in line {line}",
        "harmless for the checksum, but they reach function bodies:"
        " put `*.sql text eol=lf` into .gitattributes",
        Location(path, line),
    )


def place(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column (in characters, both from 1) of a byte offset."""
    start = data.rfind(b"\n", 0, offset) + 1
    line = data.count(b"\n", 0, start) + 1
    return line, len(data[start:offset].decode("utf-8", "replace")) + 1


def is_blank(data: bytes) -> bool:
    """Whether a file holds nothing but white space (and a byte order mark)."""
    return not data.removeprefix(BOM).strip(b" \t\n\r\f\v")


def says_nothing(data: bytes) -> bool:
    """Whether a file holds nothing but comments, white space and semicolons.

    Only what PostgreSQL's scanner skips before the first token is read here, so nothing that
    means anything (a string, a dollar quote) has to be understood.
    """
    at = len(BOM) if data.startswith(BOM) else 0
    while True:
        skipped = _SKIPPED.match(data, at)
        at = skipped.end() if skipped else at
        if at == len(data):
            return True
        if not data.startswith(b"/*", at):
            return False
        end = _end_of_comment(data, at)
        if end is None:
            return False
        at = end


def _end_of_comment(data: bytes, at: int) -> int | None:
    """The offset after the /* comment */ that starts here, None where nothing closes it; comments
    nest in PostgreSQL."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(data, at):
        depth += 1 if edge.group() == b"/*" else -1
        if depth == 0:
            return edge.end()
    return None
