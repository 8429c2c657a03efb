"""Text search dictionaries and configurations, changed in place: indexes stand on them."""

from __future__ import annotations

from typing import Any, ClassVar

from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.options import named_options
from trueup.plan.rule import Rule, statements
from trueup.plan.work import Work
from trueup.sql.names import listed
from trueup.sql.quote import qualified, quote
from trueup.sql.slices import Sliced
from trueup.sql.statements import split
from trueup.sql.tree import first, trees


class DictionaryRule(Rule):
    """Dictionaries: options change, the template does not."""

    kinds: ClassVar[tuple[str, ...]] = ("TEXT SEARCH DICTIONARY",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = _definition(old.ddl), _definition(new.ddl)
        if before.pop("TEMPLATE", None) != after.pop("TEMPLATE", None):
            return None
        words = [f"{n} = {v}" for n, v in after.items() if before.get(n) != v]
        words += [name for name in before if name not in after]
        if not words:
            return None
        name = qualified(new.key.schema, new.key.name)
        start = f"ALTER TEXT SEARCH DICTIONARY {name}"
        return Alteration(statements(new, f"{start} ({', '.join(words)})"))


def _definition(ddl: str) -> dict[str, str]:
    stmt: Any = first(ddl)
    sliced = Sliced.of(ddl)
    found = named_options([sliced.element(o.location).strip() for o in stmt.definition])
    return {name.upper() if name.upper() == "TEMPLATE" else name: v for name, v in found.items()}


class ConfigurationRule(Rule):
    """Configurations: which dictionaries read which kind of token."""

    kinds: ClassVar[tuple[str, ...]] = ("TEXT SEARCH CONFIGURATION",)

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        (made, *_), (wanted, *_) = split(old.ddl), split(new.ddl)
        if made != wanted:
            return None
        before, after = _mappings(old.ddl), _mappings(new.ddl)
        start = f"ALTER TEXT SEARCH CONFIGURATION {qualified(new.key.schema, new.key.name)}"
        words = [f"DROP MAPPING FOR {token}" for token in before if token not in after]
        for token, dictionaries in after.items():
            if before.get(token) != dictionaries:
                verb = "ALTER" if token in before else "ADD"
                words.append(f"{verb} MAPPING FOR {token} WITH {dictionaries}")
        return Alteration(tuple(s for w in words for s in statements(new, f"{start} {w}")))


def _mappings(ddl: str) -> dict[str, str]:
    """Token type → its dictionaries, both as SQL."""
    found: dict[str, str] = {}
    for stmt in trees(ddl)[1:]:
        names = [".".join(map(quote, listed(d))) for d in stmt.dicts or ()]
        for token in stmt.tokentype or ():
            found[quote(token.sval)] = ", ".join(names)
    return found


RULES = (DictionaryRule(), ConfigurationRule())
