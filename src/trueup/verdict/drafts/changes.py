"""What new SQL did on the shadow: judged from the schema before and after, whatever the text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pglast.parser import ParseError

from trueup.diff.compare import Change, ChangeKind
from trueup.diff.types import (
    Types,
    change_of_type,
    dependents_in,
    exchange_of_type,
    hazards_of,
    hazards_of_definition,
    read_type,
    tables_holding,
)
from trueup.diff.words import display
from trueup.model.hazard import (
    DATA_LOSS,
    MAY_FAIL,
    RIGHTS,
    TABLE_REWRITE,
    UNREAD_CODE,
    Hazard,
)
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey, Schema
from trueup.plan.rules.sequences import hazards_of_sequence
from trueup.sql.table import Column, Table, parse_table
from trueup.sql.type_body import Composite, parse_type
from trueup.verdict.drafts.managed import is_managed_change, managed_refusal
from trueup.verdict.drafts.using import Using, does_the_same
from trueup.verdict.drafts.values import Refusal

_TYPES: Final = frozenset({"TYPE", "DOMAIN"})
_HOLD_ROWS: Final = frozenset({"TABLE", "SEQUENCE", "SCHEMA", "EXTENSION"})
_PROTECTS: Final = frozenset({"POLICY", "ROW SECURITY"})


@dataclass(frozen=True)
class Rehearsal:
    """The schema before and after new SQL ran on the shadow, and what its text says about it:
    `renamed` are tables, and columns as `table.column`, without schemas, that get another name;
    `usings` say how values get another type."""

    before: Schema
    after: Schema
    renamed: Collection[str] = ()
    usings: Sequence[Using] = ()

    @cached_property
    def types(self) -> tuple[Types, Types]:
        """The types of both."""
        return Types(self.before), Types(self.after)

    @cached_property
    def dependents(self) -> Callable[[ObjectKey], Iterable[ObjectKey]]:
        """What stands on an object before."""
        return dependents_in(self.before)


def hazards_of_changes(changes: Iterable[Change], rehearsal: Rehearsal) -> tuple[Hazard, ...]:
    """What is lost on the way from one schema to the other."""
    found = tuple(
        hazard
        for change in changes
        for hazard in _hazards(change, rehearsal)
        if _bare(change, hazard.subject) not in rehearsal.renamed
    )
    return (*found, *_computed(rehearsal))


def _computed(rehearsal: Rehearsal) -> Iterator[Hazard]:
    """Values that USING makes in a way of its own."""
    for using in rehearsal.usings:
        if not _is_plain(using, rehearsal):
            made = f"values of {using.subject} become what USING makes of them"
            yield Hazard(DATA_LOSS, using.subject, made)
            yield Hazard(MAY_FAIL, using.subject, f"USING may refuse values of {using.subject}")


def _is_plain(using: Using, rehearsal: Rehearsal) -> bool:
    """Whether a USING only says what the change of type does anyway."""
    schema, _, name = using.table.rpartition(".")
    key = ObjectKey("TABLE", schema or "public", name)
    old, new = (_table(side.ddl(key)) for side in (rehearsal.before, rehearsal.after))
    before = old.columns.get(using.column) if old else None
    after = new.columns.get(using.column) if new else None
    if before is None or after is None or not before.type or not after.type:
        # What this text makes itself, unless it is an old thing under a new name.
        return before is None and new is not None and not rehearsal.renamed
    types, (here, there) = (before.type, after.type), rehearsal.types
    way = exchange_of_type if types[0] == types[1] else change_of_type
    change = way(*types, here, there)
    source = here.resolved(read_type(types[0])).type
    target = there.resolved(read_type(types[1])).type
    return does_the_same(using, change, source, target)


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
        table = _table(item.ddl) if key.kind in TABLES else None
        found.update((key.name, name) for name in (table.columns if table else ()))
    return frozenset(found)


def computed_columns(schema: Schema) -> frozenset[tuple[str, str]]:
    """Table and column, without schemas, of generated columns, and of attributes of types that no
    table has: they hold no values of their own. One whose name a column with values has too, in
    another schema, is none of them."""
    dependents = dependents_in(schema)
    found: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for key, item in schema.objects.items():
        table = _table(item.ddl) if key.kind in TABLES else None
        for column in table.columns.values() if table else ():
            found[bool(column.generated)].add((key.name, column.name))
        body = parse_type(item.ddl) if key.kind == "TYPE" else None
        if isinstance(body, Composite):
            unused = not tables_holding(key, dependents)
            found[unused].update((key.name, name) for name in body.attributes)
    return frozenset(found[True] - found[False])


def _hazards(change: Change, rehearsal: Rehearsal) -> Iterator[Hazard]:
    key, what = change.key, display(change.key)
    subject = ".".join(part for part in (key.schema, key.name) if part)
    if change.kind is ChangeKind.REMOVED and key.kind in _HOLD_ROWS:
        yield Hazard(DATA_LOSS, subject, f"{what} is dropped with what it holds")
    elif change.kind is ChangeKind.REMOVED and key.kind in _PROTECTS:
        yield Hazard(RIGHTS, subject, f"{what} is gone: more may be read or written than before")
    elif change.kind is ChangeKind.CHANGED and key.kind in TABLES:
        yield from _of_table(subject, change, rehearsal)
    elif change.kind is ChangeKind.CHANGED and key.kind in _TYPES:
        tables = tables_holding(key, rehearsal.dependents)
        yield from hazards_of_definition(key, *rehearsal.types, tables)
    elif change.kind is ChangeKind.CHANGED and key.kind == "SEQUENCE":
        yield from hazards_of_sequence(subject, change.before or "", change.after or "")


def _of_table(subject: str, change: Change, rehearsal: Rehearsal) -> Iterator[Hazard]:
    before, after = _table(change.before), _table(change.after)
    if before is None or after is None:
        yield Hazard(UNREAD_CODE, subject, f"what becomes of the columns of {subject} is not known")
        return
    for name, column in before.columns.items():
        now = after.columns.get(name)
        if now is None:
            yield from _dropped(f"{subject}.{name}", column)
        elif now.type != column.type and now.type and column.type:
            yield from _retyped(f"{subject}.{name}", column, now, rehearsal)


def _dropped(subject: str, column: Column) -> Iterator[Hazard]:
    """What is computed, or comes from a parent, goes with nothing of its own."""
    if column.type and not column.generated:
        table, _, name = subject.rpartition(".")
        yield Hazard(DATA_LOSS, subject, f"column {name} of {table} is dropped with its values")


def _retyped(subject: str, before: Column, after: Column, rehearsal: Rehearsal) -> Iterator[Hazard]:
    if after.generated:
        yield Hazard(TABLE_REWRITE, subject, f"the values of {subject} are computed anew")
        return
    change = change_of_type(before.type, after.type, *rehearsal.types)
    yield from hazards_of(change, subject, after.type)


def _table(ddl: str | None) -> Table | None:
    try:
        return parse_table(ddl or "")
    except (ParseError, ValueError):
        return None
