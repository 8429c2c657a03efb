"""Triggers of tables and event triggers, with their enabled states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from trueup.model.kinds import RELATIONS
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.steps import CREATE, Edge
from trueup.plan.tables.opening import ATTACH
from trueup.plan.work import Work
from trueup.sql.quote import qualified, quote
from trueup.sql.statements import split

TRIGGER = "TRIGGER"


def _relation(element: Element) -> ObjectKey | None:
    found = [n for n in element.needs if n.kind in RELATIONS]
    owning = [n for n in found if element.key.name.startswith(f"{n.name} ")]
    return max(owning, key=lambda n: len(n.name), default=None)


class TriggerRule(Rule):
    """Triggers. A partition's copy of its parent's trigger has an entry only where its state
    differs, and that says nothing but the state."""

    kinds: ClassVar[tuple[str, ...]] = (TRIGGER,)
    blocks_retype: ClassVar[bool] = True

    def prepare(self, element: Element, side: Side) -> None:
        """A copy's state stands on the trigger it copies."""

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        relation = _relation(element)
        if relation:
            yield relation
        yield from (need for need in element.needs if need.kind == TRIGGER)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        relation = _relation(new)
        before, after = split(old.ddl), split(new.ddl)
        if relation is None or _made(before) != _made(after):
            return None
        states = [text for text in after if not text.startswith("CREATE")]
        if not states:
            states = [_state(new, relation, "ENABLE")]
        return Alteration(tuple(s for text in states for s in statements(new, text)))

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        relation = _relation(element)
        if not _is_copy(element) or relation is None:
            return statements(element, element.drop)
        return statements(element, _state(element, relation, "ENABLE"))

    def order(self, work: Work) -> Iterator[Edge]:
        for key in work.decisions:
            element = work.goal.get(key) if key.kind == TRIGGER else None
            relation = _relation(element) if element and _is_copy(element) else None
            if relation:
                attach = ObjectKey(ATTACH, relation.schema, relation.name)
                yield (CREATE, attach), (CREATE, key)


def _is_copy(element: Element) -> bool:
    return not element.drop.strip()


def _made(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text.startswith("CREATE")]


def _state(element: Element, relation: ObjectKey, word: str) -> str:
    table = qualified(relation.schema, relation.name)
    name = quote(element.key.name.removeprefix(f"{relation.name} "))
    return f"ALTER TABLE {table} {word} TRIGGER {name}"


class EventTriggerRule(Rule):
    """Event triggers."""

    kinds: ClassVar[tuple[str, ...]] = ("EVENT TRIGGER",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = split(old.ddl), split(new.ddl)
        if before[0] != after[0]:
            return None
        states = after[1:] or (f"ALTER EVENT TRIGGER {quote(new.key.name)} ENABLE",)
        return Alteration(tuple(s for text in states for s in statements(new, text)))


RULES = (TriggerRule(), EventTriggerRule())
