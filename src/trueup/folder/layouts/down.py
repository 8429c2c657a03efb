"""Files of other tools that hold a way down: where, and what to say of it.

A Down line counts where it is a comment to PostgreSQL, and anywhere in a file that has the same
tool's Up line: those tools read lines, not SQL, so they would divide the file there. What follows
it must be more than comments, or nothing of it would run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from trueup.errors import StatementFailed
from trueup.folder.content import says_nothing
from trueup.folder.layouts.signs import (
    SECTIONS,
    SectionSign,
    down_file_tool,
    has_twin,
    may_have_down,
)
from trueup.folder.names import some
from trueup.model import finding
from trueup.model.finding import Finding, Location
from trueup.model.migration import Migration
from trueup.sql.lexer import line_comments
from trueup.sql.script import may_be_script, read_script
from trueup.sql.source_map import SourceMap

# Before the tools' own patterns, which are slower together: all of them begin with two dashes.
_IN_A_COMMENT = re.compile(rb"--[^\n]*?(?i:down|@undo)|drop below")


@dataclass(frozen=True, slots=True)
class DownPart:
    """A place where the way down begins: the tool, and where."""

    tool: str
    place: Location


def section(content: bytes, path: str) -> DownPart | None:
    """The first Down part of a file in UTF-8 that a replay would run, None for none."""
    if not (may_have_down(content) and _IN_A_COMMENT.search(content)):
        return None
    text = content.decode("utf-8-sig")
    found = [at for sign in SECTIONS for at in _live(text, sign, path)]
    if not found:
        return None
    offset, sign = min(found, key=lambda pair: pair[0])
    return DownPart(sign.tool, Location(path, SourceMap(text).place(offset)[0]))


def _live(text: str, sign: SectionSign, path: str) -> Iterator[tuple[int, SectionSign]]:
    """Where the sign's Down parts begin that are more than comments."""
    downs = list(_pattern(sign.down).finditer(text))
    if not downs:
        return
    comments = _comments(text, path)
    ups = [_dash(up) for up in _pattern(sign.up).finditer(text)] if sign.up else []
    own = any(_within(comments, at) for at in ups)
    for down in downs:
        counts = own or (not sign.needs_up and _within(comments, _dash(down)))
        begins = text.find("\n", down.end()) + 1 or len(text)
        ends = next((at for at in ups if at >= begins), len(text))
        if counts and not says_nothing(text[begins:ends].encode()):
            yield _dash(down), sign


def _dash(line: re.Match[str]) -> int:
    return line.start() + line[0].index("-")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE)


def _comments(text: str, path: str) -> Sequence[slice]:
    try:
        sql = read_script(text, path).sql if may_be_script(text) else text
    except StatementFailed:  # a command of psql that a replay refuses by name
        sql = text
    return tuple(line_comments(sql))


def _within(comments: Sequence[slice], offset: int) -> bool:
    """Whether an offset is in one of the comments."""
    return any(comment.start <= offset < comment.stop for comment in comments)


def section_findings(parts: Iterable[DownPart]) -> list[Finding]:
    """One finding a tool for all Down parts of files."""
    places: dict[str, list[Location]] = {}
    for part in parts:
        places.setdefault(part.tool, []).append(part.place)
    return [_sections(tool, found) for tool, found in places.items()]


def _sections(tool: str, places: Sequence[Location]) -> Finding:
    have = "1 file has" if len(places) == 1 else f"{len(places)} files have"
    return finding.error(
        "migration_down_section",
        tool,
        f"{have} a Down part of {tool}'s, which would run right after the Up part:"
        f" {some([str(place) for place in places])}",
        "trueup runs a file whole and has no down migrations: give it a folder of its own"
        " (`migrations_dir`) with the Up parts alone, or one that `trueup baseline` starts from"
        f" the database; {tool} keeps this one",
        places[0],
    )


def whose_way_down(name: str, names: Collection[str]) -> str | None:
    """The tool whose down migration a file is as a whole, "" where only a file beside it tells,
    None for any other file. `names` are those of the folder."""
    return down_file_tool(name) or ("" if has_twin(name, names) else None)


def way_down(files: Sequence[Migration]) -> list[Finding]:
    """Everything about ways down in files that lie in one folder."""
    names = {file.file_name for file in files}
    wholes: dict[str, list[str]] = {}
    for file in files:
        tool = whose_way_down(file.file_name, names)
        if tool is not None:
            wholes.setdefault(tool, []).append(file.path)
    parts = filter(None, (section(file.content, file.path) for file in files))
    return [*section_findings(parts), *(file_finding(*whole) for whole in wholes.items())]


def file_finding(tool: str, paths: Sequence[str]) -> Finding:
    """All files that are a way down as a whole, by the name that a tool gives them ("" where it is
    only the file beside it that tells)."""
    count = len(paths)
    are = "1 file is a down migration" if count == 1 else f"{count} files are down migrations"
    whose = f" ({tool})" if tool else ""
    return finding.error(
        "migration_down_file",
        tool or paths[0],
        f"{are}{whose}, and would run like any other file: {some(paths)}",
        "trueup has no down migrations: move these files out, or, where another tool needs them"
        " here, give trueup a folder of its own (`migrations_dir`) with the others alone",
        Location(paths[0]),
    )
