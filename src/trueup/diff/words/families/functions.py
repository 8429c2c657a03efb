"""Words for functions and procedures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pglast import ast
from pglast.enums import FunctionParameterMode as Mode

from trueup.diff.words import alters
from trueup.diff.words.facts import Code, Facts, Flag, Value, phrases, values
from trueup.diff.words.family import Family, pair_of
from trueup.diff.words.text import plain
from trueup.diff.words.tree import Entry, dotted
from trueup.sql.clauses import after, clauses, until
from trueup.sql.quote import plain_name
from trueup.sql.slices import Sliced
from trueup.sql.tree import constant

_MODES = {
    Mode.FUNC_PARAM_INOUT: "INOUT",
    Mode.FUNC_PARAM_VARIADIC: "VARIADIC",
    Mode.FUNC_PARAM_OUT: "OUT",
}
_FLAGS = {"window": "WINDOW", "strict": "STRICT", "leakproof": "LEAKPROOF"}


@dataclass(frozen=True, slots=True)
class _Parameter:
    """An argument; one without a name has the name ""."""

    name: str
    facts: Facts


def words(before: str, after_: str) -> list[str]:
    """Arguments, then result, attributes, settings and body."""
    old, new = Entry.of(before), Entry.of(after_)
    return [*_arguments(old, new), *phrases(_facts(old), _facts(new))]


def _arguments(before: Entry, after_: Entry) -> list[str]:
    """One by one where there are as many: the types of a function's input are its identity, so
    names, defaults, modes and OUT arguments are what can differ."""
    old, new = _parameters(before), _parameters(after_)
    if len(old) != len(new):
        lists = [plain(entry.sliced.parenthesised(0)) for entry in (before, after_)]
        return phrases(values(arguments=lists[0]), values(arguments=lists[1]))
    pairs = zip(old, new, strict=True)
    return [p for place, pair in enumerate(pairs, 1) for p in _argument(place, *pair)]


def _argument(place: int, old: _Parameter, new: _Parameter) -> list[str]:
    first, second = (f'argument "{p.name}"' if p.name else f"argument {place}" for p in (old, new))
    said = phrases(old.facts, new.facts, second)
    if old.name == new.name:
        return said
    renamed = f'renamed to "{new.name}"' if old.name and new.name else ""
    named = f'is now named "{new.name}"' if new.name else "has no longer a name"
    return [f"{first} {renamed or named}", *said]


def _parameters(entry: Entry) -> list[_Parameter]:
    tree, _ = _create(entry)
    given = [p for p in tree.parameters or () if p.mode != Mode.FUNC_PARAM_TABLE]
    return [_parameter(node, entry.sliced) for node in given]


def _parameter(node: Any, sliced: Sliced) -> _Parameter:
    written = sliced.element(node.argType.location)
    facts = {
        "mode": Value(_MODES.get(node.mode, "IN")),
        "type": Value(plain(until(written, "DEFAULT"))),
        **values(default=plain(after(written, "DEFAULT"))),
    }
    return _Parameter(node.name or "", facts)


def _create(entry: Entry) -> tuple[Any, str]:
    return entry.first(ast.CreateFunctionStmt)


def _facts(entry: Entry) -> Facts:
    tree, text = _create(entry)
    facts: Facts = values(
        result_type=plain(clauses(text, "RETURNS", "LANGUAGE").get("RETURNS", ""))
    )
    facts |= _attributes(tree)
    return facts | _body(tree, text) | alters.facts(entry)


def _attributes(tree: Any) -> Facts:
    """What CREATE FUNCTION leaves out is what PostgreSQL takes then, save cost and rows, whose
    default depends on the language."""
    given = {option.defname: option.arg for option in tree.options or ()}
    facts: Facts = {
        "language": Value(constant(given.get("language")) or "sql"),
        "volatility": Value((constant(given.get("volatility")) or "volatile").upper()),
        "parallel safety": Value((constant(given.get("parallel")) or "unsafe").upper()),
        "cost": Value(constant(given.get("cost")) or "the default"),
        "rows": Value(constant(given.get("rows")) or "the default"),
    }
    facts |= {word: Flag() for option, word in _FLAGS.items() if _is_on(given.get(option))}
    if _is_on(given.get("security")):
        facts["SECURITY DEFINER"] = Flag("is now SECURITY DEFINER", "is now SECURITY INVOKER")
    facts |= values(support_function=dotted(given.get("support")))
    return facts | _settings(tree)


def _is_on(argument: Any) -> bool:
    return constant(argument) == "true"


def _settings(tree: Any) -> Facts:
    """Each SET option with its values."""
    facts: Facts = {}
    for option in tree.options or ():
        if option.defname == "set":
            value = ", ".join(constant(arg) or "''" for arg in option.arg.args or ())
            facts[f"SET {plain_name(option.arg.name)}"] = Value(value or "FROM CURRENT")
        elif option.defname == "transform":
            types = ", ".join(dotted(node.names) for node in option.arg)
            facts["TRANSFORM FOR TYPE"] = Value(types)
    return facts


def _body(tree: Any, text: str) -> Facts:
    strings = next((o.arg for o in tree.options or () if o.defname == "as"), None)
    if strings and len(strings) == 2:
        return values(library=constant(strings[0]), symbol=constant(strings[1]))
    if strings:
        return {"body": Code(constant(strings[0]))}
    return {"body": Code(after(text, "BEGIN") or after(text, "RETURN"))}


WORDS: Family = {
    "FUNCTION": pair_of(words),
    "PROCEDURE": pair_of(words),
}
