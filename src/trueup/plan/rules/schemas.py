"""Schemas."""

from __future__ import annotations

from typing import ClassVar

from trueup.plan.rule import Rule


class SchemaRule(Rule):
    """A schema is dropped when nothing is left in it: what it holds is dropped by name."""

    kinds: ClassVar[tuple[str, ...]] = ("SCHEMA",)


RULES = (SchemaRule(),)
