"""What mends drift, as lines of text: each thing once, long lists folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from trueup.model.mend import Mend
from trueup.report.safe import one_line
from trueup.verdict.drift import Drift
from trueup.verdict.remedies import all_mends

# Statements of one kind that are spelled out; the rest is counted.
MOST_STATEMENTS = 5
# Commands as wide as this still have their meanings in one column.
_COLUMN = 60


def mend_json(mends: Iterable[Mend]) -> list[dict[str, Any]]:
    """Remedies as contract.md has them."""
    return [
        {
            "command": mend.command,
            "tool": mend.tool,
            "does": mend.does,
            "refused": mend.refused,
        }
        for mend in mends
    ]


def remedy_lines(drift: Iterable[Drift]) -> list[str]:
    """A line for each command that mends some object, then the SQL that mends rights."""
    mends = all_mends(drift)
    commands = [mend for mend in mends if not mend.is_sql]
    short = [len(mend.command) for mend in commands if len(mend.command) <= _COLUMN]
    width = max(short, default=0)
    lines = [f"{one_line(mend.command):<{width}}  {meaning(mend)}" for mend in commands]
    for does, statements, more in by_hand(mends):
        lines += [f"{does}:", *(f"  {one_line(mend.command)}" for mend in statements)]
        lines += [f"  {and_more(more)}"] if more else []
    return lines


def by_hand(
    mends: Iterable[Mend], most: int = MOST_STATEMENTS
) -> Iterator[tuple[str, Sequence[Mend], int]]:
    """The SQL among remedies in groups of one meaning: what it does, the first few, how many
    there are besides."""
    for does, group in groupby((m for m in mends if m.is_sql), key=lambda mend: mend.does):
        found = list(group)
        yield does, found[:most], max(0, len(found) - most)


def and_more(count: int) -> str:
    """What stands for the statements that are left out."""
    return f"and {count} more; --format json lists all"


def meaning(mend: Mend) -> str:
    """What a command does, or why it would not."""
    return f"refused for now: {mend.refused}" if mend.refused else mend.does


def ways(mends: Iterable[Mend]) -> str:
    """The remedies of one object, a line for each."""
    return "\n".join(map(_in_a_line, mends))


def _in_a_line(mend: Mend) -> str:
    command = one_line(mend.command)
    return f"{mend.does}: {command}" if mend.is_sql else f"{command}  ({meaning(mend)})"
