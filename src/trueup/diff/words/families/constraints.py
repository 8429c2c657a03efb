"""Words for constraints, whether in a table, an entry of their own, or of a domain."""

from __future__ import annotations

from typing import Any

from pglast import ast
from pglast.enums import ConstrType

from trueup.diff.words import alters
from trueup.diff.words.facts import Facts, Flag, Members, Value, flags, values
from trueup.diff.words.family import Family, facts_of
from trueup.diff.words.options import element_options
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, dotted, relation
from trueup.sql.clauses import clauses, elements
from trueup.sql.quote import plain_name
from trueup.sql.slices import Sliced
from trueup.sql.tree import is_a

_KINDS = {
    ConstrType.CONSTR_CHECK: "CHECK",
    ConstrType.CONSTR_PRIMARY: "PRIMARY KEY",
    ConstrType.CONSTR_UNIQUE: "UNIQUE",
    ConstrType.CONSTR_EXCLUSION: "EXCLUDE",
    ConstrType.CONSTR_FOREIGN: "FOREIGN KEY",
    ConstrType.CONSTR_NOTNULL: "NOT NULL",
}
_ACTIONS = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}
_MATCHES = {"s": "SIMPLE", "f": "FULL", "p": "PARTIAL"}
_ONLY = Flag("is now of its table ONLY", "now includes the partitions of its table")
_VALIDATED = Flag("is now NOT VALID", "is now validated")


def facts(ddl: str) -> Facts:
    """The facts of an entry that adds one constraint to a table or a domain."""
    entry = Entry.of(ddl)
    tree, text = entry.first(ast.AlterTableStmt, ast.AlterDomainStmt)
    if is_a(tree, ast.AlterDomainStmt):
        owner, node = values(domain=dotted(tree.typeName)), tree.def_
    else:
        command: Any = tree.cmds[0]
        owner, node = _table(tree.relation), command.def_
    return {
        **owner,
        **_facts(node, text, entry.sliced),
        **alters.facts(entry),
        **alters.set_before(entry),
    }


def _table(node: Any) -> Facts:
    """pg_dump leaves out ONLY where a foreign key is that of a partitioned table."""
    return values(table=relation(node)) | ({} if node.inh else {"ONLY": _ONLY})


def definition(sql: str) -> Facts:
    """The facts of a definition such as `CHECK ((a > 1)) NOT VALID`."""
    ddl = f"ALTER TABLE ONLY x ADD CONSTRAINT x {sql}"
    tree: Any
    tree, text = Entry.of(ddl).first(ast.AlterTableStmt)
    return _facts(tree.cmds[0].def_, text, Sliced.of(ddl))


def _facts(node: Any, text: str, sliced: Sliced) -> Facts:
    facts: Facts = {"kind": Value(_KINDS.get(node.contype, "constraint"))}
    facts |= _content(node, text, sliced)
    return facts | _state(node)


def _content(node: Any, text: str, sliced: Sliced) -> Facts:
    if node.contype == ConstrType.CONSTR_CHECK:
        return values(condition=plain(sliced.parenthesised(node.location)))
    if node.contype == ConstrType.CONSTR_FOREIGN:
        return _foreign_key(node, text)
    if node.contype == ConstrType.CONSTR_EXCLUSION:
        return _exclusion(node, text, sliced)
    return _key(node, text, sliced)


def _key(node: Any, text: str, sliced: Sliced) -> Facts:
    """Columns as written: WITHOUT OVERLAPS (18) stands among them."""
    columns = plain(sliced.parenthesised(node.location)) if node.keys else ""
    found = values(columns=columns, index=node.indexname, tablespace=node.indexspace)
    found |= flags(NULLS_NOT_DISTINCT=node.nulls_not_distinct)
    return found | _included(text) | element_options(node.options, sliced)


def _included(text: str) -> Facts:
    included = clauses(text, "INCLUDE", "WITH", "DEFERRABLE", "USING", "WHERE").get("INCLUDE", "")
    return {"included column": Members(tuple(map(plain, elements(included))))} if included else {}


def _exclusion(node: Any, text: str, sliced: Sliced) -> Facts:
    parts = clauses(text, "USING", "INCLUDE", "WITH", "WHERE", "DEFERRABLE", "INITIALLY")
    found = values(elements=plain(parts.get("USING", "")), WHERE=plain(parts.get("WHERE", "")))
    return found | _included(text) | element_options(node.options, sliced)


def _foreign_key(node: Any, text: str) -> Facts:
    columns = plain(clauses(text, "KEY", "REFERENCES").get("KEY", ""))
    there = plain(clauses(text, "REFERENCES", "MATCH", "ON", *_STATE_WORDS).get("REFERENCES", ""))
    set_columns = ", ".join(plain_name(name.sval) for name in node.fk_del_set_cols or ())
    on_delete = _ACTIONS.get(node.fk_del_action, "") + (f" ({set_columns})" if set_columns else "")
    return values(
        columns=columns,
        references=there,
        MATCH=_MATCHES.get(node.fk_matchtype, ""),
        ON_UPDATE=_ACTIONS.get(node.fk_upd_action, ""),
        ON_DELETE=on_delete,
    )


_STATE_WORDS = ("DEFERRABLE", "INITIALLY", "NOT", "ENFORCED")


def _state(node: Any) -> Facts:
    found = flags(
        DEFERRABLE=node.deferrable,
        INITIALLY_DEFERRED=node.initdeferred,
        NO_INHERIT=node.is_no_inherit,
        NOT_ENFORCED=getattr(node, "is_enforced", True) is False,
    )
    if node.skip_validation and getattr(node, "is_enforced", True) is not False:
        found["NOT VALID"] = _VALIDATED
    return found


WORDS: Family = {
    "CHECK CONSTRAINT": facts_of(facts),
    "CONSTRAINT": facts_of(facts),
    "FK CONSTRAINT": facts_of(facts),
}
