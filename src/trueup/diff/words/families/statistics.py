"""Words for extended statistics."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Facts, Members, Value, values
from trueup.diff.words.family import Family, facts_of
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, relation
from trueup.sql.clauses import clauses, elements
from trueup.sql.tree import constant


def facts(ddl: str) -> Facts:
    """Kinds, columns, table and statistics target."""
    entry = Entry.of(ddl)
    tree: Any
    tree, text = entry.first(ast.CreateStatsStmt)
    columns = clauses(text, "ON", "FROM").get("ON", "")
    found: Facts = {
        # Without a list, all kinds are meant.
        "kind": Members(tuple(constant(kind) for kind in tree.stat_types or ()) or _ALL),
        "column": Members(tuple(map(plain, elements(columns)))),
        "statistics target": Value("the default"),
    }
    found |= values(table=relation(tree.relations[0]))
    alter: Any
    for alter, _ in entry.all(ast.AlterStatsStmt):
        found["statistics target"] = Value(constant(alter.stxstattarget))
    return found


_ALL = ("ndistinct", "dependencies", "mcv")


WORDS: Family = {
    "STATISTICS": facts_of(facts),
}
