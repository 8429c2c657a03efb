"""Sequences: free ones, those of serial columns, those of identity columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, ClassVar

from pglast import ast

from trueup.model.hazard import Hazard
from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.tables.opening import all_columns, column_key, followed, read_table
from trueup.plan.work import Work
from trueup.sql.names import listed
from trueup.sql.names import relation as named
from trueup.sql.quote import qualified, quote, standard_literal
from trueup.sql.slices import Sliced
from trueup.sql.tree import first, trees

OWNED_BY = "SEQUENCE OWNED BY"
# The words of each clause, for the value NO … has and the order ALTER SEQUENCE is written in.
_CLAUSES = ("as", "start", "increment", "minvalue", "maxvalue", "cache", "cycle")


@dataclass(frozen=True)
class Sequence:
    """A sequence's clauses as text (`START WITH 1`), and for an identity its column."""

    clauses: dict[str, str] = field(default_factory=dict)
    persistence: str = ""
    table: str = ""
    column: str = ""
    generated: str = ""
    identity: str = ""

    @property
    def is_identity(self) -> bool:
        """Whether it belongs to a column GENERATED … AS IDENTITY."""
        return bool(self.column)

    def number(self, clause: str) -> int | None:
        """A clause's number; None where it says NO or is not there."""
        words = self.clauses.get(clause, "").split()
        return int(words[-1]) if words and words[-1].lstrip("-").isdigit() else None


@lru_cache(maxsize=1 << 16)
def parse_sequence(ddl: str) -> Sequence:
    """The sequence in an archive entry of kind SEQUENCE."""
    sliced = Sliced.of(ddl)
    found = Sequence()
    for stmt in trees(ddl):
        if isinstance(stmt, ast.CreateSeqStmt):
            unlogged = stmt.sequence is not None and stmt.sequence.relpersistence == "u"
            found = Sequence(_clauses(stmt.options, sliced), "UNLOGGED" if unlogged else "LOGGED")
        elif isinstance(stmt, ast.AlterTableStmt):
            found = _altered(found, stmt, sliced)
    return found


def _altered(found: Sequence, stmt: Any, sliced: Sliced) -> Sequence:
    command = stmt.cmds[0]
    if not isinstance(command.def_, ast.Constraint):
        unlogged = command.subtype.name == "AT_SetUnLogged"
        return replace(found, persistence="UNLOGGED" if unlogged else "LOGGED")
    constraint: Any = command.def_
    relation = stmt.relation
    generated = "ALWAYS" if constraint.generated_when == "a" else "BY DEFAULT"
    brackets = sliced.parenthesised(constraint.location)
    clauses = _clauses(constraint.options, sliced)
    return Sequence(
        clauses,
        next((clause.upper() for clause in ("logged", "unlogged") if clause in clauses), ""),
        table=qualified(*named(relation)),
        column=command.name,
        generated=generated,
        identity=f"GENERATED {generated} AS IDENTITY {brackets}",
    )


def _clauses(options: Any, sliced: Sliced) -> dict[str, str]:
    """Clause name → its words; each starts where the parser says and ends at the next."""
    starts = sorted(option.location for option in options or ())
    if not starts:
        return {}
    texts = sliced.parts(starts)
    return {o.defname: " ".join(texts[o.location].split()) for o in options}


class SequenceRule(Rule):
    """Alters in place: a sequence's value is data."""

    kinds: ClassVar[tuple[str, ...]] = ("SEQUENCE",)
    space: ClassVar[str] = "relation"

    def prepare(self, element: Element, side: Side) -> None:
        """A serial's sequence stands on its table only by OWNED BY, which is its own entry."""
        if element.ddl.startswith("CREATE"):
            needs = frozenset(n for n in element.needs if n.kind not in TABLES)
            side.change(element.key, needs=needs)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = parse_sequence(old.ddl), parse_sequence(new.ddl)
        if (before.table, before.column) != (after.table, after.column):
            return None
        found: list[Statement] = []
        name = qualified(new.key.schema, new.key.name)
        changes = _changes(before, after)
        prices = hazards_of_sequence(f"{new.key.schema}.{new.key.name}", old.ddl, new.ddl)
        if after.is_identity:
            words = [c if c == _RESTART else f"SET {c}" for c in changes]
            if before.generated != after.generated:
                words.insert(0, f"SET GENERATED {after.generated}")
            target = f"ALTER TABLE {after.table} ALTER COLUMN {quote(after.column)}"
            sql = f"{target} {' '.join(words)}"
            found += statements(new, sql, *prices) if words else ()
        elif changes:
            found += statements(new, f"ALTER SEQUENCE {name} {' '.join(changes)}", *prices)
        word = _persistence_change(before, after, old, new, work)
        found += statements(new, f"ALTER SEQUENCE {name} SET {word}") if word else ()
        return Alteration(tuple(found))

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        owners = [element]
        if element.ddl.startswith("CREATE"):
            dependents = work.source.dependents(element.key)
            owners = [d for d in dependents if d.key.kind == OWNED_BY]
        for owner in owners:
            yield from sorted((n for n in owner.needs if n != element.key), reverse=True)

    def on_retype(self, element: Element, column: ObjectKey, work: Work) -> None:
        """An identity's sequence changes its type together with its column."""

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        sequence = parse_sequence(element.ddl)
        if not sequence.is_identity:
            return statements(element, element.ddl)
        column = _column_of(element)
        if column and work.comes(column) and not _from_above(column, work):
            return ()
        return (*statements(element, element.ddl), *_continued(element, sequence, column, work))

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        sequence = parse_sequence(element.ddl)
        loss = hazards.data_loss(f"where {element.key.name} stands is lost")
        if sequence.is_identity:
            column = quote(sequence.column)
            sql = f"ALTER TABLE {sequence.table} ALTER COLUMN {column} DROP IDENTITY"
            return statements(element, sql, loss)
        return statements(element, element.drop, loss)


def _persistence_change(
    before: Sequence, after: Sequence, old: Element, new: Element, work: Work
) -> str:
    """LOGGED or UNLOGGED where it must be said; an identity's follows its table's unless it was
    given one of its own."""
    was = before.persistence or _persistence_of_table(old, work.source)
    wanted = after.persistence or _persistence_of_table(new, work.goal)
    if after.is_identity:
        moved = _persistence_of_table(old, work.source) != _persistence_of_table(new, work.goal)
        was = _persistence_of_table(new, work.goal) if moved else was
    return "" if was == wanted else wanted


def _persistence_of_table(element: Element, side: Side) -> str:
    tables = (read_table(side, need) for need in element.needs)
    return next((t.persistence for t in tables if t), "").replace("permanent", "logged").upper()


def _changes(before: Sequence, after: Sequence) -> list[str]:
    changed = [c for c in _CLAUSES if before.clauses.get(c) != after.clauses.get(c)]
    if "as" in changed:
        # Bounds are told anew: those of the old type would stay.
        changed = [c for c in _CLAUSES if c in {*changed, "minvalue", "maxvalue"}]
    words = [_clause(after, c) for c in changed]
    start = before.number("start")
    low, high = _bounds(after)
    outside = start is not None and not low <= start <= high
    return [*words, _RESTART] if outside else words


def hazards_of_sequence(name: str, old: str, new: str) -> tuple[Hazard, ...]:
    """What it costs that a sequence becomes another: it starts anew where its start lies outside
    of its new bounds, and PostgreSQL refuses bounds that exclude where it stands
    (https://www.postgresql.org/docs/current/sql-altersequence.html)."""
    before, after = parse_sequence(old), parse_sequence(new)
    found: list[Hazard] = []
    if _RESTART in _changes(before, after):
        found.append(hazards.data_loss(f"where {name} stands is lost", name))
    elif _is_tighter(before, after):
        found.append(hazards.may_fail(f"{name} may stand beyond its new bounds", name))
    return tuple(found)


def _is_tighter(before: Sequence, after: Sequence) -> bool:
    (low, high), (lower, upper) = _bounds(before), _bounds(after)
    return lower > low or upper < high


def _bounds(sequence: Sequence) -> tuple[int, int]:
    """Those that are not said come from the type and the direction."""
    words = sequence.clauses.get("as", "").split()
    most = 2 ** (_BITS.get(words[-1] if words else "", 64) - 1)
    down = (sequence.number("increment") or 1) < 0
    low, high = (-most, -1) if down else (1, most - 1)
    given = sequence.number("minvalue"), sequence.number("maxvalue")
    return (low if given[0] is None else given[0], high if given[1] is None else given[1])


_BITS = {"smallint": 16, "integer": 32, "bigint": 64}
_WHOLE_NUMBERS = frozenset({"smallint", "integer", "bigint"})
_RESTART = "RESTART"
_ABSENT = {
    "as": "AS bigint",
    "minvalue": "NO MINVALUE",
    "maxvalue": "NO MAXVALUE",
    "cache": "CACHE 1",
    "cycle": "NO CYCLE",
}


def _clause(sequence: Sequence, clause: str) -> str:
    return sequence.clauses.get(clause) or _ABSENT.get(clause, "")


def _column_of(element: Element) -> ObjectKey | None:
    return next((n for n in element.needs if n.kind == "COLUMN"), None)


def _from_above(column: ObjectKey, work: Work) -> bool:
    here = work.goal[column].value
    above = followed(work, here.table)
    return any(here.column.name in all_columns(work.goal, parent) for parent in above)


def _continued(
    element: Element, sequence: Sequence, column: ObjectKey | None, work: Work
) -> Iterator[Statement]:
    """A new identity of a column that has rows goes on after the highest value in it."""
    if (
        _has_rows(element, sequence.column, column, work)
        and (sequence.number("increment") or 1) > 0
    ):
        yield from _set_to_highest(element, sequence, sequence.table, sequence.column)


def _set_to_highest(
    element: Element, sequence: Sequence, table: str, column: str
) -> tuple[Statement, ...]:
    """A value below the start is never reached, and setval refuses one below the minimum."""
    own = standard_literal(qualified(element.key.schema, element.key.name))
    highest = f"pg_catalog.max({quote(column)})"
    value = f"pg_catalog.setval({own}::pg_catalog.regclass, {highest})"
    start = sequence.number("start") or 1
    return statements(element, f"SELECT {value} FROM {table} HAVING {highest} >= {start}")


def _has_rows(element: Element, name: str, column: ObjectKey | None, work: Work) -> bool:
    """Whether the column was there before, in this table or in one that is copied into it."""
    if column is not None:
        return work.stays(column)
    tables = [need for need in element.needs if need.kind in TABLES and need in work.source]
    kept = [table for table in tables if work.stays(table) or table in work.moved_away]
    return any(name in all_columns(work.source, table) for table in kept)


def identity_clause(work: Work, table: ObjectKey, column: str) -> str:
    """`GENERATED … AS IDENTITY (…)` for a column that comes together with its identity; "" for
    any other."""
    key = column_key(table, column)
    for dependent in work.goal.dependents(key):
        if dependent.key.kind == "SEQUENCE" and work.comes(dependent.key):
            sequence = parse_sequence(dependent.ddl)
            if sequence.is_identity:
                return sequence.identity
    return ""


class OwnedByRule(Rule):
    """Which column a sequence goes with."""

    kinds: ClassVar[tuple[str, ...]] = (OWNED_BY,)

    def prepare(self, element: Element, side: Side) -> None:
        """The archive says only the sequence, not the table."""
        schema, table = listed(first(element.ddl).options[0].arg)[:2]
        keys = (ObjectKey(kind, schema, table) for kind in TABLES)
        side.add_needs(element.key, [key for key in keys if key in side])

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        return Alteration(tuple(self.create(new, work)))

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        """Sequence and table must have one owner."""
        owner = _owner_needed(element, work)
        if owner:
            name = qualified(element.key.schema, element.key.name)
            yield from statements(element, f"ALTER SEQUENCE {name} OWNER TO {owner}")
        yield from statements(element, element.ddl)
        key = ObjectKey("SEQUENCE", element.key.schema, element.key.name)
        if work.comes(key):
            sequence = parse_sequence(work.goal[key].ddl)
            yield from self._continued(element, sequence, work)

    def _continued(self, element: Element, sequence: Sequence, work: Work) -> Iterator[Statement]:
        """A new sequence of a column that has rows goes on after the highest value in it."""
        schema, table, column = listed(first(element.ddl).options[0].arg)
        key = ObjectKey("TABLE", schema, table)
        known = all_columns(work.source, key).get(column)
        is_number = known is not None and known.type in _WHOLE_NUMBERS
        if is_number and _has_rows(element, column, _column_of(element), work):
            name = qualified(schema, table)
            yield from _set_to_highest(element, sequence, name, column)

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        """A sequence that survives its column must be let go before."""
        work.replace(element.key)

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        yield ObjectKey("SEQUENCE", element.key.schema, element.key.name)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        name = qualified(element.key.schema, element.key.name)
        return statements(element, f"ALTER SEQUENCE {name} OWNED BY NONE")


def _owner_needed(element: Element, work: Work) -> str:
    """Whom to give a sequence so that it can belong to its table; "" when it has that owner."""
    sequence = ObjectKey("SEQUENCE", element.key.schema, element.key.name)
    table = next((need for need in sorted(element.needs) if need.kind in TABLES), None)
    if table is None or len(work.source.owners) < 2:
        return ""
    owned = work.source.get(table)
    if owned is None:
        return "" if work.comes(sequence) else "CURRENT_USER"
    known = work.source.get(sequence)
    return quote(owned.owner) if known is None or known.owner != owned.owner else ""


RULES = (SequenceRule(), OwnedByRule())
