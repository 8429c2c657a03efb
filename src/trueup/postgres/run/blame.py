"""Which statement of a file the server meant, and the error that says so."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from trueup.errors import ConnectionFailed, StatementFailed, TrueupError
from trueup.model.finding import Location
from trueup.model.history import HISTORY_NAME
from trueup.postgres.session.wire import Refusal
from trueup.sql.lexer import skip_blank
from trueup.sql.script import CopyIn, Meta, Script, may_be_script, read_script, split_script
from trueup.sql.source_map import SourceMap
from trueup.sql.statements import statement_slices
from trueup.sql.transactions import Form, begin_offset, form_of, strings_turned_off
from trueup.sql.tree import kind_of

CORRECT_IT = "correct the file and run again"
NOTHING_APPLIED = f"nothing of this file was applied; {CORRECT_IT}"


@dataclass(frozen=True, slots=True)
class Failed:
    """What the server refused of a file: the offset it meant and the statement (`part`) around it.
    Without a part it was the bookkeeping; `copy` is the COPY data that was sent last."""

    refusal: Refusal
    offset: int
    part: slice | None
    copy: CopyIn | None = None


@dataclass(frozen=True)
class SourceFile:
    """A file to run: `text` as it is, `sql` what of it the server gets (same length, so offsets
    agree), `copies` the data for its COPY statements."""

    path: str
    text: str
    sql: str
    copies: tuple[CopyIn, ...] = ()

    @classmethod
    def read(cls, text: str, path: str) -> SourceFile:
        """Raises StatementFailed for a NUL character and for what only psql could run."""
        if "\0" in text:
            raise StatementFailed(
                "the file holds a NUL character, which PostgreSQL can't read",
                code="nul_byte",
                hint="save the file as UTF-8 text (a UTF-16 file looks like this)",
                location=SourceMap(text).locate(path, text.index("\0")),
            )
        file = cls(path, text, text)
        file = file.as_script() if may_be_script(text) else file
        file.insist_on_standard_strings()
        return file

    def insist_on_standard_strings(self) -> None:
        """Raises StatementFailed where the file changes how its own strings are to be read."""
        offset = strings_turned_off(self.sql)
        if offset is not None:
            raise StatementFailed(
                "the file turns standard_conforming_strings off, which changes how the rest of it"
                " reads; a file is read as a whole",
                code="string_setting_unsupported",
                statement=self.sql[self.statement_around(offset)],
                source=self.text,
                hint="take the line out and write strings with backslashes as E'...'",
                location=self.places.locate(self.path, offset),
            )

    def as_script(self) -> SourceFile:
        """The same with psql's meta-commands and COPY data taken apart."""
        script: Script = read_script(self.text, self.path)
        return replace(self, sql=script.sql, copies=script.copies)

    def has_psql_at(self, offset: int) -> bool:
        """Whether psql would read what is there as a meta-command or as data."""
        return any(
            isinstance(chunk, Meta | CopyIn)
            and chunk.offset <= offset < chunk.offset + len(chunk.text)
            for chunk in split_script(self.text)
        )

    def without(self, part: slice) -> SourceFile:
        """The same with one statement blanked out."""
        blank = re.sub(r"[^\n]", " ", self.sql[part])
        return replace(self, sql=self.sql[: part.start] + blank + self.sql[part.stop :])

    @property
    def is_empty(self) -> bool:
        """Whether there are only comments in it."""
        return skip_blank(self.sql, 0) == len(self.sql)

    @cached_property
    def form(self) -> Form:
        """How it treats transactions."""
        return form_of(self.sql)

    @cached_property
    def slices(self) -> Sequence[slice]:
        """Where its statements are."""
        return statement_slices(self.sql)

    @cached_property
    def places(self) -> SourceMap:
        """Offsets as lines and columns."""
        return SourceMap(self.text)

    def statement_around(self, offset: int) -> slice:
        """The statement at an offset, or the last before it."""
        index = bisect_right(self.slices, offset, key=lambda part: part.start)
        return self.slices[max(index - 1, 0)] if self.slices else slice(0, 0)

    def failure(self, failed: Failed, hint: str) -> TrueupError:
        """The error for what failed."""
        if failed.part is None:
            return self.not_recorded(failed.refusal)
        refusal = failed.refusal
        location = self._data_line(failed) or self.places.locate(self.path, failed.offset)
        if refusal.lost:
            return connection_lost(f"while {self.path} ran", refusal, location)
        return StatementFailed(
            refusal.message,
            statement=self.sql[failed.part],
            sqlstate=refusal.sqlstate,
            detail=refusal.detail,
            server_hint=refusal.hint,
            context=refusal.context,
            source=self.text,
            hint=hint,
            location=location,
        )

    def _data_line(self, failed: Failed) -> Location | None:
        """The line of COPY data that the server's CONTEXT counts, as a line of the file."""
        copy = failed.copy
        if copy is None or self.statement_around(copy.offset) != failed.part:
            return None
        counted = rf"^COPY {re.escape(copy.relation)}, \D*(\d+)"
        told = re.search(counted, failed.refusal.context, re.MULTILINE)
        return Location(self.path, copy.line + int(told[1]) - 1) if told else None

    def left_open(self) -> StatementFailed:
        """The error for a transaction that the file begins and does not end."""
        offset = self.form.begin
        offset = begin_offset(self.sql) if offset is None else offset
        return StatementFailed(
            "this transaction is never committed",
            code="transaction_left_open",
            statement=self.sql[self.statement_around(offset or 0)],
            source=self.text,
            hint="end the file with COMMIT, or take BEGIN out: each file is a transaction anyway",
            location=Location(self.path)
            if offset is None
            else self.places.locate(self.path, offset),
        )

    def not_recorded(self, refusal: Refusal) -> TrueupError:
        """The error for history that could not be written."""
        if refusal.lost:
            return connection_lost(f"while {self.path} ran", refusal, Location(self.path))
        return StatementFailed(
            f"the history of migrations could not be written: {refusal.message}",
            code="bookkeeping_failed",
            sqlstate=refusal.sqlstate,
            detail=refusal.detail,
            server_hint=refusal.hint,
            context=refusal.context,
            hint=f"the role needs SELECT, INSERT and UPDATE on the table {HISTORY_NAME}",
            location=Location(self.path),
        )


# A string that the file leaves open takes in what we append, and PostgreSQL quotes all of it
# (scanner_yyerror in src/backend/parser/scan.l).
_NEAR = ' at or near "'
_OURS_BEGINS = 20


@dataclass(frozen=True, slots=True)
class Query:
    """A file as one query, with SQL of ours put in: before its COMMIT, else at its end."""

    file: SourceFile
    ours: str

    @property
    def cut(self) -> int:
        """The offset at which ours is put in."""
        end = self.file.form.end
        return len(self.file.sql) if end is None else end

    @property
    def sql(self) -> str:
        """All of it."""
        return f"{self.file.sql[: self.cut]}{self.ours}{self.file.sql[self.cut :]}"

    def blame(
        self, completed: int, refusal: Refusal, copy: CopyIn | None, counts_bytes: bool
    ) -> Failed:
        """What failed after so many statements of the query had completed."""
        offset = self._offset_told(refusal, counts_bytes)
        if not completed and offset is not None:
            return self._parsed(refusal, offset)
        slices = self.file.slices
        before = sum(part.start < self.cut for part in slices)
        if completed >= before:
            return self._at_end(refusal, completed == before)
        part = slices[completed]
        inside = offset is not None and part.start <= offset <= part.stop
        return Failed(refusal, offset if inside and offset else part.start, part, copy)

    def _offset_told(self, refusal: Refusal, counts_bytes: bool) -> int | None:
        """The server's position as an offset in the file; one in our part counts as its start."""
        at = character_offset(self.sql, refusal, counts_bytes)
        if at is None or at < self.cut:
            return at
        return max(self.cut, at - len(self.ours))

    def _parsed(self, refusal: Refusal, offset: int) -> Failed:
        """For an error before the first statement has completed: most are syntax errors, and those
        may be anywhere in the file."""
        if is_syntax_error(refusal) and offset >= self.cut:
            refusal = replace(refusal, message="syntax error at end of input")
            offset = max(len(self.file.sql[: self.cut].rstrip()) - 1, 0)
        elif self.ours[:_OURS_BEGINS] in refusal.message:
            refusal = replace(refusal, message=refusal.message.split(_NEAR, 1)[0])
        return Failed(refusal, offset, self.file.statement_around(offset))

    def _at_end(self, refusal: Refusal, deferred: bool) -> Failed:
        """For an error after the file's last statement: a deferred constraint, the transaction as
        a whole (class 40), or else our bookkeeping."""
        if not deferred and not refusal.sqlstate.startswith("40"):
            return Failed(refusal, 0, None)
        offset = self.file.slices[-1].start if self.file.slices else 0
        return Failed(refusal, offset, self.file.statement_around(offset))


def character_offset(sql: str, refusal: Refusal, counts_bytes: bool) -> int | None:
    """The server's position, which counts from 1, as an offset in the text it was sent."""
    if refusal.position is None:
        return None
    offset = refusal.position - 1
    return len(sql.encode()[:offset].decode(errors="ignore")) if counts_bytes else offset


def is_syntax_error(refusal: Refusal) -> bool:
    """Whether the parser refused the text; nothing of a query has run then."""
    return refusal.sqlstate == "42601"


def must_run_alone(refusal: Refusal, tree: Any) -> bool:
    """Whether PostgreSQL refused a statement only because it was in a transaction.

    25001 active_sql_transaction: VACUUM, CREATE INDEX CONCURRENTLY and others; inside a function
    (then there is a CONTEXT) they never work. 55P04: a new enum value, usable once committed.
    2D000: a procedure or DO block that commits.
    """
    return (
        (refusal.sqlstate == "25001" and not refusal.context)
        or refusal.sqlstate == "55P04"
        or (refusal.sqlstate == "2D000" and kind_of(tree) in ("CallStmt", "DoStmt"))
    )


def needless(refusal: Refusal, tree: Any) -> str | None:
    """A remark where the refused statement asks for what is so already, else None.

    pg_dump writes both of these into plain dumps, and so they stand in baselines: CREATE SCHEMA
    public (with --schema), which every new database has, and, from 17 on, SET transaction_timeout
    = 0, which older servers don't know and so don't have.
    """
    if refusal.sqlstate == "42P06" and _creates_public(tree):
        return "NOTICE: CREATE SCHEMA public was passed over: the schema is there already"
    if refusal.sqlstate == "42704" and _clears_transaction_timeout(tree):
        return "NOTICE: SET transaction_timeout = 0 was passed over: this server has no such limit"
    return None


def _creates_public(tree: Any) -> bool:
    return (
        kind_of(tree) == "CreateSchemaStmt"
        and tree.schemaname == "public"
        and not (tree.if_not_exists or tree.authrole or tree.schemaElts)
    )


def _clears_transaction_timeout(tree: Any) -> bool:
    if kind_of(tree) != "VariableSetStmt" or tree.name != "transaction_timeout":
        return False
    values = [getattr(value.val, "ival", None) for value in tree.args or ()]
    return values == [0]


def connection_lost(
    when: str, refusal: Refusal, location: Location | None = None
) -> ConnectionFailed:
    """The error for a connection that went away."""
    reason = refusal.message.split("\n", 1)[0]
    return ConnectionFailed(
        f"the connection to the database was lost {when}: {reason}",
        code="connection_lost",
        hint="run `trueup status`: it tells what was applied and what was not",
        location=location,
    )
