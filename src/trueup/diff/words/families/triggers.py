"""Words for triggers and event triggers."""

from __future__ import annotations

from typing import Any

from pglast import ast

from trueup.diff.words import alters
from trueup.diff.words.facts import Facts, Members, Value, flags, values
from trueup.diff.words.family import Family, facts_of
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, dotted, relation
from trueup.sql.clauses import clauses
from trueup.sql.quote import plain_name, standard_literal
from trueup.sql.tree import constant

# Bits of a trigger's type (src/include/catalog/pg_trigger.h).
_BEFORE, _INSTEAD = 1 << 1, 1 << 6
_EVENTS = {1 << 2: "INSERT", 1 << 3: "DELETE", 1 << 4: "UPDATE", 1 << 5: "TRUNCATE"}
_FIRES = {"D": "disabled", "A": "enabled always", "R": "enabled on replicas only", "O": "enabled"}


def facts(ddl: str) -> Facts:
    """The facts of a trigger."""
    entry = Entry.of(ddl)
    tree: Any
    tree, text = entry.first(ast.CreateTrigStmt)
    found: Facts = {
        "table": Value(relation(tree.relation)),
        "timing": Value(_timing(tree.timing)),
        "events": Value(" OR ".join(word for bit, word in _EVENTS.items() if tree.events & bit)),
        "level": Value("FOR EACH ROW" if tree.row else "FOR EACH STATEMENT"),
        "function": Value(dotted(tree.funcname)),
        "state": Value("enabled"),
    }
    found |= values(
        columns=", ".join(plain_name(name.sval) for name in tree.columns or ()),
        transition_tables=_transitions(tree),
        WHEN=plain(clauses(text, "WHEN", "EXECUTE").get("WHEN", "")) if tree.whenClause else "",
        function_arguments=", ".join(standard_literal(constant(arg)) for arg in tree.args or ()),
    )
    return found | _constraint(tree) | alters.facts(entry)


def _timing(bits: int) -> str:
    return "BEFORE" if bits & _BEFORE else "INSTEAD OF" if bits & _INSTEAD else "AFTER"


def _transitions(tree: Any) -> str:
    parts = [
        f"{'NEW' if node.isNew else 'OLD'} TABLE AS {plain_name(node.name)}"
        for node in tree.transitionRels or ()
    ]
    return " ".join(parts)


def _constraint(tree: Any) -> Facts:
    found = flags(
        a_constraint_trigger=tree.isconstraint,
        DEFERRABLE=tree.deferrable,
        INITIALLY_DEFERRED=tree.initdeferred,
    )
    return found | values(referenced_table=relation(tree.constrrel))


def event_facts(ddl: str) -> Facts:
    """The facts of an event trigger."""
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.CreateEventTrigStmt)
    found: Facts = {
        "event": Value(tree.eventname),
        "function": Value(dotted(tree.funcname)),
        "state": Value("enabled"),
    }
    for condition in tree.whenclause or ():
        found[condition.defname.lower()] = Members(tuple(constant(v) for v in condition.arg))
    for alter, _ in entry.all(ast.AlterEventTrigStmt):
        found["state"] = Value(_FIRES.get(alter.tgenabled, "enabled"))
    return found


WORDS: Family = {
    "EVENT TRIGGER": facts_of(event_facts),
    "TRIGGER": facts_of(facts),
}
