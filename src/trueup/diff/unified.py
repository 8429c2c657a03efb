"""The differing lines of two DDL texts."""

from __future__ import annotations

import difflib


def unified(
    before: str | None,
    after: str | None,
    before_label: str = "migrations",
    after_label: str = "database",
    context: int = 3,
) -> list[str]:
    """A unified diff of DDL lines, without line ends; empty when both are the same.

    The first two lines are `--- before_label` and `+++ after_label`. An absent side has no lines.
    """
    old, new = (before or "").split("\n"), (after or "").split("\n")
    lines = difflib.unified_diff(
        [] if before is None else old[: -1 if not old[-1] else None],
        [] if after is None else new[: -1 if not new[-1] else None],
        before_label,
        after_label,
        n=context,
        lineterm="",
    )
    return list(lines)
