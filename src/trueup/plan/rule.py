"""What a family of objects knows about itself, and the table kind → family.

The core (plan, work, order) asks only through here and names no kinds.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import ClassVar, Final

import pglast

from trueup.model.hazard import Hazard
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.statements import Statement
from trueup.plan.steps import Edge
from trueup.plan.work import Work
from trueup.sql.references import references
from trueup.sql.reparse import as_written
from trueup.sql.statements import split

Space = tuple[str, str, str]
# What an extension shadows, whose operators are not known by name.
ANY_OPERATOR: Final = "any operator"


class Rule:
    """A family. The defaults here fit an object that PostgreSQL can drop and recreate without
    loss and that pg_dump describes in full; a family overrides what differs."""

    kinds: ClassVar[tuple[str, ...]] = ()
    # Names in one space must be unique; "" for objects whose names clash with nothing else's.
    space: ClassVar[str] = ""
    # PostgreSQL refuses to change the type of a column that this looks at.
    blocks_retype: ClassVar[bool] = False
    # Opened into finer elements when it differs.
    opens: ClassVar[bool] = False
    # Holds code as text, which PostgreSQL looks into when it is made unless told not to.
    holds_code: ClassVar[bool] = False

    def prepare(self, element: Element, side: Side) -> None:
        """Puts right what the archive says about an element, before anything is compared."""

    def names(self, element: Element) -> Iterable[str]:
        """The words by which another object's text can name this one; none if unknown."""
        return (element.bare_name,)

    def shadows(self, element: Element) -> Iterable[str]:
        """Words that, without a schema before them, could mean this one in place of something of
        PostgreSQL's own: functions, operators, types."""
        return ()

    def occupies(self, element: Element) -> Iterable[Space]:
        """The names this one takes, which nothing else may have at the same time."""
        if self.space:
            yield (self.space, element.key.schema, element.key.name)

    def columns_used(
        self, element: Element, relation: ObjectKey, columns: Sequence[str]
    ) -> set[str]:
        """Which columns of a relation the element looks at; in doubt all of them."""
        try:
            found = references(element.ddl)
        except pglast.parser.ParseError:
            return set(columns)
        return set(found.columns_of((relation.schema, relation.name), columns))

    def refine(
        self, element: Element, relation: ObjectKey, columns: Mapping[str, ObjectKey], side: Side
    ) -> None:
        """A relation this one stands on was opened: say which of its columns it stands on."""
        used = self.columns_used(element, relation, tuple(columns))
        side.add_needs(element.key, (columns[name] for name in used))

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        """What takes this one along when it is dropped, nearest last."""
        return ()

    def goes_only_with(self, element: Element, work: Work) -> ObjectKey | None:
        """The element without whose drop PostgreSQL refuses to drop this one."""
        return None

    def drags(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        """What must be dropped too for this one to go."""
        return ()

    def compare(self, old: Element, new: Element, work: Work) -> None:
        """Decides what becomes of an element that both sides have and that differs."""
        change = None if old.about in work.options.rebuild else self.alter(old, new, work)
        if change is None:
            work.replace(old.key)
        else:
            work.alter(old.key, change)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        """The change in place; None where it must be dropped and recreated."""
        return None

    def on_arrival(self, element: Element, work: Work) -> None:
        """The goal has this one and the source does not: what must give way for it."""

    def on_loss(self, element: Element, lost: ObjectKey, work: Work) -> None:
        """Something this one stands on goes. By default it goes too, and comes back if wanted."""
        if not work.lets_go(element.key, lost):
            work.replace(element.key)

    def on_retype(self, element: Element, column: ObjectKey, work: Work) -> None:
        """A column this one looks at changes its type."""
        if self.blocks_retype:
            work.replace(element.key)

    def rebuilds(self, old: Element, new: Element, work: Work) -> bool:
        """Whether an object that would be opened is to be copied into a new one instead."""
        return False

    def waits_aside(self, element: Element, work: Work) -> bool:
        """Whether it may stay on a host that was moved away until that is dropped: when it keeps
        no name that its successor needs."""
        return not tuple(self.occupies(element))

    def away(self, element: Element, work: Work) -> Sequence[Statement]:
        """Moves this one to another name so that data can be carried over to its successor; the
        counterpart that drops it in the end is `farewell`. Empty where there is no such way."""
        return ()

    def farewell(self, element: Element, work: Work) -> Sequence[Statement]:
        """Drops what `away` put aside."""
        return ()

    def create(self, element: Element, work: Work) -> Iterable[Statement]:
        """Makes it."""
        return statements(element, element.ddl)

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        """Removes it."""
        return statements(element, element.drop)

    def after_create(self, element: Element, work: Work) -> Iterable[Statement]:
        """What must follow the making of any element, whatever its family."""
        return ()

    def finish(self, plan: Sequence[Statement], work: Work) -> Sequence[Statement]:
        """A last look at the ordered statements of the whole plan."""
        return plan

    def afterwards(self, work: Work) -> Iterable[Statement]:
        """What is to be run when all else is done."""
        return ()

    def order(self, work: Work) -> Iterator[Edge]:
        """Orders of steps beyond what needs and names give: (earlier, later)."""
        yield from ()


def statements(element: Element, sql: str, *hazards: Hazard) -> tuple[Statement, ...]:
    """SQL text as statements about an element; hazards go with the first."""
    texts = [text for text in split(sql) if text]
    return tuple(
        Statement(as_written(text), element.about, hazards if index == 0 else ())
        for index, text in enumerate(texts)
    )


def rule_for(kind: str) -> Rule:
    """The family of a kind; an unknown kind is dropped and recreated as pg_dump says."""
    return _table().get(kind, _OTHER)


def rules() -> Iterable[Rule]:
    """Every family once."""
    return dict.fromkeys(_table().values())


@cache
def listeners() -> Sequence[Rule]:
    """The families that have something to add when an element of any family is made."""
    return [rule for rule in rules() if type(rule).after_create is not Rule.after_create]


_OTHER = Rule()


@cache
def _table() -> dict[str, Rule]:
    """Found by walking plan/rules: a new family is one new file."""
    from trueup.plan import rules as folder

    table: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(folder.__path__):
        loaded = importlib.import_module(f"{folder.__name__}.{module.name}")
        for rule in getattr(loaded, "RULES", ()):
            # A family without a kind only listens to what the others make.
            for kind in rule.kinds or (f"({module.name})",):
                if kind in table:
                    raise ValueError(f"two rules for {kind}")
                table[kind] = rule
    return table
