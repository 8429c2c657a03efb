"""Words for text search: configurations; dictionaries, parsers and templates are definitions."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Facts, Value
from trueup.diff.words.family import Family, facts_of
from trueup.diff.words.options import definition
from trueup.diff.words.tree import Entry, dotted


def configuration_facts(ddl: str) -> Facts:
    """The parser, and for each kind of token the dictionaries that look at it."""
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.DefineStmt)
    found = definition(tree.definition, entry.sliced)
    alter: Any
    for alter, _ in entry.all(ast.AlterTSConfigurationStmt):
        dictionaries = ", ".join(dotted(name) for name in alter.dicts or ())
        for kind in alter.tokentype or ():
            found[f"mapping for {kind.sval} to"] = Value(dictionaries)
    return found


WORDS: Family = {
    "TEXT SEARCH CONFIGURATION": facts_of(configuration_facts),
}
