"""A migration as psql would read it: SQL, meta-commands, and data for COPY.

Most files are SQL alone; `may_be_script` is the cheap test. The rest is taken apart so that the
server can be sent the SQL at unchanged offsets, with the data at hand for its COPY statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trueup.errors import StatementFailed
from trueup.sql.lexer import StatementEnd, Token, TokenKind, tokens
from trueup.sql.source_map import SourceMap
from trueup.sql.tree import kind_of, parse_one


@dataclass(frozen=True, slots=True)
class Sql:
    """Text for the server, as it stands at `offset` in the file."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Meta:
    """A meta-command of psql. `command` has no backslash; `line` counts from 1."""

    text: str
    offset: int
    command: str
    argument: str
    line: int


@dataclass(frozen=True, slots=True)
class CopyIn:
    r"""Lines for a COPY FROM STDIN.

    `text` is what the file has, `data` the same without the closing `\.` line; `statement` is the
    COPY that reads them, `relation` its table, `line` the file's line of the first data line.
    """

    text: str
    offset: int
    statement: str
    relation: str
    data: str
    line: int


Chunk = Sql | Meta | CopyIn


@dataclass(frozen=True, slots=True)
class Script:
    """A file taken apart: `sql` has the length of the file, with spaces for everything that is not
    SQL, so an offset in it is one in the file; `copies` are in the order of their statements."""

    sql: str
    copies: tuple[CopyIn, ...] = ()


# What these do never changes what runs in the database.
_PASSED_OVER = re.compile(
    r"restrict|unrestrict|echo|qecho|warn|timing|pset|unset|[aCfHtTxop?.]|html|out|print"
    r"|conninfo|copyright|errverbose|h|help|(d[A-Za-z]*|l|list|s[fv]|z)[S+x]*"
)
# psql variables that change how statements are run (psql's reference page, "Variables").
_STEERING = frozenset(("AUTOCOMMIT", "ON_ERROR_ROLLBACK", "SINGLELINE", "SINGLESTEP"))
_ADVICE = {
    "i": "put the other file's content here, or make it a migration of its own",
    "copy": "write COPY ... FROM stdin; with the data below it, ended by a line with \\.",
    "c": "a migration runs in one database: take the line out",
    "g": "end the statement with a semicolon; results can't be used, write a DO block for that",
    "if": "write a DO block with IF",
    "!": "a migration can't start programs: take the line out",
    "q": "delete what follows, and this line",
}
_LIKE = {
    **dict.fromkeys(("include", "ir", "include_relative"), "i"),
    "connect": "c",
    **dict.fromkeys(("gx", "gexec", "gset", "gdesc", "crosstabview", "watch"), "g"),
    **dict.fromkeys(("elif", "else", "endif"), "if"),
    "quit": "q",
}
# A command's words: quoted ones may hold backslashes (psqlscanslash.l).
_COMMAND = re.compile(r"\\([^\s\\]*)")
_ARGUMENTS = re.compile(r"""(?:'(?:[^'\\\n]|\\.)*'|"[^"\n]*"|`[^`\n]*`|[^\\\n])*""")
_WHOLE_LINE = re.compile(r"[^\n]*")
_TAKES_LINE = frozenset(("!", "copy", "h", "help", "sf", "sv", "ef", "ev", "w", "write"))


def may_be_script(text: str) -> bool:
    """Whether a line starts with a backslash: the cheap test before `split_script`.

    It misses a backslash further right; outside of strings and comments that is a syntax error to
    the server, so nothing runs by mistake.
    """
    return "\\" in text and (text.startswith("\\") or re.search(r"\n[ \t]*\\", text) is not None)


def read_script(text: str, path: str) -> Script:
    """What of a file goes to the server, and the data for its COPY statements.

    Raises StatementFailed `psql_command_unsupported` for a meta-command that would change what
    runs, and for a psql variable that the file sets and uses.
    """
    chunks = split_script(text)
    _check(chunks, path, SourceMap(text))
    sql = "".join(
        chunk.text if isinstance(chunk, Sql) else _blanked(chunk.text) for chunk in chunks
    )
    return Script(sql, tuple(chunk for chunk in chunks if isinstance(chunk, CopyIn)))


def split_script(text: str) -> tuple[Chunk, ...]:
    """All of a file in order: the texts of the chunks, put together, are the file."""
    return tuple(
        chunk for chunk in _Splitter(text).chunks() if chunk.text or isinstance(chunk, CopyIn)
    )


def _blanked(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))


class _Splitter:
    """Walks a file once; `done` is the end of the last chunk."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.map = SourceMap(text)
        self.done = 0
        self.begun: list[str] = []  # what earlier chunks hold of the running statement
        self.statement_start = 0

    def chunks(self) -> Iterator[Chunk]:
        end = StatementEnd()
        interrupted = True
        while interrupted:
            interrupted = False
            for token in tokens(self.text, self.done):
                if token.kind is TokenKind.BACKSLASH:
                    yield self._sql(token.start)
                    yield self._meta()
                elif not end.reached(token) or not (found := self._copy(token)):
                    continue
                else:
                    yield self._sql(self._line_end(token.end))
                    yield self._data(*found)
                interrupted = True
                break
        yield self._sql(len(self.text))

    def _sql(self, end: int) -> Sql:
        chunk = Sql(self.text[self.done : end], self.done)
        self.begun.append(self.text[max(self.done, self.statement_start) : end])
        self.done = end
        return chunk

    def _meta(self) -> Meta:
        start = self.done
        name = _COMMAND.match(self.text, start)
        assert name is not None  # noqa: S101 - a backslash is there
        command = name[1].rstrip(";")
        pattern = _WHOLE_LINE if command in _TAKES_LINE else _ARGUMENTS
        argument = pattern.match(self.text, name.end())
        assert argument is not None  # noqa: S101 - both match the empty text
        separated = self.text.startswith("\\\\", argument.end())
        self.done = argument.end() + (2 if separated else 0)
        text = self.text[start : self.done]
        return Meta(text, start, command, argument[0].strip(), self.map.place(start)[0])

    def _copy(self, semicolon: Token) -> tuple[str, str] | None:
        """The statement that ends here and its table, where it reads data from the file."""
        rest = self.text[max(self.done, self.statement_start) : semicolon.start]
        statement = "".join((*self.begun, rest)).strip()
        self.begun.clear()
        self.statement_start = semicolon.end
        relation = copies_into(statement)
        return None if relation is None else (statement, relation)

    def _data(self, statement: str, relation: str) -> CopyIn:
        """The lines from here to the one with only a backslash and a dot, or to the end."""
        start, line_start, ended = self.done, self.done, False
        while line_start < len(self.text) and not ended:
            data_end, line_start = line_start, self._line_end(line_start)
            ended = self.text[data_end:line_start].rstrip("\r\n") == "\\."
        data_end = data_end if ended else len(self.text)
        self.done = self.statement_start = line_start
        self.begun.clear()
        text, data = self.text[start:line_start], self.text[start:data_end]
        return CopyIn(text, start, statement, relation, data, self.map.place(start)[0])

    def _line_end(self, start: int) -> int:
        return self.text.find("\n", start) + 1 or len(self.text)


def copies_into(statement: str) -> str | None:
    """The table of a COPY FROM STDIN, None for any other statement."""
    if "stdin" not in statement.lower():
        return None
    tree = parse_one(statement)
    if kind_of(tree) != "CopyStmt" or not tree.is_from or tree.filename or tree.is_program:
        return None
    return str(tree.relation.relname)


def _check(chunks: Sequence[Chunk], path: str, places: SourceMap) -> None:
    """Raise for what psql would do and we would not."""
    variables: set[str] = set()
    for chunk in chunks:
        if isinstance(chunk, Meta):
            _check_command(chunk, path, places)
            _note_variable(chunk, variables)
        elif isinstance(chunk, Sql) and variables:
            _check_variables(chunk, variables, path, places)


def _check_command(meta: Meta, path: str, places: SourceMap) -> None:
    words = meta.argument.split()
    if _PASSED_OVER.fullmatch(meta.command):
        return
    if meta.command == "set" and not (words and words[0] in _STEERING):
        return
    if meta.command == "encoding" and _is_utf8(words):
        return
    advice = _ADVICE.get(_LIKE.get(meta.command, meta.command), "take the line out")
    raise StatementFailed(
        f"psql's \\{meta.command} changes what runs, and a migration can't have it",
        code="psql_command_unsupported",
        statement=meta.text.strip(),
        hint=advice,
        location=places.locate(path, meta.offset),
    )


def _is_utf8(words: Sequence[str]) -> bool:
    return not words or words[0].strip("'\"").lower().replace("-", "") in ("utf8", "unicode")


def _note_variable(meta: Meta, variables: set[str]) -> None:
    name = meta.argument.split()[:1]
    if meta.command == "set":
        variables.update(name)
    elif meta.command == "unset":
        variables.difference_update(name)


def _check_variables(chunk: Sql, variables: set[str], path: str, places: SourceMap) -> None:
    for token in tokens(chunk.text):
        if token.kind is TokenKind.VARIABLE and token.text in variables:
            raise StatementFailed(
                f"the psql variable {token.text} is used, and only psql can fill it in",
                code="psql_command_unsupported",
                statement=chunk.text[token.start : token.end],
                hint="write the value itself",
                location=places.locate(path, chunk.offset + token.start),
            )
