"""Which tables are worth reading before and after SQL runs, to see whether a value was lost.

The text says only where to look: that nothing was lost is told by the rows themselves. A table
that is rewritten or updated and is not found here is taken for one whose rows may have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pglast import ast

from trueup.sql.names import relation
from trueup.sql.pieces import Piece
from trueup.sql.quote import qualified
from trueup.sql.tree import nodes

_REWRITES: Final = frozenset(
    [
        "AT_AlterColumnType",
        "AT_SetLogged",
        "AT_SetAccessMethod",
        "AT_SetTableSpace",
        "AT_SetExpression",
    ]
)


def rereads(found: Iterable[Piece]) -> Mapping[str, frozenset[str]]:
    """Tables that statements in sight may rewrite or update, as names PostgreSQL can look up, and
    the columns that the text drops from each: those can't be read afterwards."""
    trees = [piece.tree for piece in found if piece.tree is not None]
    names = {name for tree in trees for name in _names(tree)}
    return {name: frozenset(_dropped(trees, name)) for name in sorted(names)}


def _names(tree: Any) -> Iterator[str]:
    if isinstance(tree, ast.AlterTableStmt):
        if any(_rewrites(command) for command in tree.cmds or ()):
            yield _lookup(tree.relation)
    elif isinstance(tree, ast.ClusterStmt) and tree.relation:
        yield _lookup(tree.relation)
    elif not isinstance(tree, ast.ViewStmt | ast.RuleStmt | ast.CreateFunctionStmt):
        yield from (_lookup(node.relation) for node in nodes(tree) if _overwrites(node))


def _overwrites(node: Any) -> bool:
    if isinstance(node, ast.InsertStmt):
        return node.onConflictClause is not None
    return isinstance(node, ast.UpdateStmt | ast.MergeStmt)


def _rewrites(command: Any) -> bool:
    """Whether a part of ALTER TABLE may write every row anew. A column with a constant default, or
    none, does not (https://www.postgresql.org/docs/current/sql-altertable.html, Notes)."""
    kind = command.subtype.name
    if kind != "AT_AddColumn":
        return kind in _REWRITES
    parts = [str(getattr(name, "sval", "")) for name in command.def_.typeName.names or ()]
    return parts[0] != "pg_catalog" or any(map(_computes, command.def_.constraints or ()))


def _computes(constraint: Any) -> bool:
    kind = constraint.contype.name
    if kind == "CONSTR_DEFAULT":
        value = constraint.raw_expr
        value = value.arg if isinstance(value, ast.TypeCast) else value
        return not isinstance(value, ast.A_Const)
    return kind in ("CONSTR_GENERATED", "CONSTR_IDENTITY")


def _dropped(trees: Iterable[Any], name: str) -> Iterator[str]:
    for tree in trees:
        if isinstance(tree, ast.AlterTableStmt) and _lookup(tree.relation) == name:
            for command in tree.cmds or ():
                if command.subtype.name == "AT_DropColumn":
                    yield str(command.name)


def _lookup(node: Any) -> str:
    return qualified(*relation(node))
