"""Words for publications, what they hold, and subscriptions."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words.facts import Facts, Flag, Long, Members, phrases, values
from trueup.diff.words.family import Family, either_of, facts_of
from trueup.diff.words.options import definition
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, relation
from trueup.sql.clauses import after, clauses
from trueup.sql.tree import constant


def facts(ddl: str) -> Facts:
    """The facts of a publication."""
    entry = Entry.of(ddl)
    tree: Any
    tree, text = entry.first(ast.CreatePublicationStmt)
    found: Facts = {}
    if tree.for_all_tables:
        found["FOR ALL TABLES"] = Flag()
    operations: tuple[str, ...] = ()
    for option in tree.options or ():
        if option.defname == "publish":
            operations = tuple(word.strip() for word in constant(option.arg).split(","))
    found["operation"] = Members(operations)
    rest = [option for option in tree.options or () if option.defname != "publish"]
    return found | _lower(definition(rest, entry.sliced)) | _scope(text)


def _scope(text: str) -> Facts:
    """What newer servers write between FOR and WITH, such as FOR ALL SEQUENCES."""
    scope = clauses(text, "FOR", "WITH").get("FOR", "")
    return values(scope=plain(scope)) if scope and scope != "ALL TABLES" else {}


def _lower(facts_: Facts) -> Facts:
    return {label.lower(): fact for label, fact in facts_.items()}


def table_words(before: str | None, after_: str | None) -> list[str]:
    """A table in a publication: which columns and rows of it."""
    if before is None or after_ is None:
        return ["added to the publication" if after_ else "removed from the publication"]
    return phrases(_table(before), _table(after_))


def _table(ddl: str) -> Facts:
    tree: Any
    tree, text = Entry.of(ddl).first(ast.AlterPublicationStmt)
    published: Any = tree.pubobjects[0].pubtable
    found = values(table=relation(published.relation))
    columns = ", ".join(f'"{name.sval}"' for name in published.columns or ())
    if columns:
        found |= values(column_list=plain(f"({columns})"))
    return found | values(row_filter=plain(after(text, "WHERE")))


def schema_words(before: str | None, after_: str | None) -> list[str]:
    """All tables of a schema in a publication."""
    if before is None or after_ is None:
        return ["added to the publication" if after_ else "removed from the publication"]
    return []


def subscription_facts(ddl: str) -> Facts:
    """The facts of a subscription; its connection string may hold a password."""
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.CreateSubscriptionStmt)
    found: Facts = {"connection": Long(tree.conninfo or "")}
    found["publication"] = Members(tuple(constant(name) for name in tree.publication or ()))
    found |= _lower(definition(tree.options, entry.sliced))
    for alter, _ in entry.all(ast.AlterSubscriptionStmt):
        found |= _lower(definition(alter.options, entry.sliced))
    return found


WORDS: Family = {
    "PUBLICATION": facts_of(facts),
    "PUBLICATION TABLE": either_of(table_words),
    "PUBLICATION TABLES IN SCHEMA": either_of(schema_words),
    "SUBSCRIPTION": facts_of(subscription_facts),
}
