"""Views and materialized views.

CREATE OR REPLACE VIEW keeps the view's dependents but may only append columns
(https://www.postgresql.org/docs/current/sql-createview.html); types of columns are not in the
text, so it is used where the old columns are the same expressions over the same tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar

from trueup.model.schema import ObjectKey
from trueup.plan import hazards
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.options import reloption_changes
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.quote import qualified
from trueup.sql.slices import Sliced
from trueup.sql.statements import split
from trueup.sql.tree import first, nodes

RETURN_RULE = " _RETURN"
_CREATE, _CREATE_OR_REPLACE = "CREATE VIEW ", "CREATE OR REPLACE VIEW "


class ViewRule(Rule):
    """Views."""

    kinds: ClassVar[tuple[str, ...]] = ("VIEW",)
    space: ClassVar[str] = "relation"
    blocks_retype: ClassVar[bool] = True

    def prepare(self, element: Element, side: Side) -> None:
        """pg_dump sometimes writes a view as a dummy and later its true query, because of what
        may come between. Where nothing between needs the view, the two are one here."""
        body_key = ObjectKey("RULE", element.key.schema, f"{element.key.name}{RETURN_RULE}")
        body = side.get(body_key)
        if body is None or _is_needed_by(element.key, body.needs - {element.key}, side):
            return
        side.remove(body_key)
        side.change(
            element.key,
            ddl=body.ddl.replace(_CREATE_OR_REPLACE, _CREATE, 1),
            needs=(element.needs | body.needs) - {element.key},
            position=body.position,
        )

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        gone = [need for need in old.needs if work.goes(need)]
        if gone or not _only_appends(old, new):
            return None
        return Alteration(statements(new, new.ddl.replace(_CREATE, _CREATE_OR_REPLACE, 1)))


def _is_needed_by(view: ObjectKey, needs: frozenset[ObjectKey], side: Side) -> bool:
    """Whether anything below stands on the view: a circle that only a dummy breaks."""
    seen: set[ObjectKey] = set()
    stack = list(needs)
    while stack:
        key = stack.pop()
        if key == view:
            return True
        element = side.get(key)
        if key not in seen and element:
            seen.add(key)
            stack.extend(element.needs)
    return False


@lru_cache(maxsize=1 << 16)
def _select(ddl: str) -> tuple[tuple[str, ...], frozenset[str]] | None:
    """A view's target list as texts with their column names, and the tables it reads with what
    makes its columns' types; None where it is not a plain SELECT."""
    sliced = Sliced.of(ddl)
    stmt: Any = first(ddl)
    query = stmt.query
    if type(query).__name__ != "SelectStmt" or not query.targetList or query.withClause:
        return None
    starts = [target.location for target in query.targetList]
    targets = tuple(" ".join(sliced.element(start).split()) for start in starts)
    # The last element ends where FROM begins, which is no bracket.
    last = targets[-1].split(" FROM ")[0]
    tables = frozenset(
        f"{n.schemaname}.{n.relname} {n.alias.aliasname if n.alias else ''}"
        for n in nodes(query.fromClause)
        if type(n).__name__ == "RangeVar"
    )
    nested = any(type(n).__name__ == "RangeSubselect" for n in nodes(query.fromClause))
    return None if nested else ((*targets[:-1], last), tables)


def _only_appends(old: Element, new: Element) -> bool:
    """Whether the new view's columns begin with the old one's, as far as the text can tell."""
    before, after = _select(old.ddl), _select(new.ddl)
    if before is None or after is None or len(split(new.ddl)) != 1:
        return False
    same_start = after[0][: len(before[0])] == before[0]
    return same_start and before[1] <= after[1]


class MaterializedViewRule(Rule):
    """Materialized views: their rows are computed again when they are recreated."""

    kinds: ClassVar[tuple[str, ...]] = ("MATERIALIZED VIEW",)
    space: ClassVar[str] = "relation"
    blocks_retype: ClassVar[bool] = True

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = _storage(old.ddl), _storage(new.ddl)
        if before[0] != after[0]:
            return None
        name = qualified(new.key.schema, new.key.name)
        changes = reloption_changes(before[1], after[1])
        found = [s for c in changes for s in statements(new, f"ALTER MATERIALIZED VIEW {name} {c}")]
        return Alteration((*found, *_tail_changes(before[2], after[2], new)))

    def afterwards(self, work: Work) -> Iterable[Statement]:
        """pg_dump makes them empty, and empty ones can't be read."""
        made = [k for k in work.decisions if k.kind in self.kinds and work.comes(k)]
        for key in sorted(made if work.options.refresh else (), key=_position(work)):
            name = qualified(key.schema, key.name)
            price = hazards.long_lock("nobody reads the view until its query is done")
            yield from statements(work.goal[key], f"REFRESH MATERIALIZED VIEW {name}", price)


def _position(work: Work) -> Callable[[ObjectKey], tuple[int, ...]]:
    return lambda key: work.goal[key].position


def _storage(ddl: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A materialized view's query, its storage parameters and what pg_dump appended."""
    main, *tails = split(ddl)
    sliced = Sliced.of(main)
    stmt: Any = first(main)
    options = tuple(sliced.element(o.location) for o in stmt.into.options or ())
    query = main.partition(" AS\n")[2] or main
    return query, options, tuple(tails)


def _tail_changes(
    before: tuple[str, ...], after: tuple[str, ...], new: Element
) -> Iterator[Statement]:
    for tail in before:
        if tail not in after and " SET STATISTICS " in tail:
            start = tail.rpartition(" ")[0]
            if not any(other.startswith(start) for other in after):
                yield from statements(new, f"{start} -1")
    for tail in after:
        if tail not in before:
            yield from statements(new, tail)


RULES = (ViewRule(), MaterializedViewRule())
