"""Forms that hold no long locks, at the price of more statements and no single transaction.

Indexes CONCURRENTLY, foreign keys and checks NOT VALID and validated afterwards, NOT NULL through
a validated check (https://www.postgresql.org/docs/current/sql-altertable.html, notes on SET NOT
NULL and VALIDATE CONSTRAINT; https://www.postgresql.org/docs/current/sql-createindex.html,
"Building Indexes Concurrently"). What is on a table that the same plan creates stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pglast import ast
from pglast.enums import AlterTableType, ConstrType

from trueup.model.hazard import LONG_LOCK, MAY_FAIL, Hazard
from trueup.plan.statements import Statement
from trueup.sql.names import relation
from trueup.sql.quote import qualified, quote
from trueup.sql.tree import parse_one

_CONCURRENT = Hazard(MAY_FAIL, "", "if it fails, an invalid index is left: drop it and try again")
_LATER = frozenset({ConstrType.CONSTR_FOREIGN, ConstrType.CONSTR_CHECK})


def online_forms(statements: Sequence[Statement]) -> Iterator[Statement]:
    """The same plan in forms that let others go on working."""
    made: set[tuple[str, str]] = set()
    for statement in statements:
        tree = parse_one(statement.sql)
        if isinstance(tree, ast.CreateForeignTableStmt):
            tree = tree.base
        if isinstance(tree, ast.CreateStmt):
            made.add(relation(tree.relation))
        yield from _online(statement, tree, made)


def _online(statement: Statement, tree: Any, made: set[tuple[str, str]]) -> Iterator[Statement]:
    if isinstance(tree, ast.IndexStmt):
        yield from _index(statement, tree, made)
    elif isinstance(tree, ast.DropStmt) and _is_index(tree) and statement.transactional:
        yield _alone(statement, "DROP INDEX", "DROP INDEX CONCURRENTLY")
    elif isinstance(tree, ast.AlterTableStmt) and relation(tree.relation) not in made:
        yield from _table(statement, tree)
    else:
        yield statement


def _index(statement: Statement, tree: Any, made: set[tuple[str, str]]) -> Iterator[Statement]:
    # PostgreSQL builds no index concurrently on a partitioned table, which pg_dump says by ONLY.
    if relation(tree.relation) in made or not tree.relation.inh or tree.concurrent:
        yield statement
        return
    head = "CREATE UNIQUE INDEX" if tree.unique else "CREATE INDEX"
    yield _alone(statement, head, f"{head} CONCURRENTLY")


def _alone(statement: Statement, head: str, online: str) -> Statement:
    kept = tuple(h for h in statement.hazards if h.code != LONG_LOCK)
    sql = statement.sql.replace(head, online, 1)
    return replace(statement, sql=sql, hazards=(*kept, _CONCURRENT), transactional=False)


def _is_index(tree: Any) -> bool:
    return bool(tree.removeType.name == "OBJECT_INDEX")


def _table(statement: Statement, tree: Any) -> Iterator[Statement]:
    if len(tree.cmds) != 1:
        yield statement
        return
    command: Any = tree.cmds[0]
    kind = command.subtype
    if kind == AlterTableType.AT_AddConstraint and command.def_.contype in _LATER:
        yield from _validated(statement, tree, command.def_)
    elif kind == AlterTableType.AT_SetNotNull:
        yield from _not_null(statement, tree, command.name)
    else:
        yield statement


def _validated(statement: Statement, tree: Any, constraint: Any) -> Iterator[Statement]:
    if constraint.skip_validation:
        yield statement
        return
    table = qualified(*relation(tree.relation))
    yield _quick(statement, f"{statement.sql.rstrip()} NOT VALID")
    yield _validate(statement, table, constraint.conname)


def _not_null(statement: Statement, tree: Any, column: str) -> Iterator[Statement]:
    """A validated check proves it, so that SET NOT NULL reads no row."""
    table, name = qualified(*relation(tree.relation)), f"trueup_{column}_not_null"[:63]
    check = f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} CHECK ({quote(column)} IS NOT NULL)"
    yield _quick(statement, f"{check} NOT VALID")
    yield _validate(statement, table, name)
    yield _quick(statement, statement.sql)
    yield _quick(statement, f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")


def _validate(statement: Statement, table: str, name: str) -> Statement:
    """Alone: in one transaction with what came before it would hold that one's lock."""
    sql = f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote(name)}"
    return replace(_quick(statement, sql), transactional=False)


def _quick(statement: Statement, sql: str) -> Statement:
    hazards = tuple(h for h in statement.hazards if h.code != LONG_LOCK)
    return replace(statement, sql=sql, hazards=hazards)
