"""What is different in an object that is not in sync, in words."""

from __future__ import annotations

from trueup.diff.words import describe, display, summarize
from trueup.verdict.objects import Drift


def details(item: Drift) -> list[str]:
    """The single differences."""
    return list(item.said) or describe(item.key, *item.moved())


def summary(item: Drift) -> str:
    """One sentence."""
    if item.said:
        return f"{display(item.key)}: {'; '.join(item.said)}"
    return summarize(item.key, *item.moved())
