"""What happens to each element: what differs, and what must give way because of it.

Starts from the difference and follows, from each element that goes, everything that stands on it,
until nothing more is touched.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Protocol

from trueup.model.schema import ObjectKey, Schema
from trueup.plan.decision import Alteration, Decision, Fate
from trueup.plan.element import Element, Side
from trueup.plan.statements import Hint, PlanOptions, Statement


class Family(Protocol):
    """What deciding asks of a family of objects; `plan.rule.Rule` says what each means."""

    opens: ClassVar[bool]

    def prepare(self, element: Element, side: Side) -> None: ...
    def rebuilds(self, old: Element, new: Element, work: Work) -> bool: ...
    def compare(self, old: Element, new: Element, work: Work) -> None: ...
    def on_arrival(self, element: Element, work: Work) -> None: ...
    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None: ...
    def on_retype(self, element: Element, column: ObjectKey, work: Work) -> None: ...
    def drags(self, element: Element, work: Work) -> Iterable[ObjectKey]: ...
    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]: ...
    def goes_only_with(self, element: Element, work: Work) -> ObjectKey | None: ...
    def waits_aside(self, element: Element, work: Work) -> bool: ...
    def away(self, element: Element, work: Work) -> Sequence[Statement]: ...


class Work:
    """Both sides and the decisions made so far. Rules read and decide through it."""

    def __init__(
        self,
        source: Schema,
        goal: Schema,
        options: PlanOptions,
        family_of: Callable[[str], Family],
    ) -> None:
        self.source = Side(source)
        self.goal = Side(goal)
        self.options = options
        self._family = family_of
        self.decisions: dict[ObjectKey, Decision] = {}
        self.moved_away: set[ObjectKey] = set()
        self.opened: set[ObjectKey] = set()
        self.hints: list[Hint] = []
        self._lost: deque[ObjectKey] = deque()
        self._rides: dict[ObjectKey, ObjectKey | None] = {}
        for side in (self.source, self.goal):
            for key in list(side):
                if key in side:
                    self._family(key.kind).prepare(side[key], side)

    # -- what was decided ---------------------------------------------------------------------

    def fate(self, key: ObjectKey) -> Fate | None:
        """What becomes of an element; None: it stays."""
        decision = self.decisions.get(key)
        return decision.fate if decision else None

    def goes(self, key: ObjectKey) -> bool:
        """Whether the source's element is dropped, to come back or not."""
        return self.fate(key) in (Fate.DROP, Fate.REPLACE)

    def comes(self, key: ObjectKey) -> bool:
        """Whether the goal's element is made by this plan."""
        return self.fate(key) in (Fate.CREATE, Fate.REPLACE)

    def stays(self, key: ObjectKey) -> bool:
        """Whether the element is there before and after, and never gone between."""
        return key in self.source and key in self.goal and not self.goes(key)

    # -- decisions ----------------------------------------------------------------------------

    def decide(self) -> None:
        """Decides about everything."""
        keys = list(dict.fromkeys([*self.source, *self.goal]))
        self._rebuild(key for key in keys if self._family(key.kind).opens)
        self.compare(key for key in keys if self._family(key.kind).opens)
        self.compare(key for key in keys if not self._family(key.kind).opens)
        self._follow()

    def _rebuild(self, keys: Iterable[ObjectKey]) -> None:
        """What is to be copied is decided first: it is not opened."""
        for key in keys:
            old, new = self.source.get(key), self.goal.get(key)
            differ = old and new and (self._differ(old, new) or key in self.options.rebuild)
            if old and new and differ and self._family(key.kind).rebuilds(old, new, self):
                self.replace(key)
                self.move_away(key)

    def compare(self, keys: Iterable[ObjectKey]) -> None:
        """Decides about the keys that differ and about which nothing was decided yet."""
        for key in keys:
            old, new = self.source.get(key), self.goal.get(key)
            if key in self.decisions:
                continue
            if old is None:
                self.decisions[key] = Decision(Fate.CREATE)
                self._family(key.kind).on_arrival(self.goal[key], self)
            elif new is None:
                self._lose(key, Fate.DROP)
            elif self._differ(old, new):
                self._family(key.kind).compare(old, new, self)

    def _differ(self, old: Element, new: Element) -> bool:
        return old.differs(new, verbatim=self.options.verbatim)

    def replace(self, key: ObjectKey) -> None:
        """Drops an element; what the goal has under its key is made anew."""
        if key in self.source and not self.goes(key):
            self._lose(key, Fate.REPLACE if key in self.goal else Fate.DROP)

    def alter(self, key: ObjectKey, alteration: Alteration) -> None:
        """Changes an element in place, unless it already goes."""
        if self.goes(key):
            return
        known = self.decisions.get(key)
        was_retyped = known.alteration.retypes if known else False
        self.decisions[key] = Decision(Fate.ALTER, alteration)
        if alteration.retypes and not was_retyped:
            self._retype(key)

    def reseat(
        self,
        key: ObjectKey,
        release: Sequence[Statement],
        restore: Sequence[Statement],
        *,
        retypes: bool = False,
    ) -> None:
        """Lets an element stay while something it stands on is exchanged. `retypes`: it has
        another type meanwhile."""
        if self.goes(key):
            return
        change = Alteration(retypes=retypes, recasts=retypes)
        self.decisions[key] = Decision(Fate.RESEAT, change, tuple(release), tuple(restore))
        if retypes:
            self._retype(key)

    def move_away(self, key: ObjectKey) -> bool:
        """Keeps a doomed element aside until its data has been carried over. Whether it can."""
        if not self.goes(key):
            return False
        if self._family(key.kind).away(self.source[key], self):
            self.moved_away.add(key)
        return key in self.moved_away

    def lets_go(self, key: ObjectKey, lost: ObjectKey) -> bool:
        """Whether an element that is altered anyway no longer stands on `lost` afterwards, so
        that altering it first is enough."""
        new = self.goal.get(key)
        return (
            self.fate(key) is Fate.ALTER
            and new is not None
            and lost not in new.needs
            and self.fate(lost) is Fate.DROP
        )

    def hint(self, code: str, about: ObjectKey, message: str) -> None:
        """Notes something for the reader of the plan."""
        self.hints.append(Hint(code, about, message))

    def rides_on(self, key: ObjectKey) -> ObjectKey | None:
        """The dropped element whose drop takes this dropped one along; None when it needs a DROP
        of its own: nothing takes it, or something else that goes must find it gone before."""
        if key not in self._rides:
            self._rides[key] = None
            self._rides[key] = self._find_ride(self.source[key])
        return self._rides[key]

    def _find_ride(self, element: Element) -> ObjectKey | None:
        if element.key in self.moved_away:
            return None
        rule = self._family(element.key.kind)
        only = rule.goes_only_with(element, self)
        if only and self.goes(only):
            return self.rides_on(only) or only
        hosts = tuple(rule.hosts(element, self))
        for host in hosts:
            if host not in self.source or not self.goes(host):
                continue
            root = self.rides_on(host) or host
            if root in self.moved_away and not rule.waits_aside(element, self):
                continue
            if all(n in hosts or self._is_gone_with(n, host, root) for n in element.needs):
                return root
        return None

    def _is_gone_with(self, need: ObjectKey, host: ObjectKey, root: ObjectKey) -> bool:
        return (
            need in (host, root)
            or need not in self.source
            or not self.goes(need)
            or need in self.source[root].needs
            or need in self.source[host].needs
            or self.rides_on(need) == root
        )

    # -- consequences -------------------------------------------------------------------------

    def _lose(self, key: ObjectKey, fate: Fate) -> None:
        self.decisions[key] = Decision(fate)
        self._lost.append(key)

    def _retype(self, key: ObjectKey) -> None:
        for element in self.source.dependents(key):
            self._family(element.key.kind).on_retype(element, key, self)

    def _follow(self) -> None:
        while self._lost:
            key = self._lost.popleft()
            element = self.source[key]
            for dragged in self._family(key.kind).drags(element, self):
                self.replace(dragged)
            for dependent in self.source.dependents(key):
                if not self.goes(dependent.key):
                    self._family(dependent.key.kind).on_loss(dependent, key, self)
                elif dependent.key in self.moved_away:
                    self.move_away(key)
