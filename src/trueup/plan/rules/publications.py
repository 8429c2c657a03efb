"""Publications, what is in them, and subscriptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.options import named_options
from trueup.plan.rule import Rule, statements
from trueup.plan.statements import Statement
from trueup.plan.work import Work
from trueup.sql.names import relation as named
from trueup.sql.quote import qualified, quote, standard_literal
from trueup.sql.slices import Sliced
from trueup.sql.tree import first

# What pg_dump leaves out of WITH (…) where it is the default.
_USUAL = {"publish_via_partition_root": "false", "publish_generated_columns": "none"}


def _with(ddl: str) -> dict[str, str]:
    """The options in WITH (…)."""
    sliced = Sliced.of(ddl)
    return named_options([sliced.element(o.location) for o in first(ddl).options or ()])


class PublicationRule(Rule):
    """Publications."""

    kinds: ClassVar[tuple[str, ...]] = ("PUBLICATION",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = first(old.ddl), first(new.ddl)
        if bool(before.for_all_tables) != bool(after.for_all_tables):
            return None
        options, former = {**_USUAL, **_with(new.ddl)}, {**_USUAL, **_with(old.ddl)}
        changed = [f"{n} = {v}" for n, v in options.items() if former.get(n) != v]
        if not changed:
            return None
        name = quote(new.key.name)
        return Alteration(statements(new, f"ALTER PUBLICATION {name} SET ({', '.join(changed)})"))


class PublishedRule(Rule):
    """Tables and schemas in a publication: pg_dump says how to put them in only."""

    kinds: ClassVar[tuple[str, ...]] = ("PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA")
    blocks_retype: ClassVar[bool] = True

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        return sorted(n for n in element.needs if n.kind in ("PUBLICATION", "SCHEMA", *TABLES))

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        stmt = first(element.ddl)
        start = f"ALTER PUBLICATION {quote(stmt.pubname)} DROP"
        published = stmt.pubobjects[0]
        if published.pubtable is None:
            return statements(element, f"{start} TABLES IN SCHEMA {quote(published.name)}")
        table = qualified(*named(published.pubtable.relation))
        return statements(element, f"{start} TABLE ONLY {table}")


class SubscriptionRule(Rule):
    """Subscriptions are made without connecting, as pg_dump makes them."""

    kinds: ClassVar[tuple[str, ...]] = ("SUBSCRIPTION",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = first(old.ddl), first(new.ddl)
        start = f"ALTER SUBSCRIPTION {quote(new.key.name)}"
        changes: list[str] = []
        if before.conninfo != after.conninfo:
            changes.append(f"CONNECTION {standard_literal(after.conninfo)}")
        names, former = ([p.sval for p in s.publication] for s in (after, before))
        if names != former:
            listed = ", ".join(quote(name) for name in names)
            changes.append(f"SET PUBLICATION {listed} WITH (refresh = false)")
        options, old_options = _with(new.ddl), _with(old.ddl)
        if set(old_options) - set(options) or "two_phase" in dict(
            options.items() ^ old_options.items()
        ):
            return None
        changed = [f"{n} = {v}" for n, v in options.items() if old_options.get(n) != v]
        if changed:
            changes.append(f"SET ({', '.join(changed)})")
        return Alteration(tuple(s for c in changes for s in statements(new, f"{start} {c}")))

    def drop(self, element: Element, work: Work) -> Iterable[Statement]:
        """The slot on the other server is left alone: only its owner knows whether it is used."""
        start = f"ALTER SUBSCRIPTION {quote(element.key.name)}"
        yield from statements(element, f"{start} DISABLE")
        yield from statements(element, f"{start} SET (slot_name = NONE)")
        yield from statements(element, element.drop)


RULES = (PublicationRule(), PublishedRule(), SubscriptionRule())
