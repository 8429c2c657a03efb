"""A migration that is not a file yet: its name, its SQL, and what can be said of both unread."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trueup.errors import ValidationFailed
from trueup.folder.layouts.down import section, section_findings
from trueup.folder.names import RefusedNameError, shown, slug
from trueup.model.finding import Finding, Location, error
from trueup.model.migration import Migration
from trueup.sql.source_map import SourceMap

if TYPE_CHECKING:
    from trueup.verdict.drafts import Piece, Refusal

# What errors call the SQL before it has a file of its own.
QUERY: Final = "query"
NOT_ONE_TRANSACTION: Final = "sql_not_one_transaction"
LARGEST: Final = 4 * 1024 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*")
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_KEY_LINE: Final = "-- trueup: idempotency_key="


@dataclass(frozen=True)
class Draft:
    """A migration on its way to become a file: `name` as it will be in the file's name, `text` as
    it will be in the file, `found` what the text executes. `alone`: it need not be one
    transaction."""

    name: str
    text: str
    found: tuple[Piece, ...]
    key: str | None = None
    alone: bool = False

    @property
    def migration(self) -> Migration:
        """As something to rehearse."""
        return Migration("", self.name, QUERY, self.text.encode())


def make_draft(
    name: str, query: str, *, supabase: bool, key: str | None = None, alone: bool = False
) -> Draft:
    """Checks name and SQL. Raises ValidationFailed with everything that is wrong: a name that no
    file can have, no SQL, SQL that PostgreSQL's parser can't read, SQL that is refused.

    The idempotency key stands in the file's last line, so that it is kept where the migration is
    kept and line numbers are those of the query.
    """
    from trueup.verdict.drafts import refusals_of_text

    safe = safe_name(name)
    _insist_on_key(key)
    found = read_query(query)
    _insist_on_one_way(query)
    refusals = refusals_of_text(found, supabase=supabase)
    _refuse(query, (one for one in refusals if not (alone and one.code == NOT_ONE_TRANSACTION)))
    text = query if query.endswith("\n") else f"{query}\n"
    if key:
        text += f"{_KEY_LINE}{key}\n"
    return Draft(safe, text, tuple(found), key, alone)


def _insist_on_one_way(query: str) -> None:
    part = section(query.encode(), QUERY)
    if part:
        raise ValidationFailed("the SQL was refused", problems=section_findings([part]))


def with_key(files: Iterable[Migration], key: str) -> Migration | None:
    """The migration that was made with an idempotency key."""
    line = f"{_KEY_LINE}{key}"
    return next((file for file in files if file.sql.rstrip().endswith(line)), None)


def same_call(made: Migration, draft: Draft) -> bool:
    """Whether a file has the draft's name and SQL, whatever key it was made with."""
    lines = made.sql.splitlines(keepends=True)
    if lines and lines[-1].startswith(_KEY_LINE):
        del lines[-1]
    return made.name == draft.name and "".join(lines) == draft.text


def safe_name(name: str) -> str:
    """The name as it will be in the file's name. Raises ValidationFailed.

    Only what is plainly a name becomes one: a path turned into a name would hide that somebody
    tried to leave the folder.
    """
    try:
        if _NAME.fullmatch(name):
            return slug(name)
        why = f"{shown(name[:80])!r} has other characters than letters a-z, digits, - and _"
    except RefusedNameError as refused:
        why = str(refused)
    raise ValidationFailed(
        why,
        code="migration_name_refused",
        hint="say what the migration does in snake_case: add_customer_segments",
        subject="name",
    ) from None


def _insist_on_key(key: str | None) -> None:
    if key is not None and not _KEY.fullmatch(key):
        raise ValidationFailed(
            "the idempotency key has characters that a comment in a file should not have",
            code="idempotency_key_invalid",
            hint="letters, digits and . _ : - , at most 128 of them: a UUID will do",
            subject="idempotency_key",
        )


def read_query(query: str) -> list[Piece]:
    """What the SQL executes. Raises ValidationFailed where it is no text, too long, empty, or not
    SQL (`sql_not_text`, `sql_too_large`, `sql_empty`, `sql_syntax`)."""
    from pglast.parser import ParseError

    from trueup.verdict.drafts import pieces

    _insist_on_text(query)
    try:
        found = pieces(query)
    except ParseError as problem:
        message, offset = str(problem.args[0]), problem.args[1] if len(problem.args) > 1 else 0
        raise _at(query, "sql_syntax", message, "correct the SQL", offset) from None
    except RecursionError:
        raise _at(query, "sql_too_deep", "the SQL is nested too deeply to be read", "") from None
    if not found:
        raise _at(query, "sql_empty", "the query holds no statement", "write the SQL to run")
    return found


def _insist_on_text(query: str) -> None:
    if len(query) > LARGEST:
        size = f"{len(query) // 1024} KiB; at most {LARGEST // 1024} are taken"
        hint = "write a migration file for it and run `trueup apply`"
        raise _at("", "sql_too_large", f"the query has {size}", hint)
    if "\0" in query or any("\ud800" <= char <= "\udfff" for char in query):
        raise _at("", "sql_not_text", "the query has characters that are no text", "send UTF-8")


def _refuse(query: str, refusals: Iterable[Refusal]) -> None:
    places = SourceMap(query)
    problems = [_finding(refusal, places) for refusal in refusals]
    if problems:
        raise ValidationFailed("the SQL was refused", problems=tuple(dict.fromkeys(problems)))


def _finding(refusal: Refusal, places: SourceMap) -> Finding:
    place = None if refusal.offset is None else places.locate(QUERY, refusal.offset)
    return error(refusal.code, QUERY, refusal.message, refusal.hint, place)


def refused_on_shadow(refusals: Iterable[Refusal]) -> None:
    """Raises ValidationFailed for what only the rehearsal showed."""
    _refuse("", refusals)


def _at(query: str, code: str, message: str, hint: str, offset: int | None = None) -> Exception:
    place: Location | None = None
    if offset is not None:
        place = SourceMap(query).locate(QUERY, min(max(offset, 0), max(len(query) - 1, 0)))
    return ValidationFailed(message, code=code, hint=hint, subject=QUERY, location=place)
