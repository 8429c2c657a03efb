"""A string, a quoted name or a comment that a file opens and never closes.

PostgreSQL refuses such a file (https://www.postgresql.org/docs/current/sql-syntax-lexical.html),
but what follows it in the same query would be taken into it first, ours included, and a file with
nothing else in it would pass for one of comments. Nearly every file is told whole by one match of
a pattern; only the rest is read as psql would read it.
"""

from __future__ import annotations

import re
from typing import Final

from trueup.errors import StatementFailed
from trueup.model import finding
from trueup.model.finding import Finding, Location
from trueup.sql.lexer import never_closed
from trueup.sql.script import may_be_script, read_script
from trueup.sql.source_map import SourceMap

_PART: Final = rb"[a-zA-Z0-9_$\x80-\xff]"  # of a word: what precedes may be one, as in name$1
# Runs of whole strings, names, comments (not nested ones), and of whatever is none of these. An E
# before a string makes backslashes count in it, where it is a word by itself. What is rare and
# takes more to tell (a string that goes on in the next line, $ after a digit) is no match.
_WHOLE: Final = re.compile(
    rb"""(?:
      [^'"$/\-]++
    | -- [^\n\r]*+
    | (?: (?<! [eE] ) | (?<= PART [eE] ) ) ' [^']*+ '
    | (?<= [eE] ) (?<! PART [eE] ) ' (?: [^'\\]++ | \\. | '' )*+ ' (?! \s*+ (?: ' | -- ) )
    | " [^"]*+ "
    | (?<! PART ) \$ (?P<tag> (?: [A-Za-z_\x80-\xff] [A-Za-z0-9_\x80-\xff]*+ )? ) \$
        .*? \$ (?P=tag) \$
    | (?<= [a-zA-Z_\x80-\xff] ) \$
    | \$ (?! [A-Za-z_$\x80-\xff] )
    | - (?! - ) | / (?! \* )
    | /\* [^*/]*+ (?: \* (?! / ) [^*/]*+ | / (?! \* ) [^*/]*+ )*+ \*/
    )*+""".replace(b"PART", _PART),
    re.VERBOSE | re.DOTALL,
)


def unclosed_findings(data: bytes, path: str) -> list[Finding]:
    """What the UTF-8 file leaves open, if anything. Files that psql's rules or a server's own
    settings could read otherwise are left for PostgreSQL to judge, which sees all of them."""
    if _is_whole(data):
        return []
    text = data.decode("utf-8-sig")
    offset = _still_open(text, path)
    if offset is None:
        return []
    line, column = SourceMap(text).place(offset)
    kind, opening, closing = _marks(text, offset)
    return [
        finding.error(
            "migration_unclosed",
            path,
            f"{path} ends inside {kind} that line {line} opens with {opening} and nothing closes",
            f"close it with {closing} where it should end; PostgreSQL refuses the file as it is",
            Location(path, line, column),
        )
    ]


def _is_whole(data: bytes) -> bool:
    match = _WHOLE.match(data)
    return match is not None and match.end() == len(data)


def _still_open(text: str, path: str) -> int | None:
    try:
        sql = read_script(text, path).sql if may_be_script(text) else text
    except StatementFailed:  # a command of psql that a replay refuses by name
        return None
    offset = never_closed(sql)
    # With standard_conforming_strings off, which a role or a database may have, \' closes nothing.
    if offset is not None and sql[offset] == "'" and "\\'" in sql:
        return None
    return offset


def _marks(text: str, offset: int) -> tuple[str, str, str]:
    """What stands at the offset, what opens it and what would close it."""
    mark = text[offset]
    if mark == "/":
        return "a comment", "/*", "*/"
    if mark == '"':
        return "a quoted name", mark, mark
    if mark == "$":
        tag = text[offset : text.index("$", offset + 1) + 1]
        return "a string", tag, tag
    return "a string", text[offset : offset + (1 if mark == "'" else 2)], "'"
