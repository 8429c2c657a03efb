"""Words for views, materialized views and rewrite rules."""

from __future__ import annotations

from typing import Any

from pglast import ast
from pglast.enums import ViewCheckOption

from trueup.diff.words import alters
from trueup.diff.words.facts import Code, Facts, Value, flags, phrases, reordered, values
from trueup.diff.words.family import Family, pair_of
from trueup.diff.words.options import element_options
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, relation
from trueup.sql.clauses import after, clauses
from trueup.sql.tree import is_a

_CHECKS = {
    ViewCheckOption.LOCAL_CHECK_OPTION: "LOCAL",
    ViewCheckOption.CASCADED_CHECK_OPTION: "CASCADED",
}


def words(before: str, after: str) -> list[str]:
    """Columns first, then the query as a whole and the options."""
    old, new = Entry.of(before), Entry.of(after)
    return [*_columns(columns(old), columns(new)), *phrases(_facts(old), _facts(new))]


def rule_words(before: str, after: str) -> list[str]:
    """A view that is part of a circle is a rule in the archive, written as CREATE VIEW."""
    old, new = Entry.of(before), Entry.of(after)
    if old.all(ast.RuleStmt) and new.all(ast.RuleStmt):
        return phrases(_rule(old), _rule(new))
    return words(before, after)


def columns(entry: Entry) -> list[str]:
    """The names of the columns, as far as the query's text says them."""
    query = _view(entry)[1]
    while query.larg:
        query = query.larg
    named = [_column(target) for target in query.targetList or ()]
    return [name for name in named if name]


def _column(target: Any) -> str:
    """An alias, or the last name of a column reference."""
    if target.name:
        return str(target.name)
    last: Any = target.val.fields[-1] if is_a(target.val, ast.ColumnRef) else None
    return str(last.sval) if is_a(last, ast.String) else ""


def _columns(old: list[str], new: list[str]) -> list[str]:
    said = [f'column "{name}" added' for name in new if name not in old]
    said += [f'column "{name}" dropped' for name in old if name not in new]
    common = [n for n in old if n in new], [n for n in new if n in old]
    return said + reordered("column", *common)


def _view(entry: Entry) -> tuple[Any, Any, str]:
    """The statement, its query and its text."""
    tree: Any
    tree, text = entry.first(ast.ViewStmt, ast.CreateTableAsStmt)
    return tree, tree.query, text


def _facts(entry: Entry) -> Facts:
    tree, _, text = _view(entry)
    materialized = is_a(tree, ast.CreateTableAsStmt)
    check = None if materialized else _CHECKS.get(tree.withCheckOption)
    query = after(text, "AS").removesuffix(f"WITH {check} CHECK OPTION").rstrip()
    found: Facts = {"query": Code(query)}
    found |= element_options(tree.into.options if materialized else tree.options, entry.sliced)
    found |= values(check_option=check)
    return found | alters.set_before(entry) | alters.facts(entry)


_EVENTS = {"CMD_SELECT": "SELECT", "CMD_UPDATE": "UPDATE", "CMD_INSERT": "INSERT"}


def _rule(entry: Entry) -> Facts:
    tree: Any
    tree, text = entry.first(ast.RuleStmt)
    found: Facts = {
        "event": Value(_EVENTS.get(tree.event.name, "DELETE")),
        "table": Value(relation(tree.relation)),
        "state": Value("enabled"),
    }
    found |= flags(INSTEAD=tree.instead)
    condition = clauses(text, "WHERE", "DO").get("WHERE", "") if tree.whereClause else ""
    found |= values(condition=plain(condition))
    found["action"] = Code(after(text, "DO").removeprefix("INSTEAD"))
    return found | alters.facts(entry)


WORDS: Family = {
    "MATERIALIZED VIEW": pair_of(words),
    "RULE": pair_of(rule_words),
    "VIEW": pair_of(words),
}
