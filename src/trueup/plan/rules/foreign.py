"""Foreign data wrappers, servers and user mappings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element, Side
from trueup.plan.options import option_changes
from trueup.plan.rule import Rule, statements
from trueup.plan.work import Work
from trueup.sql.names import listed
from trueup.sql.quote import quote, standard_literal
from trueup.sql.slices import Sliced
from trueup.sql.tree import first


def _options(ddl: str) -> list[str]:
    sliced = Sliced.of(ddl)
    return [sliced.element(option.location) for option in first(ddl).options or ()]


def _option_change(old: Element, new: Element) -> str:
    changes = option_changes(_options(old.ddl), _options(new.ddl))
    return f"OPTIONS ({changes})" if changes else ""


class WrapperRule(Rule):
    """Foreign data wrappers."""

    kinds: ClassVar[tuple[str, ...]] = ("FOREIGN DATA WRAPPER",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = _functions(old.ddl), _functions(new.ddl)
        words = []
        for name in ("handler", "validator"):
            if before.get(name) != after.get(name):
                words.append(after.get(name) or f"NO {name.upper()}")
        words += filter(None, [_option_change(old, new)])
        if not words:
            return None
        start = f"ALTER FOREIGN DATA WRAPPER {quote(new.key.name)}"
        return Alteration(statements(new, f"{start} {' '.join(words)}"))


def _functions(ddl: str) -> dict[str, str]:
    """The HANDLER and VALIDATOR clauses as they are written."""
    options = first(ddl).func_options or ()
    return {
        o.defname: f"{o.defname.upper()} " + ".".join(map(quote, listed(o.arg)))
        for o in options
        if o.arg
    }


class ServerRule(Rule):
    """Foreign servers."""

    kinds: ClassVar[tuple[str, ...]] = ("SERVER",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = first(old.ddl), first(new.ddl)
        if (before.servertype, before.fdwname) != (after.servertype, after.fdwname):
            return None
        if before.version and not after.version:
            return None
        words = []
        if before.version != after.version:
            words.append(f"VERSION {standard_literal(after.version)}")
        words += filter(None, [_option_change(old, new)])
        return Alteration(statements(new, f"ALTER SERVER {quote(new.key.name)} {' '.join(words)}"))


class UserMappingRule(Rule):
    """User mappings."""

    kinds: ClassVar[tuple[str, ...]] = ("USER MAPPING",)

    def prepare(self, element: Element, side: Side) -> None:
        """The archive does not say that a mapping stands on its server."""
        server = ObjectKey("SERVER", "", str(first(element.ddl).servername))
        side.add_needs(element.key, [server] if server in side else [])

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        change = _option_change(old, new)
        start = old.drop.strip().rstrip(";").replace("DROP ", "ALTER ", 1)
        return Alteration(statements(new, f"{start} {change}")) if change else None

    def names(self, element: Element) -> Iterable[str]:
        return ()


RULES = (WrapperRule(), ServerRule(), UserMappingRule())
