"""Words for policies and row security."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Facts, Value, values
from trueup.diff.words.family import Family, either_of, facts_of
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, relation, roles
from trueup.sql.clauses import clauses


def facts(ddl: str) -> Facts:
    """The facts of a policy."""
    tree: Any
    tree, text = Entry.of(ddl).first(ast.CreatePolicyStmt)
    parts = clauses(text, "FOR", "TO", "USING", "WITH", "CHECK")
    found: Facts = {
        "table": Value(relation(tree.table)),
        "kind": Value("PERMISSIVE" if tree.permissive else "RESTRICTIVE"),
        "command": Value((tree.cmd_name or "all").upper()),
        "roles": Value(", ".join(roles(tree.roles))),
    }
    found |= values(USING=plain(parts.get("USING", "")))
    return found | values(WITH_CHECK=plain(parts.get("CHECK", "")))


def row_security_words(before: str | None, after: str | None) -> list[str]:
    """The entry is there where row security is on."""
    if before and after:
        return []
    return ["row security is now enabled" if after else "row security is now disabled"]


WORDS: Family = {
    "POLICY": facts_of(facts),
    "ROW SECURITY": either_of(row_security_words),
}
