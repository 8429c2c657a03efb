"""Entries that hold more than the statement that makes the object.

pg_dump appends to an index or a constraint what else is known of it: CLUSTER ON, REPLICA IDENTITY
USING INDEX, statistics of an index's expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pglast.enums import AlterTableType

from trueup.model.kinds import INDEXABLE
from trueup.model.schema import ObjectKey
from trueup.plan.element import Element
from trueup.plan.options import reloption_changes
from trueup.plan.rule import statements
from trueup.plan.statements import Statement
from trueup.plan.tables.opening import read_table
from trueup.plan.work import Work
from trueup.sql.names import relation as named
from trueup.sql.quote import qualified
from trueup.sql.slices import Sliced
from trueup.sql.statements import split
from trueup.sql.tree import first

CLUSTER, REPLICA, STATISTICS, OTHER = "cluster", "replica identity", "statistics", "other"
_TAILS = {
    AlterTableType.AT_ClusterOn: CLUSTER,
    AlterTableType.AT_ReplicaIdentity: REPLICA,
    AlterTableType.AT_SetStatistics: STATISTICS,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry's own statement, cut at its storage parameters, and its tails by what they say."""

    main: str
    options: tuple[str, ...]
    tails: tuple[tuple[str, str], ...]
    relation: tuple[str, str]
    constraint: str = ""

    def tail(self, kind: str) -> str:
        """The first tail of a kind, "" without one."""
        return next((text for known, text in self.tails if known == kind), "")


@lru_cache(maxsize=1 << 16)
def read_entry(ddl: str) -> Entry:
    """An INDEX or CONSTRAINT entry. Raises pglast.parser.ParseError when it can't be read."""
    main, relation, constraint = "", ("", ""), ""
    options: list[str] = []
    tails: list[tuple[str, str]] = []
    for text in split(ddl):
        stmt: Any = first(text)
        made = _made(stmt)
        if made is not None:
            relation = named(stmt.relation)
            constraint = made
            main, options = _without_options(text)
        else:
            tails.append((_tail_kind(stmt), text))
    return Entry(main, tuple(options), tuple(tails), relation, constraint)


def _made(stmt: Any) -> str | None:
    """The name of the constraint or index that a statement makes; None for a tail."""
    if type(stmt).__name__ == "IndexStmt":
        return str(stmt.idxname)
    if type(stmt).__name__ == "AlterTableStmt" and len(stmt.cmds) == 1:
        added = stmt.cmds[0].def_
        if type(added).__name__ == "Constraint":
            return str(added.conname)
    return None


def _tail_kind(stmt: Any) -> str:
    if type(stmt).__name__ != "AlterTableStmt":
        return OTHER
    return _TAILS.get(stmt.cmds[0].subtype, OTHER)


def _without_options(text: str) -> tuple[str, list[str]]:
    """Cuts `WITH (…)` out of an index or constraint, and gives what stood in it."""
    sliced = Sliced.of(text)
    depth = 0
    for index, token in enumerate(sliced.tokens):
        depth += (token.name == "ASCII_40") - (token.name == "ASCII_41")
        following = sliced.tokens[index + 1] if index + 1 < len(sliced.tokens) else None
        if depth == 0 and token.name == "WITH" and following and following.name == "ASCII_40":
            brackets = sliced.parenthesised(token.start)
            rest = text[following.start + len(brackets) :]
            return text[: token.start].rstrip() + rest, _items(sliced, following.start, brackets)
    return text, []


def _items(sliced: Sliced, start: int, brackets: str) -> list[str]:
    found: list[str] = []
    at, end = start + 1, start + len(brackets) - 1
    while at < end:
        item = sliced.element(next(t.start for t in sliced.tokens if t.start >= at))
        found.append(item.strip())
        at = sliced.text.index(item, at) + len(item) + 1
    return found


def entry_changes(old: Element, new: Element, work: Work) -> tuple[Statement, ...] | None:
    """The statements that lead from one entry to another of the same main statement; None where
    the main statements differ."""
    before, after = read_entry(old.ddl), read_entry(new.ddl)
    if before.main != after.main or _others(before) != _others(after):
        return None
    index = qualified(new.key.schema, after.constraint)
    found: list[Statement] = []
    for change in reloption_changes(before.options, after.options):
        found += statements(new, f"ALTER INDEX {index} {change}")
    found += _tail_changes(before, after, new, work)
    return tuple(found)


def _others(entry: Entry) -> list[str]:
    return [text for kind, text in entry.tails if kind == OTHER]


def _tail_changes(before: Entry, after: Entry, new: Element, work: Work) -> Iterator[Statement]:
    for kind, text in before.tails:
        gone = (kind, text) not in after.tails
        if gone and kind == STATISTICS:
            yield from statements(new, text.rpartition(" ")[0] + " -1")
        elif gone and not after.tail(kind):
            yield from reset_tail(kind, after.relation, new, work)
    for kind, text in after.tails:
        if (kind, text) not in before.tails:
            yield from statements(new, text)


def reset_tail(
    kind: str, relation: tuple[str, str], element: Element, work: Work
) -> tuple[Statement, ...]:
    """Takes back what a tail said about the table, unless the goal says something else there."""
    name = qualified(relation[0], relation[1])
    for table in (ObjectKey(kind, *relation) for kind in INDEXABLE):
        if table not in work.goal or not work.stays(table):
            continue
        if _says_otherwise(kind, table, work):
            return ()
        if kind == CLUSTER:
            return statements(element, f"ALTER TABLE {name} SET WITHOUT CLUSTER")
        if kind == REPLICA:
            return statements(element, f"ALTER TABLE ONLY {name} REPLICA IDENTITY DEFAULT")
    return ()


def _says_otherwise(kind: str, table: ObjectKey, work: Work) -> bool:
    whole = read_table(work.goal, table)
    if kind == REPLICA and whole and whole.replica_identity:
        return True
    return any(
        read_entry(dependent.ddl).tail(kind)
        for dependent in work.goal.dependents(table)
        if dependent.key.kind in ("INDEX", "CONSTRAINT")
    )
