"""Words for foreign data wrappers, servers and user mappings."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Facts, Value, values
from trueup.diff.words.family import Family, facts_of
from trueup.diff.words.options import element_options, secret_options
from trueup.diff.words.tree import Entry, dotted
from trueup.sql.quote import plain_name, standard_literal


def wrapper_facts(ddl: str) -> Facts:
    """The facts of a foreign data wrapper."""
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.CreateFdwStmt)
    given = {option.defname: dotted(option.arg) for option in tree.func_options or ()}
    found = values(handler=given.get("handler"), validator=given.get("validator"))
    return found | element_options(tree.options, entry.sliced)


def server_facts(ddl: str) -> Facts:
    """The facts of a server."""
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.CreateForeignServerStmt)
    found: Facts = {"foreign data wrapper": Value(plain_name(tree.fdwname))}
    found |= values(
        type=standard_literal(tree.servertype) if tree.servertype else None,
        version=standard_literal(tree.version) if tree.version else None,
    )
    return found | element_options(tree.options, entry.sliced)


def mapping_facts(ddl: str) -> Facts:
    """The facts of a user mapping: of its options only the names are ever shown."""
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.CreateUserMappingStmt)
    return secret_options(tree.options, entry.sliced)


WORDS: Family = {
    "FOREIGN DATA WRAPPER": facts_of(wrapper_facts),
    "SERVER": facts_of(server_facts),
    "USER MAPPING": facts_of(mapping_facts),
}
