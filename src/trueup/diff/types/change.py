"""The answer to "what does this change of a column's type do?"."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.diff.types.casts import STRINGS, assigned, step_between
from trueup.diff.types.known import Resolved, Types
from trueup.diff.types.meanings import outcome_of, through_text
from trueup.diff.types.spelled import Type, name_of, read_type
from trueup.diff.types.stored import keeps_bytes
from trueup.diff.types.values import IN_DOUBT, Outcome, of_values
from trueup.sql.quote import quote

_TEXT = '"text"'
_CHECKED = "a value may break the domain's rules"


@dataclass(frozen=True, slots=True)
class TypeChange:
    """What a change of type does. `casts`: the types that a value is cast to in USING, none where
    PostgreSQL needs no telling; `wraps`: it becomes the only element of an array. `fails`: why a
    value may be refused; `loses`: what can't be had back, or silently is something else; both ""
    where nothing is."""

    casts: tuple[str, ...] = ()
    rewrites: bool = False
    fails: str = ""
    loses: str = ""
    wraps: bool = False

    @property
    def assigns(self) -> bool:
        """Whether PostgreSQL does it without being told how."""
        return not self.casts

    def using(self, column: str) -> str:
        """The USING expression for a column, "" where none is needed."""
        if not self.casts:
            return ""
        name = quote(column)
        value = "::".join((name, *self.casts))
        if not self.wraps:
            return value
        # IS NULL also holds for a row that has nothing but nulls in it.
        return f"CASE WHEN {name} IS NOT DISTINCT FROM NULL THEN NULL ELSE ARRAY[{value}] END"


def change_of_type(old: str, new: str, before: Types, after: Types) -> TypeChange:
    """What ALTER COLUMN … TYPE does in the way the plan goes. `old` is a type of the schema
    `before`, `new` one of `after`; a collation after them counts for nothing."""
    source, target = read_type(old), read_type(new)
    if source.text == target.text and before.body(source.base) == after.body(target.base):
        return TypeChange()
    here, there = before.resolved(source), after.resolved(target)
    if here.type.dimensions or there.type.dimensions:
        return _arrays(here, there, target, before, after)
    return _scalars(here, there, target, before, after)


def exchange_of_type(old: str, new: str, before: Types, after: Types) -> TypeChange:
    """The same where the type is another one of the same name: every value goes by way of its
    text form."""
    source, target = read_type(old), read_type(new)
    many = "[]" if source.dimensions and target.dimensions else ""
    outcome = through_text(source, target, before, after)
    resolved = after.resolved(target.element)
    if resolved.constrained:
        outcome |= Outcome(_CHECKED)
    casts: tuple[str, ...] = (_TEXT + many,)
    if resolved.type.base not in STRINGS:
        brackets = "[]" if target.dimensions else ""
        casts = (*casts, _last(resolved, target.element) + brackets)
    return TypeChange(casts, True, outcome.fails, outcome.loses)


def _last(target: Resolved, new: Type) -> str:
    """The type of the last cast, less a domain and a length: by assignment, which comes after it,
    what is too long is refused; an explicit cast would cut it off."""
    under = target.type
    if target.is_domain and not under.dimensions and name_of(under.base) is None:
        return under.bare
    return new.text if name_of(new.base) else new.bare


def _scalars(
    source: Resolved, target: Resolved, new: Type, before: Types, after: Types
) -> TypeChange:
    casts = _casts(source, target, new, after)
    outcome = outcome_of(source.type, target.type, before, after)
    if target.constrained:
        outcome |= Outcome(_CHECKED)
    keeps = not casts and _keeps(source, target, before, after)
    return TypeChange(casts, not keeps, outcome.fails, outcome.loses)


def _keeps(source: Resolved, target: Resolved, before: Types, after: Types) -> bool:
    if target.constrained or before.body(source.type.base) != after.body(target.type.base):
        return False
    return keeps_bytes(source.type, target.type, knows_modifier=not source.is_domain)


def _casts(source: Resolved, target: Resolved, new: Type, after: Types) -> tuple[str, ...]:
    old, under = source.type, target.type
    if after.has_cast(old.text, under.text):
        return (new.text,)
    if assigned(old, under):
        return ()
    step = step_between(old, under)
    # Whole numbers only know how many bits to make when they are told.
    told = under.base == "bit" and step != _TEXT and old.base not in STRINGS
    last = under.text if told else _last(target, new)
    return (step, last) if step else (last,)


def _arrays(
    source: Resolved, target: Resolved, new: Type, before: Types, after: Types
) -> TypeChange:
    old, under = source.type, target.type
    checked = _CHECKED if target.constrained else ""
    if under.dimensions:
        each = _elements(old.element, under.element, before, after)
        if old.dimensions:
            return _each(old, target, new, each)
        casts = each.casts or (_last(after.resolved(under.element), under.element),)
        return TypeChange(casts, True, each.fails or checked, each.loses, wraps=True)
    if under.base in STRINGS:
        outcome = of_values(Type("", "array", "", 0), under)
        return TypeChange((), True, outcome.fails or checked, outcome.loses)
    return TypeChange((_TEXT, new.text), True, IN_DOUBT.fails, IN_DOUBT.loses)


def _elements(old: Type, new: Type, before: Types, after: Types) -> TypeChange:
    return _scalars(before.resolved(old), after.resolved(new), new, before, after)


def _each(old: Type, target: Resolved, new: Type, each: TypeChange) -> TypeChange:
    """Arrays of both: only what drops a modifier, or changes none, leaves the rows alone."""
    same = old.base == target.type.base and target.type.modifier in ("", old.modifier)
    casts = tuple(f"{cast}[]" for cast in each.casts)
    if casts and target.is_domain:
        casts = (*casts[:-1], new.text)
    rewrites = each.rewrites or not same or target.constrained
    fails = each.fails or (_CHECKED if target.constrained else "")
    return TypeChange(casts, rewrites, fails, each.loses)
