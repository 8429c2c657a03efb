"""Which codes the source can show: every expression that stands where a `code` goes.

A place for a code is: the argument of a call whose callee names a parameter or field `code`; a
variable or class attribute `code`; what a loop or an assignment unpacks as `code` from a table or
from what a function returns. Expressions put together at run time are expanded from where their
parts come from. What can't be expanded is told, and fails a test, instead of being passed over: a
new way of making a code has to be taught here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import get_args

from trueup.folder.content import Kind

SOURCE = Path(__file__).parents[2] / "src" / "trueup"
WORD = "code"
# These speak of codes of another kind: SGR numbers of terminals, a line of Python for the hook.
OTHERS = frozenset({"report/style.py", "git/hook_script.py"})
# Where files that can't be read get the last part of their code from, besides their own reader.
READING = "folder/reading.py"

Places = Mapping[str, int]


@dataclass
class Found:
    """Each code with the first place that makes it, the expressions that could not be read, and
    the codes that some condition asks for."""

    codes: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    asked_for: dict[str, str] = field(default_factory=dict)


@cache
def found_codes() -> Found:
    """What the source has."""
    trees = {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }
    modules = {_module(name): _places(tree) for name, tree in trees.items()}
    methods = dict(item for tree in trees.values() for item in _methods(tree))
    constants = dict(item for tree in trees.values() for item in _constants(tree))
    reasons = _reasons(trees[READING])
    found = Found()
    for name, tree in trees.items():
        if name in OTHERS:
            continue
        places = {**methods, **_imported(tree, modules), **_places(tree)}
        places |= _aliases(tree, places)
        parts = _Parts(constants, _passed(tree), [*reasons, *_reasons(tree)])
        _take(found, name, tree, places, parts)
    return found


def _module(name: str) -> str:
    return "trueup." + name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _take(found: Found, name: str, tree: ast.Module, places: Places, parts: _Parts) -> None:
    for expression in _expressions(tree, places):
        place = f"{name}:{expression.lineno}"
        values = parts.values(expression)
        if values is None:
            found.unread.append(f"{place}: {ast.unparse(expression)}")
        for code in values or ():
            found.codes.setdefault(code, place)
    for code in _asked_for(tree):
        found.asked_for.setdefault(code, name)


@dataclass(frozen=True)
class _Parts:
    """What the parts of an expression may stand for: constants of any module, what a file passes
    for a parameter, and why a file could not be read."""

    constants: Mapping[str, str]
    passed: Mapping[str, list[str]]
    reasons: list[str]

    def values(self, node: ast.expr) -> list[str] | None:
        """The texts that an expression may be; None where that can't be told."""
        if _is_passed_on(node):
            return []
        if (text := _text(node)) is not None:
            return [text]
        if isinstance(node, ast.Name) and node.id in self.constants:
            return [self.constants[node.id]]
        if isinstance(node, ast.BoolOp):
            return self._any(node.values)
        if isinstance(node, ast.IfExp):
            return self._any([node.body, node.orelse])
        if isinstance(node, ast.FormattedValue):
            return self._part(node.value)
        return self._joined(node) if isinstance(node, ast.JoinedStr) else None

    def _any(self, nodes: Iterable[ast.expr]) -> list[str] | None:
        each = [self.values(node) for node in nodes]
        if any(values is None for values in each):
            return None
        return [code for values in each for code in values or ()]

    def _joined(self, node: ast.JoinedStr) -> list[str] | None:
        each = [self.values(part) for part in node.values]
        if [] in each:  # a code that is passed on, in a sentence
            return []
        if None in each:
            return None
        return ["".join(words) for words in product(*(values or () for values in each))]

    def _part(self, node: ast.expr) -> list[str] | None:
        if isinstance(node, ast.Attribute) and node.attr == "what":
            return self.reasons
        if isinstance(node, ast.Name) and node.id == "kind":
            return list(get_args(Kind))
        if isinstance(node, ast.Name) and node.id in self.passed:
            return self.passed[node.id]
        return self.values(node)


def _is_passed_on(node: ast.expr) -> bool:
    """A code that only passes through; where it comes from is a place of its own."""
    nothing = isinstance(node, ast.Constant) and node.value is None
    return nothing or isinstance(node, ast.Starred) or _name(node) == WORD


def _name(node: ast.AST) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _places(tree: ast.Module) -> dict[str, int]:
    """Function, class or method of a file -> at which position its `code` stands."""
    return {
        name: parameters.index(WORD)
        for name, parameters in _definitions(tree)
        if WORD in parameters and name != "__init__"
    }


def _methods(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The methods that others may call; whose they are can't be seen at the call."""
    for node in ast.walk(tree):
        for item in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
                parameters = _parameters(item)
                if WORD in parameters:
                    yield item.name, parameters.index(WORD)


def _imported(tree: ast.Module, modules: Mapping[str, Places]) -> dict[str, int]:
    """What a file takes from others: `from x import name`, and `module.name` by its last part."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        source = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            found |= modules.get(f"{source}.{alias.name}", {})
            if alias.name in (there := modules.get(source, {})):
                found[alias.asname or alias.name] = there[alias.name]
    return found


def _definitions(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Every function and class with the names of what it takes by position."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name, _parameters(node)
        elif isinstance(node, ast.ClassDef):
            yield node.name, _fields(node)


def _parameters(node: ast.FunctionDef) -> list[str]:
    return [a.arg for a in node.args.args if a.arg not in ("self", "cls")]


def _fields(node: ast.ClassDef) -> list[str]:
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return _parameters(item)
    annotated = [item.target for item in node.body if isinstance(item, ast.AnnAssign)]
    return [target.id for target in annotated if isinstance(target, ast.Name)]


def _aliases(tree: ast.Module, places: Places) -> dict[str, int]:
    """`make = finding.error if needed else finding.warning`: another name for such a callable."""
    return {
        _name(node.targets[0]): places[_name(node.value.body)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.IfExp)
        and _name(node.value.body) in places
    }


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """`DATA_LOSS: Final = "data_loss"`."""
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target: ast.expr = node.targets[0] if isinstance(node, ast.Assign) else node.target
        text = _text(node.value)
        if text is not None:
            yield _name(target), text


def _text(node: ast.expr) -> str | None:
    constant = node.value if isinstance(node, ast.Constant) else None
    return constant if isinstance(constant, str) else None


def _passed(tree: ast.Module) -> dict[str, list[str]]:
    """Parameter -> the texts that a file passes for it to its own functions."""
    defined = dict(_definitions(tree))
    found: dict[str, list[str]] = {}
    for call in _calls(tree):
        for parameter, value in zip(defined.get(_name(call.func), []), call.args, strict=False):
            if (text := _text(value)) is not None:
                found.setdefault(parameter, []).append(text)
    return found


def _reasons(tree: ast.Module) -> list[str]:
    """The last parts of the codes of files that can't be read: `Unreadable("missing", …)`."""
    firsts = [_text(call.args[0]) for call in _calls(tree) if _name(call.func) == "Unreadable"]
    return [text for text in firsts if text is not None]


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _expressions(tree: ast.Module, places: Places) -> Iterator[ast.expr]:
    """Every expression in a code's place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            at = places.get(_name(node.func))
            yield from node.args[at : at + 1] if at is not None else ()
        elif isinstance(node, ast.keyword):
            yield from [node.value] if node.arg == WORD else ()
        elif isinstance(node, ast.AnnAssign):
            yield from [node.value] if _name(node.target) == WORD and node.value else ()
        elif isinstance(node, ast.Assign):
            yield from _assigned(tree, node.targets[0], node.value)
        elif isinstance(node, ast.For):
            yield from _from_table(tree, node)
        elif isinstance(node, ast.FunctionDef):
            yield from _defaults(node)


def _assigned(tree: ast.Module, target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    """`code = …`, `code, where = …, …` and `code, hint = reason(…)`."""
    if _name(target) == WORD:
        yield value
        return
    at = _at(target)
    if at is None:
        return
    if isinstance(value, ast.Tuple):
        yield value.elts[at]
    elif isinstance(value, ast.Call):
        yield from (back.elts[at] for back in _returned(tree, _name(value.func)))


def _at(target: ast.expr) -> int | None:
    """At which place of what is unpacked the code stands."""
    names = [_name(each) for each in target.elts] if isinstance(target, ast.Tuple) else []
    return names.index(WORD) if WORD in names else None


def _returned(tree: ast.Module, function: str) -> Iterator[ast.Tuple]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for back in ast.walk(node):
                if isinstance(back, ast.Return) and isinstance(back.value, ast.Tuple):
                    yield back.value


def _from_table(tree: ast.Module, loop: ast.For) -> Iterator[ast.expr]:
    """`for sign, code, hint in _REASONS`: the code of each entry of that table."""
    at, table = _at(loop.target), _name(loop.iter)
    for node in tree.body:
        if at is not None and isinstance(node, ast.Assign) and _name(node.targets[0]) == table:
            assert isinstance(node.value, ast.Tuple), f"{table} is not a plain table"
            yield from (entry.elts[at] for entry in node.value.elts if isinstance(entry, ast.Tuple))


def _defaults(node: ast.FunctionDef) -> Iterator[ast.expr]:
    for argument, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if argument.arg == WORD and value is not None:
            yield value


def _asked_for(tree: ast.Module) -> Iterator[str]:
    """`if problem.code == "…"`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and _name(node.left) == WORD:
            yield from (text for value in node.comparators if (text := _text(value)))
