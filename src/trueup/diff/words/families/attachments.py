"""Words for partitions: what is attached to what."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Facts, Value, phrases
from trueup.diff.words.family import Family, either_of
from trueup.diff.words.text import plain, short
from trueup.diff.words.tree import Entry, relation
from trueup.sql.clauses import after


def words(before: str | None, after_: str | None) -> list[str]:
    """`attached to public.p FOR VALUES IN (1)`."""
    if before and after_:
        return phrases(_facts(before), _facts(after_))
    verb, there = ("attached to", after_) if after_ else ("detached from", before)
    return [f"{verb} {short(' '.join(_texts(there or '')))}".strip()]


def _facts(ddl: str) -> Facts:
    parent, bounds = _texts(ddl)
    return {"parent": Value(parent), "bounds": Value(bounds)}


def _texts(ddl: str) -> tuple[str, str]:
    """The parent, and the bounds as written after the partition's name."""
    tree: Any
    tree, text = Entry.of(ddl).first(ast.AlterTableStmt)
    values = after(text, "VALUES")
    default = "DEFAULT" if after(text, "PARTITION").endswith("DEFAULT") else ""
    return relation(tree.relation), f"FOR VALUES {plain(values)}" if values else default


WORDS: Family = {
    "INDEX ATTACH": either_of(words),
    "TABLE ATTACH": either_of(words),
}
