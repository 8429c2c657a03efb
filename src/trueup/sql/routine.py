"""What is inside a CREATE FUNCTION, PROCEDURE or AGGREGATE that pg_dump wrote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pglast import ast
from pglast.enums import FunctionParameterMode

from trueup.sql.slices import Sliced
from trueup.sql.tree import first

_INPUTS = frozenset(
    {
        FunctionParameterMode.FUNC_PARAM_IN,
        FunctionParameterMode.FUNC_PARAM_INOUT,
        FunctionParameterMode.FUNC_PARAM_VARIADIC,
        FunctionParameterMode.FUNC_PARAM_DEFAULT,
    }
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: `mode` is PostgreSQL's letter for it, `default` its expression or None."""

    name: str
    mode: str
    type: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Routine:
    """A function's or procedure's outside: what CREATE OR REPLACE may not change freely."""

    parameters: tuple[Parameter, ...]
    returns: str
    is_window: bool
    has_sql_body: bool

    @property
    def outputs(self) -> tuple[tuple[str, str, str], ...]:
        """The parameters that make the result's row."""
        return tuple((p.name, p.mode, p.type) for p in self.parameters if p.mode in "obt")


@lru_cache(maxsize=1 << 16)
def parse_routine(ddl: str) -> Routine:
    """The function or procedure in an archive entry.

    Raises ValueError when there is none in the text, pglast.parser.ParseError when PostgreSQL's
    parser can't read it.
    """
    stmt: Any = first(ddl)
    if not isinstance(stmt, ast.CreateFunctionStmt):
        raise ValueError("no function in this text")
    sliced = Sliced.of(ddl)
    found: Any = stmt
    parameters = tuple(_parameter(p, sliced) for p in found.parameters or ())
    names = {option.defname for option in found.options or ()}
    returns = sliced.text[found.returnType.location :] if found.returnType else ""
    return Routine(
        parameters,
        _type_text(found.returnType, sliced) if returns else "",
        "window" in names,
        found.sql_body is not None,
    )


def _parameter(node: Any, sliced: Sliced) -> Parameter:
    default = None
    if node.defexpr is not None:
        text = sliced.element(node.argType.location)
        default = text.partition(" DEFAULT ")[2]
    return Parameter(node.name or "", node.mode.value, _type_text(node.argType, sliced), default)


def _type_text(node: Any, sliced: Sliced) -> str:
    """A type as names and modifiers: its text can't be cut out where keywords follow it."""
    names = ".".join(part.sval for part in node.names)
    bounds = "[]" * len(node.arrayBounds or ())
    setof = "SETOF " if node.setof else ""
    return f"{setof}{names}{bounds}"
