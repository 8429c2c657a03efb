"""What new SQL did on the shadow: judged from the schema before and after, whatever the text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from pglast.parser import ParseError

from trueup.diff.compare import Change, ChangeKind
from trueup.diff.words import display
from trueup.model.hazard import DATA_LOSS, RIGHTS, TABLE_REWRITE, UNREAD_CODE, Hazard
from trueup.model.schema import Schema
from trueup.model.table import Column, Table, parse_table
from trueup.verdict.effects.managed import is_managed_change, managed_refusal
from trueup.verdict.effects.values import Refusal

_TABLES: Final = frozenset({"TABLE", "FOREIGN TABLE"})
_HOLD_ROWS: Final = frozenset({"TABLE", "SEQUENCE", "SCHEMA"})
_PROTECTS: Final = frozenset({"POLICY", "ROW SECURITY"})
# Each reads every value of those to its left.
_WIDER: Final = (
    ("smallint", "integer", "bigint", "numeric"),
    ("real", "double precision"),
    ("character varying", "text"),
)


def hazards_of_changes(
    changes: Iterable[Change], renamed: Collection[str] = ()
) -> tuple[Hazard, ...]:
    """What is lost on the way from one schema to the other. `renamed` are tables, and columns as
    `table.column`, without schemas, that got another name on the way."""
    return tuple(
        hazard
        for change in changes
        for hazard in _hazards(change)
        if _bare(change, hazard.subject) not in renamed
    )


def _bare(change: Change, subject: str) -> str:
    return subject.removeprefix(f"{change.key.schema}.")


def refusals_of_changes(changes: Iterable[Change]) -> tuple[Refusal, ...]:
    """Changes (of the whole database) that are the platform's to make."""
    touched = (change.key for change in changes if is_managed_change(change.key))
    return tuple(managed_refusal((key.schema, key.name), None) for key in touched)


def routines(schema: Schema) -> frozenset[str]:
    """The bare names of the functions and procedures in a schema."""
    kinds = ("FUNCTION", "PROCEDURE")
    return frozenset(key.name.split("(", 1)[0].strip('"') for key in schema if key.kind in kinds)


def columns(schema: Schema) -> frozenset[tuple[str, str]]:
    """Table and column, without schemas, of every column of every table."""
    found: set[tuple[str, str]] = set()
    for key, item in schema.objects.items():
        table = _table(item.ddl) if key.kind in _TABLES else None
        found.update((key.name, name) for name in (table.columns if table else ()))
    return frozenset(found)


def _hazards(change: Change) -> Iterator[Hazard]:
    key, what = change.key, display(change.key)
    subject = ".".join(part for part in (key.schema, key.name) if part)
    if change.kind is ChangeKind.REMOVED and key.kind in _HOLD_ROWS:
        yield Hazard(DATA_LOSS, subject, f"{what} is dropped with what it holds")
    elif change.kind is ChangeKind.REMOVED and key.kind in _PROTECTS:
        yield Hazard(RIGHTS, subject, f"{what} is gone: more may be read or written than before")
    elif change.kind is ChangeKind.CHANGED and key.kind in _TABLES:
        yield from _of_table(subject, change)


def _of_table(subject: str, change: Change) -> Iterator[Hazard]:
    before, after = _table(change.before), _table(change.after)
    if before is None or after is None:
        yield Hazard(UNREAD_CODE, subject, f"what becomes of the columns of {subject} is not known")
        return
    for name, column in before.columns.items():
        now = after.columns.get(name)
        if now is None:
            yield Hazard(
                DATA_LOSS,
                f"{subject}.{name}",
                f"column {name} of {subject} is dropped with its values",
            )
        elif now.type != column.type:
            yield _retyped(f"{subject}.{name}", column, now)


def _retyped(subject: str, before: Column, after: Column) -> Hazard:
    if _only_wider(before.type, after.type):
        return Hazard(TABLE_REWRITE, subject, f"{subject}: {before.type} becomes {after.type}")
    return Hazard(
        DATA_LOSS,
        subject,
        f"{subject} is converted from {before.type} to {after.type}: values may lose by it",
    )


def _only_wider(before: str, after: str) -> bool:
    """Whether every value of the one type is one of the other. Lengths count: text without one
    takes all, a longer one takes those of a shorter."""
    old, old_size = _base(before)
    new, new_size = _base(after)
    for family in _WIDER:
        if old in family and new in family:
            enough = not new_size or (old_size and len(new_size) == 1 and new_size >= old_size)
            return family.index(old) <= family.index(new) and bool(enough)
    return False


def _base(type_name: str) -> tuple[str, tuple[int, ...]]:
    name, _, rest = type_name.replace('"', "").partition("(")
    sizes = rest.partition(")")[0]
    numbers = tuple(int(part) for part in sizes.split(",") if part.strip().isdecimal())
    return name.removeprefix("pg_catalog.").strip(), numbers


def _table(ddl: str | None) -> Table | None:
    try:
        return parse_table(ddl or "")
    except (ParseError, ValueError):
        return None
