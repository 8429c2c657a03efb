"""Row security policies.

ALTER POLICY changes roles and expressions, never the command or whether it is restrictive, and
can't take an expression away (https://www.postgresql.org/docs/current/sql-alterpolicy.html).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from trueup.model.kinds import TABLES
from trueup.model.schema import ObjectKey
from trueup.plan.decision import Alteration
from trueup.plan.element import Element
from trueup.plan.rule import Rule, statements
from trueup.plan.work import Work
from trueup.sql.names import relation as named
from trueup.sql.quote import qualified, quote
from trueup.sql.slices import Sliced
from trueup.sql.tree import first


class PolicyRule(Rule):
    """Policies."""

    kinds: ClassVar[tuple[str, ...]] = ("POLICY",)
    blocks_retype: ClassVar[bool] = True

    def hosts(self, element: Element, work: Work) -> Iterable[ObjectKey]:
        stmt = first(element.ddl)
        for kind in TABLES:
            yield ObjectKey(kind, *named(stmt.table))

    def alter(self, old: Element, new: Element, work: Work) -> Alteration | None:
        before, after = first(old.ddl), first(new.ddl)
        if (before.cmd_name, before.permissive) != (after.cmd_name, after.permissive):
            return None
        if (before.qual and not after.qual) or (before.with_check and not after.with_check):
            return None
        table = qualified(*named(after.table))
        clauses = [
            clause
            for clause, former in zip(_clauses(new.ddl), _clauses(old.ddl), strict=True)
            if clause != former
        ]
        name = quote(after.policy_name)
        return Alteration(statements(new, f"ALTER POLICY {name} ON {table} {' '.join(clauses)}"))


def _clauses(ddl: str) -> tuple[str, str, str]:
    """TO, USING and WITH CHECK as they are written; TO PUBLIC where it says nothing."""
    sliced = Sliced.of(ddl)
    words = {token.name: token.start for token in reversed(sliced.tokens) if _is_top(token, sliced)}
    using = f"USING {sliced.parenthesised(words['USING'])}" if "USING" in words else ""
    check = f"WITH CHECK {sliced.parenthesised(words['CHECK'])}" if "CHECK" in words else ""
    roles = "TO PUBLIC"
    if "TO" in words:
        ends = [words[w] for w in ("USING", "WITH") if w in words and words[w] > words["TO"]]
        roles = sliced.text[words["TO"] : min(ends, default=len(sliced.text))].strip().rstrip(";")
    return roles, using, check


def _is_top(token: Any, sliced: Sliced) -> bool:
    """Whether a token stands outside of all brackets."""
    before = [t.name for t in sliced.tokens if t.start < token.start]
    return before.count("ASCII_40") == before.count("ASCII_41")


RULES = (PolicyRule(),)
