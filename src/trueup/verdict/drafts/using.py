"""What USING says in new SQL: a plain cast, or something that computes other values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pglast import ast

from trueup.diff.types import STRINGS, Type, TypeChange
from trueup.sql.names import listed, relation, shown
from trueup.sql.pieces import Piece
from trueup.sql.quote import quote
from trueup.sql.tree import expression as parsed

_CUT: Final = frozenset({"character varying", "character", "bit", "bit varying"})


@dataclass(frozen=True)
class Using:
    """How ALTER COLUMN … TYPE … USING makes a column's values. `casts` are the names of the types
    it is cast to one after the other, with their modifiers; None where it is no plain cast."""

    table: str
    column: str
    casts: tuple[str, ...] | None

    @property
    def subject(self) -> str:
        """The column, as the text names it."""
        return f"{self.table}.{self.column}"


def usings(found: Iterable[Piece]) -> tuple[Using, ...]:
    """Every USING of a text."""
    return tuple(using for piece in found for using in _of(piece.tree))


def does_the_same(using: Using, change: TypeChange, old: Type, new: Type) -> bool:
    """Whether a USING is the way that the change of type takes anyway, or one cast to the new type
    that cuts nothing off: an explicit cast to a length does, where assignment refuses.
    https://www.postgresql.org/docs/current/datatype-character.html"""
    if using.casts is None:
        return False
    asked = tuple(casts_of(change.using(using.column), using.column) or ())
    direct = casts_of(f"{quote(using.column)}::{new.text}", using.column)
    said = using.casts
    if old.base in STRINGS and said[:1] == ("text()",) and len(said) > 1:
        said = said[1:]
    if said == asked:
        return True
    cuts = bool(new.modifier) and new.base in _CUT and bool(change.fails)
    return said == direct and len(asked) < 2 and not cuts


def _of(tree: Any) -> Iterator[Using]:
    if not isinstance(tree, ast.AlterTableStmt) or tree.relation is None:
        return
    for command in tree.cmds or ():
        expression = getattr(getattr(command, "def_", None), "raw_default", None)
        if command.subtype.name == "AT_AlterColumnType" and expression is not None:
            table = shown(*relation(tree.relation))
            yield Using(table, command.name or "", _casts(expression, command.name))


def _casts(expression: Any, column: str | None) -> tuple[str, ...] | None:
    found: list[str] = []
    while isinstance(expression, ast.TypeCast):
        found.append(_named(expression.typeName))
        expression = expression.arg
    fields = expression.fields or () if isinstance(expression, ast.ColumnRef) else ()
    plain = bool(fields) and listed(fields[-1:]) == (column,)
    return tuple(reversed(found)) if plain else None


def _named(type_: Any) -> str:
    """A type's own name with its modifier and brackets, without a schema."""
    numbers = [str(getattr(m.val, "ival", "?")) for m in type_.typmods or () if hasattr(m, "val")]
    brackets = "[]" * len(type_.arrayBounds or ())
    return f"{listed(type_.names)[-1]}({','.join(numbers)}){brackets}"


def casts_of(expression: str, column: str) -> tuple[str, ...] | None:
    """The same for an expression as text."""
    if not expression:
        return ()
    tree = parsed(expression)
    return _casts(tree, column) if tree is not None else None
