"""Words for types and domains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pglast import ast
from pglast.enums import ConstrType

from trueup.diff.words.facts import Facts, Flag, phrases, reordered, values
from trueup.diff.words.families.constraints import definition as constraint_facts
from trueup.diff.words.family import Family, pair_of
from trueup.diff.words.options import definition
from trueup.diff.words.text import plain, short
from trueup.diff.words.tree import Entry
from trueup.sql.quote import standard_literal
from trueup.sql.slices import Sliced
from trueup.sql.tree import constant

_KINDS: Mapping[type, str] = {
    ast.CreateEnumStmt: "enum",
    ast.CompositeTypeStmt: "composite type",
    ast.CreateRangeStmt: "range type",
    ast.DefineStmt: "base type",
}


def words(before: str, after: str) -> list[str]:
    """What changed between two types, which may be of different kinds."""
    old, new = Entry.of(before), Entry.of(after)
    (a, _), (b, _) = old.first(*_KINDS), new.first(*_KINDS)
    if type(a) is not type(b):
        kinds = _KINDS[type(a)], _KINDS[type(b)]
        return [f"changed from {kinds[0]} to {kinds[1]}"]
    return _COMPARE[type(a)](a, b, old.sliced, new.sliced)


def _enum(old: Any, new: Any, *_: Sliced) -> list[str]:
    before = [standard_literal(constant(value)) for value in old.vals or ()]
    after = [standard_literal(constant(value)) for value in new.vals or ()]
    said = [f"value {v} {_place(after, v)}" for v in after if v not in before]
    said += [f"value {v} dropped" for v in before if v not in after]
    common = [v for v in before if v in after], [v for v in after if v in before]
    return said + reordered("value", *common)


def _place(values_: list[str], value: str) -> str:
    at = values_.index(value)
    if at:
        return f"added after {values_[at - 1]}"
    return f"added before {values_[1]}" if len(values_) > 1 else "added"


def _composite(old: Any, new: Any, before: Sliced, after: Sliced) -> list[str]:
    first = {node.colname: _attribute(node, before) for node in old.coldeflist or ()}
    second = {node.colname: _attribute(node, after) for node in new.coldeflist or ()}
    said = [f'attribute "{name}" added' for name in second if name not in first]
    said += [f'attribute "{name}" dropped' for name in first if name not in second]
    common = [name for name in first if name in second]
    for name in common:
        said += phrases(first[name], second[name], f'attribute "{name}"')
    return said + reordered("attribute", common, [name for name in second if name in first])


def _attribute(node: Any, sliced: Sliced) -> Facts:
    starts = [part.location for part in (node.typeName, node.collClause) if part]
    parts = sliced.parts(starts)
    collation = parts[node.collClause.location] if node.collClause else ""
    return values(
        type=plain(parts[node.typeName.location]),
        collation=plain(collation.removeprefix("COLLATE ")),
    )


def _range(old: Any, new: Any, before: Sliced, after: Sliced) -> list[str]:
    return phrases(definition(old.params, before), definition(new.params, after))


def _base(old: Any, new: Any, before: Sliced, after: Sliced) -> list[str]:
    return phrases(definition(old.definition, before), definition(new.definition, after))


_COMPARE: Mapping[type, Callable[[Any, Any, Sliced, Sliced], list[str]]] = {
    ast.CreateEnumStmt: _enum,
    ast.CompositeTypeStmt: _composite,
    ast.CreateRangeStmt: _range,
    ast.DefineStmt: _base,
}


def domain_words(before: str, after: str) -> list[str]:
    """Base type, default and NOT NULL, then each constraint."""
    (old, first), (new, second) = _domain(before), _domain(after)
    said = phrases(old, new)
    said += [f'constraint "{n}" added: {short(plain(second[n]))}' for n in second if n not in first]
    said += [
        f'constraint "{n}" dropped: {short(plain(first[n]))}' for n in first if n not in second
    ]
    for name in first:
        if name in second and first[name] != second[name]:
            facts = constraint_facts(first[name]), constraint_facts(second[name])
            said += phrases(*facts, f'constraint "{name}"')
    return said


def _domain(ddl: str) -> tuple[Facts, dict[str, str]]:
    entry = Entry.of(ddl)
    tree: Any
    tree, _ = entry.first(ast.CreateDomainStmt)
    nodes = [tree.typeName, tree.collClause, *(tree.constraints or ())]
    parts = entry.sliced.parts([node.location for node in nodes if node])
    facts = values(base_type=plain(parts[tree.typeName.location]))
    if tree.collClause:
        collation = parts[tree.collClause.location].removeprefix("COLLATE")
        facts |= values(collation=plain(collation))
    checks: dict[str, str] = {}
    for node in tree.constraints or ():
        text = parts[node.location]
        if node.contype == ConstrType.CONSTR_CHECK:
            checks[node.conname or "check"] = text[text.index("CHECK") :]
        else:
            facts |= _property(node, text)
    return facts, checks


def _property(node: Any, text: str) -> Facts:
    if node.contype == ConstrType.CONSTR_DEFAULT:
        return values(default=plain(text.removeprefix("DEFAULT")))
    if node.contype == ConstrType.CONSTR_NOTNULL:
        return {"NOT NULL": Flag()}
    return {}


WORDS: Family = {
    "DOMAIN": pair_of(domain_words),
    "TYPE": pair_of(words),
}
