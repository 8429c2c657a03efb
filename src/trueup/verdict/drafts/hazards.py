"""What new SQL does to rows, locks and rights, by the text alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from pglast import ast

from trueup.model.hazard import (
    DATA_LOSS,
    LONG_LOCK,
    MAY_FAIL,
    RIGHTS,
    UNREAD_CODE,
    Hazard,
)
from trueup.sql.names import dropped, function_name, relation, shown
from trueup.sql.pieces import Piece
from trueup.sql.targets import changed_rows
from trueup.sql.tree import nodes

Name = tuple[str, str]

# Dropping these takes rows along (those of a foreign table live elsewhere), or, with CASCADE,
# columns that stand on them.
_HOLD_ROWS: Final = frozenset(["OBJECT_TABLE", "OBJECT_SCHEMA", "OBJECT_SEQUENCE"])
_UNDER_COLUMNS: Final = frozenset(
    [
        "OBJECT_TYPE",
        "OBJECT_DOMAIN",
        "OBJECT_EXTENSION",
        "OBJECT_FUNCTION",
        "OBJECT_PROCEDURE",
        "OBJECT_ROUTINE",
        "OBJECT_COLLATION",
        "OBJECT_AGGREGATE",
        "OBJECT_OPERATOR",
        "OBJECT_CAST",
        "OBJECT_LANGUAGE",
    ]
)


def hazards_of_text(
    found: Sequence[Piece],
    routines: Collection[str],
    columns: Collection[tuple[str, str]],
    computed: Collection[tuple[str, str]] = (),
) -> tuple[Hazard, ...]:
    """`routines`: names of the functions and procedures that migrations made (their bodies are not
    read here); `columns`: table and column names that were there before, without schemas, and
    `computed` those among them that are generated."""
    # A name that something else is given may stand for a column with values of its own.
    computed = () if renamed(found) else computed
    made: set[Name] = set()
    hazards: list[Hazard] = []
    for piece in found:
        hazards += _unread(piece, routines)
        if piece.tree is not None:
            hazards += _drops(piece.tree, made)
            hazards += _rows(piece.tree, made, columns)
            hazards += _table(piece.tree, made, computed)
            made.update(_made(piece.tree))
    return tuple(hazards)


def renamed(found: Iterable[Piece]) -> frozenset[str]:
    """Tables, and columns as `table.column`, without schemas, that the text gives other names, or
    another schema."""
    names: set[str] = set()
    for piece in found:
        tree = piece.tree
        target = getattr(tree, "relation", None)
        if isinstance(tree, ast.RenameStmt) and isinstance(target, ast.RangeVar):
            column = tree.renameType.name == "OBJECT_COLUMN"  # type: ignore[union-attr]
            names.add(f"{target.relname}.{tree.subname}" if column else str(target.relname))
        elif isinstance(tree, ast.AlterObjectSchemaStmt) and isinstance(target, ast.RangeVar):
            names.add(str(target.relname))
    return frozenset(names)


def _made(tree: Any) -> Iterator[Name]:
    """Tables that a statement makes: what comes after it does to those is nobody's loss."""
    made: Name | None = None
    if isinstance(tree, ast.CreateStmt) and not tree.if_not_exists:
        made = relation(tree.relation)
    elif isinstance(tree, ast.CreateTableAsStmt) and not tree.if_not_exists:
        made = relation(tree.into.rel)  # type: ignore[union-attr]
    if made:
        yield made
        if made[0] in ("", "public"):
            yield ("" if made[0] else "public", made[1])


def _unread(piece: Piece, routines: Collection[str]) -> Iterator[Hazard]:
    if piece.unread:
        yield Hazard(
            UNREAD_CODE,
            piece.unread,
            f"it runs {piece.unread}: what that does to rows is not known before it runs",
        )
    if isinstance(piece.tree, ast.SelectStmt | ast.CallStmt | ast.InsertStmt | ast.UpdateStmt):
        for node in nodes(piece.tree):
            name = function_name(node)[1] if isinstance(node, ast.FuncCall) else ""
            if name in routines:
                yield Hazard(
                    UNREAD_CODE,
                    name,
                    f"it calls {name}(), whose body is not read: what that does to rows is not"
                    " known before it runs",
                )


def _drops(tree: Any, made: Collection[Name]) -> Iterator[Hazard]:
    if isinstance(tree, ast.DropOwnedStmt):
        yield Hazard(DATA_LOSS, "DROP OWNED", "everything that a role owns is dropped")
    if not isinstance(tree, ast.DropStmt):
        return
    kind = tree.removeType.name  # type: ignore[union-attr]
    cascade = tree.behavior.name == "DROP_CASCADE"  # type: ignore[union-attr]
    word = kind.removeprefix("OBJECT_").replace("_", " ").lower()
    for name in dropped(tree):
        subject = shown(*name).strip(".")
        if kind in _HOLD_ROWS and name not in made:
            yield Hazard(DATA_LOSS, subject, f"{word} {subject} is dropped with what it holds")
        elif kind in _UNDER_COLUMNS and cascade:
            yield Hazard(
                DATA_LOSS, subject, f"{word} {subject} is dropped with every column that uses it"
            )


def _rows(
    tree: Any, made: Collection[Name], columns: Collection[tuple[str, str]]
) -> Iterator[Hazard]:
    if isinstance(tree, ast.TruncateStmt):
        for item in tree.relations or ():
            if relation(item) not in made:
                yield _gone(shown(*relation(item)), "all rows of {} are removed")
    # A view, a rule or a function holds such statements without running them.
    if isinstance(tree, ast.ViewStmt | ast.RuleStmt | ast.CreateFunctionStmt):
        return
    for node in changed_rows(nodes(tree)):
        if relation(node.relation) not in made:
            yield from _changed(node, shown(*relation(node.relation)), columns)


def _changed(node: Any, subject: str, columns: Collection[tuple[str, str]]) -> Iterator[Hazard]:
    if isinstance(node, ast.DeleteStmt):
        yield _gone(subject, "rows of {} are deleted")
    elif isinstance(node, ast.MergeStmt):
        yield _gone(subject, "rows of {} are changed or deleted")
    elif isinstance(node, ast.UpdateStmt):
        yield from _overwrites(node.relation, node.targetList, columns)
    elif node.onConflictClause:
        yield from _overwrites(node.relation, node.onConflictClause.targetList, columns)


def _gone(subject: str, message: str) -> Hazard:
    return Hazard(DATA_LOSS, subject, message.format(subject))


def _overwrites(
    target: Any, assignments: Any, columns: Collection[tuple[str, str]]
) -> Iterator[Hazard]:
    """Filling a column that this migration adds loses nothing; overwriting an older one does."""
    _, table = relation(target)
    old = [item.name for item in assignments or () if (table, item.name) in columns]
    if old:
        subject = shown(*relation(target))
        yield Hazard(
            DATA_LOSS, subject, f"values of {subject} are overwritten: {', '.join(sorted(old))}"
        )


def _table(tree: Any, made: Collection[Name], computed: Collection[Name]) -> Iterator[Hazard]:
    """What a statement does to a table that was there: locks, chances to fail, rights."""
    target = getattr(tree, "relation", None)
    if not isinstance(target, ast.RangeVar) or relation(target) in made:
        return
    subject = shown(*relation(target))
    if isinstance(tree, ast.IndexStmt):
        yield Hazard(LONG_LOCK, subject, f"writers of {subject} wait while the index is built")
        if tree.unique:
            yield Hazard(MAY_FAIL, subject, f"rows of {subject} may not be unique")
    if isinstance(tree, ast.AlterTableStmt):
        for command in tree.cmds or ():
            if (target.relname, command.name) not in computed or not _drops_column(command):
                yield from _command(command, subject)


def _drops_column(command: Any) -> bool:
    return bool(command.subtype.name == "AT_DropColumn")


def _command(command: Any, subject: str) -> Iterator[Hazard]:
    kind = command.subtype.name
    if _drops_column(command):
        yield Hazard(
            DATA_LOSS,
            f"{subject}.{command.name}",
            f"column {command.name} of {subject} is dropped with its values",
        )
    elif kind == "AT_SetNotNull":
        yield Hazard(MAY_FAIL, subject, f"{subject}.{command.name} may hold nulls")
    elif kind == "AT_AddColumn" and _required(command.def_):
        yield Hazard(MAY_FAIL, subject, f"{subject} must be empty: the new column has no default")
    elif kind == "AT_AddConstraint" and not command.def_.skip_validation:
        yield Hazard(LONG_LOCK, subject, f"every row of {subject} is checked under a lock")
        yield Hazard(MAY_FAIL, subject, f"rows of {subject} may not satisfy the constraint")
    elif kind in ("AT_DisableRowSecurity", "AT_NoForceRowSecurity"):
        yield Hazard(RIGHTS, subject, f"row security of {subject} is switched off")


def _required(column: Any) -> bool:
    kinds = {constraint.contype.name for constraint in column.constraints or ()}
    filled = {"CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"} & kinds
    return "CONSTR_NOTNULL" in kinds and not filled
