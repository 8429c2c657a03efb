"""Domains: default, NOT NULL and checks are changed in place, the base type is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.rule import Rule, rule_for, statements
from trueup.plan.rules.types import away_name
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.type_body import Domain, parse_domain


class DomainRule(Rule):
    """Domains."""

    kinds: ClassVar[tuple[str, ...]] = ("DOMAIN",)
    space: ClassVar[str] = "type"

    def shadows(self, element: Element) -> Iterable[str]:
        return (element.key.name,)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = parse_domain(old.ddl), parse_domain(new.ddl)
        if before.base != after.base:
            return None
        _comments_of_changed(before, after, old, work)
        return Alteration(tuple(_changes(before, after, new)))

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        """A check or a default that uses what goes is put back when that is back."""
        new = work.goal.get(element.key)
        if work.lets_go(element.key, lost):
            return
        before = parse_domain(element.ddl)
        after = parse_domain(new.ddl) if new else None
        uses_type = _speaks_of(before.base, lost, work.source)
        if new is None or after is None or uses_type or before.base != after.base:
            work.replace(element.key)
            return
        loosened = _without(before, lost, work.source)
        release = tuple(_changes(before, loosened, element))
        work.reseat(element.key, release, tuple(_changes(loosened, after, new)))

    def away(self, element: Element, work: Work) -> Sequence[Statement]:
        name = qualified(element.key.schema, element.key.name)
        aside = quote(away_name(element.key.name))
        return statements(element, f"ALTER DOMAIN {name} RENAME TO {aside}")

    def farewell(self, element: Element, work: Work) -> Sequence[Statement]:
        name = qualified(element.key.schema, away_name(element.key.name))
        return statements(element, f"DROP DOMAIN {name}")


def _speaks_of(text: str, target: ObjectKey, side: Side) -> bool:
    known = side.get(target)
    return known is not None and side.speaks_of(text, target, rule_for(target.kind).names(known))


def _without(domain: Domain, lost: ObjectKey, side: Side) -> Domain:
    """The domain less what speaks of `lost`; where nothing does by name, less all expressions."""
    kept = {n: c for n, c in domain.constraints.items() if not _speaks_of(c, lost, side)}
    default = domain.default
    if default and _speaks_of(default, lost, side):
        default = None
    if kept == domain.constraints and default == domain.default:
        return replace(domain, default=None, constraints={})
    return replace(domain, default=default, constraints=kept)


def _comments_of_changed(before: Domain, after: Domain, old: Element, work: Work) -> None:
    """A comment on a check goes with the check."""
    remade = _remade(before.constraints, after.constraints)
    for dependent in work.source.dependents(old.key):
        if dependent.key.kind == "COMMENT" and any(quote(n) in dependent.ddl for n in remade):
            work.replace(dependent.key)


def _remade(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [name for name, text in before.items() if name in after and after[name] != text]


def _changes(before: Domain, after: Domain, about: Element) -> Iterator[Statement]:
    start = f"ALTER DOMAIN {qualified(about.key.schema, about.key.name)}"
    if before.default != after.default:
        word = f"SET DEFAULT {after.default}" if after.default else "DROP DEFAULT"
        yield from statements(about, f"{start} {word}")
    yield from _not_null(before, after, start, about)
    for name, text in before.constraints.items():
        if after.constraints.get(name) != text:
            yield from statements(about, f"{start} DROP CONSTRAINT {quote(name)}")
    price = hazards.may_fail("values that break the check stop it")
    for name, text in after.constraints.items():
        if before.constraints.get(name) != text:
            yield from statements(about, f"{start} ADD CONSTRAINT {quote(name)} {text}", price)


def _not_null(before: Domain, after: Domain, start: str, about: Element) -> Iterator[Statement]:
    if (before.not_null, before.not_null_name) == (after.not_null, after.not_null_name):
        return
    if before.not_null:
        yield from statements(about, f"{start} DROP NOT NULL")
    if after.not_null:
        price = hazards.may_fail("a column with no value stops it")
        word = "SET NOT NULL"
        if after.not_null_name:
            word = f"ADD CONSTRAINT {quote(after.not_null_name)} NOT NULL"
        yield from statements(about, f"{start} {word}", price)


RULES = (DomainRule(),)
