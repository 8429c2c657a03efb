"""Which statements of a text begin and end transactions: PostgreSQL's parser decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from trueup.sql.statements import statement_slices
from trueup.sql.tree import kind_of, parse_one

# A text without any of these cannot end a transaction; what they mean is for the parser to say.
_ENDINGS = ("commit", "rollback", "abort", "end", "prepare")
_FIRST_WORDS = ("begin", "start", *_ENDINGS)

_STRINGS = "standard_conforming_strings"
_OFF = frozenset(("off", "of", "false", "fals", "fal", "fa", "f", "no", "n", "0"))

# Members of PostgreSQL's TransactionStmtKind (src/include/nodes/parsenodes.h).
_COMMIT, _ROLLBACK = "TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"
_BEGINS = ("TRANS_STMT_BEGIN", "TRANS_STMT_START")
_ENDS = (_COMMIT, _ROLLBACK, "TRANS_STMT_PREPARE")


class Shape(Enum):
    """How a file treats transactions."""

    PLAIN = auto()  # it does not: one implicit transaction around it all
    WRAPPED = auto()  # its only COMMIT is its last statement
    OWN = auto()  # several transactions, or something after the last, or a ROLLBACK
    OPEN = auto()  # a transaction is still open at the end


@dataclass(frozen=True, slots=True)
class Form:
    """The shape of a file, and the offsets of what makes it so: `begin` of the BEGIN of a wrapped
    or open file (a wrapped one may lack it), `end` of the COMMIT of a wrapped one and of the
    ROLLBACK that has the last word in one of OWN shape."""

    shape: Shape
    begin: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str
    offset: int
    is_last: bool
    chains: bool


def form_of(sql: str) -> Form:
    """How a file treats transactions.

    COMMIT and ROLLBACK inside procedures and DO blocks are not seen here: the server tells.
    """
    lowered = sql.lower()
    if not any(word in lowered for word in _ENDINGS):
        return Form(Shape.PLAIN)
    return _form(_steps(sql, statement_slices(sql)))


def strings_turned_off(sql: str) -> int | None:
    """The offset of a statement that turns standard_conforming_strings off before a backslash,
    which then may read differently; None without one.

    The server reads the whole of a query before it runs any of it, so what follows such a
    statement would be read as if it were not there.
    """
    lowered = sql.lower()
    if "\\" not in sql or lowered.count(_STRINGS) == lowered.count(f"set {_STRINGS} = on;"):
        return None
    for part in statement_slices(sql[: sql.rindex("\\")]):
        if _STRINGS in sql[part].lower() and _turns_off(parse_one(sql[part])):
            return int(part.start)
    return None


def _turns_off(tree: Any) -> bool:
    if kind_of(tree) != "VariableSetStmt" or tree.name.lower() != _STRINGS:
        return False
    values = [value.val for value in tree.args or ()]
    return any(str(getattr(v, "sval", getattr(v, "ival", ""))).lower() in _OFF for v in values)


def begin_offset(sql: str) -> int | None:
    """The offset of the statement whose transaction the text leaves open, None if it seems not to.

    For a text that the server has just shown to leave one open.
    """
    return _open_since(_steps(sql, statement_slices(sql)))


def _steps(sql: str, slices: Sequence[slice]) -> list[_Step]:
    steps = []
    for number, part in enumerate(slices, 1):
        if sql[part.start : part.start + 8].lower().startswith(_FIRST_WORDS):
            tree = parse_one(sql[part])
            if kind_of(tree) == "TransactionStmt":
                last = number == len(slices)
                steps.append(_Step(tree.kind.name, part.start, last, bool(tree.chain)))
    return steps


def _form(steps: Sequence[_Step]) -> Form:
    ends = [step for step in steps if step.kind in _ENDS]
    open_since = _open_since(steps)
    if open_since is not None:
        return Form(Shape.OPEN, begin=open_since)
    if not ends:
        return Form(Shape.PLAIN)
    last = ends[-1]
    if len(ends) == 1 and last.is_last and last.kind == _COMMIT:
        return Form(Shape.WRAPPED, begin=_open_since(steps[:-1]), end=last.offset)
    return Form(Shape.OWN, end=last.offset if last.kind == _ROLLBACK else None)


def _open_since(steps: Sequence[_Step]) -> int | None:
    """The offset of what opened the transaction that nothing ends."""
    opened: int | None = None
    for step in steps:
        if step.kind in _BEGINS:
            opened = step.offset if opened is None else opened
        elif step.kind in _ENDS:
            opened = step.offset if step.chains else None
    return opened
