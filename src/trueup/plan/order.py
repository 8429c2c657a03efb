"""Putting steps in order: drops as early as possible and backwards, the rest as pg_dump would.

An element dropped and made again has two steps, one moved aside a third. Each step comes after
what it needs gone or there; where that leaves a choice, drops go first in the reverse of the
source's archive order, then the goal's archive order, which is known to load.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from trueup.model.schema import ObjectKey
from trueup.plan.decision import Decision, Fate
from trueup.plan.element import Element
from trueup.plan.rule import Space, listeners, rule_for, rules
from trueup.plan.statements import Statement
from trueup.plan.steps import ALTER, CREATE, DROP, FAREWELL, Step
from trueup.plan.work import Work

_Rank = tuple[int, tuple[int, ...], str, ObjectKey]


@dataclass
class _Graph:
    statements: dict[Step, tuple[Statement, ...]] = field(default_factory=dict)
    after: dict[Step, set[Step]] = field(default_factory=dict)
    waits: dict[Step, int] = field(default_factory=dict)

    def add(self, step: Step, statements: tuple[Statement, ...]) -> None:
        self.statements[step] = statements
        self.after[step] = set()
        self.waits[step] = 0

    def edge(self, earlier: Step, later: Step) -> None:
        known = earlier in self.statements and later in self.statements
        if known and earlier != later and later not in self.after[earlier]:
            self.after[earlier].add(later)
            self.waits[later] += 1


def ordered(work: Work) -> Iterator[Statement]:
    """The statements of all decisions, in an order in which each can run."""
    graph = _Graph()
    for key, decision in work.decisions.items():
        for action, statements in _steps(key, decision, work):
            graph.add((action, key), statements)
    for key in work.decisions:
        _needs(graph, work, key)
    _names(graph, work)
    for earlier, later in (edge for rule in rules() for edge in rule.order(work)):
        graph.edge(earlier, later)
    for step in _sorted(graph, work):
        yield from graph.statements[step]


def _steps(
    key: ObjectKey, decision: Decision, work: Work
) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    rule = rule_for(key.kind)
    old, new = work.source.get(key), work.goal.get(key)
    if decision.fate is Fate.ALTER:
        yield ALTER, decision.alteration.statements
    elif decision.fate is Fate.RESEAT:
        yield DROP, decision.release
        yield CREATE, decision.restore
    if decision.fate in (Fate.DROP, Fate.REPLACE) and old:
        yield DROP, _drop_statements(old, work)
        if key in work.moved_away:
            yield FAREWELL, tuple(rule.farewell(old, work))
    if decision.fate in (Fate.CREATE, Fate.REPLACE) and new:
        more = (s for other in listeners() for s in other.after_create(new, work))
        yield CREATE, (*rule.create(new, work), *more)


def _drop_statements(old: Element, work: Work) -> tuple[Statement, ...]:
    rule = rule_for(old.key.kind)
    if old.key in work.moved_away:
        return tuple(rule.away(old, work))
    return () if work.rides_on(old.key) else tuple(rule.drop(old, work))


def _needs(graph: _Graph, work: Work, key: ObjectKey) -> None:
    old, new = work.source.get(key), work.goal.get(key)
    end = _end(work, key)
    if end[0] == DROP:
        graph.edge(end, (CREATE, key))
    elif key in work.moved_away:
        graph.edge((CREATE, key), end)
    for need in old.needs if old else ():
        _source_edges(graph, work, key, need)
    for need in new.needs if new else ():
        for made in ((CREATE, need), (ALTER, need)):
            graph.edge(made, (CREATE, key))
            graph.edge(made, (ALTER, key))


def _end(work: Work, key: ObjectKey) -> Step:
    """The step at which a dropped element is really gone: its own, or that of what takes it."""
    root = (work.rides_on(key) if work.goes(key) else None) or key
    return (FAREWELL if root in work.moved_away else DROP, root)


def _source_edges(graph: _Graph, work: Work, key: ObjectKey, need: ObjectKey) -> None:
    graph.edge((DROP, key), (DROP, need))
    graph.edge((DROP, key), (ALTER, need))
    if work.fate(need) is Fate.RESEAT:
        return
    if work.goes(need):
        last = _end(work, need)
        graph.edge((ALTER, key), last)
        if work.goes(key):
            graph.edge(_end(work, key), last)


def _names(graph: _Graph, work: Work) -> None:
    """Who gives a name up comes before who takes it."""
    leaving: dict[Space, list[ObjectKey]] = {}
    for key in work.decisions:
        if work.goes(key):
            for space in rule_for(key.kind).occupies(work.source[key]):
                leaving.setdefault(space, []).append(key)
    for key in work.decisions:
        if work.comes(key):
            for space in rule_for(key.kind).occupies(work.goal[key]):
                for other in leaving.get(space, ()):
                    graph.edge(_freed(work, other), (CREATE, key))


def _freed(work: Work, key: ObjectKey) -> Step:
    """The step after which a name is free: one that is moved aside has given it up by that."""
    return (DROP, key) if key in work.moved_away else _end(work, key)


def _sorted(graph: _Graph, work: Work) -> Iterator[Step]:
    ready = [_rank(step, work) for step, count in graph.waits.items() if count == 0]
    heapq.heapify(ready)
    waiting = {step for step, count in graph.waits.items() if count}
    while ready or waiting:
        if not ready:
            # A circle: take the step that would be first anyway; where PostgreSQL refuses it, the
            # proof says so.
            stuck = min(waiting, key=lambda step: _rank(step, work))
            waiting.discard(stuck)
            heapq.heappush(ready, _rank(stuck, work))
        *_, action, key = heapq.heappop(ready)
        step = (action, key)
        yield step
        for later in graph.after[step]:
            graph.waits[later] -= 1
            if graph.waits[later] == 0 and later in waiting:
                waiting.discard(later)
                heapq.heappush(ready, _rank(later, work))


def _rank(step: Step, work: Work) -> _Rank:
    action, key = step
    if action == DROP:
        position = work.source[key].position
        return (1, tuple(-n for n in position), action, key)
    if action == FAREWELL:
        return (3, work.source[key].position, action, key)
    first = work.decisions[key].alteration.first
    return (0 if first else 2, work.goal[key].position, action, key)
