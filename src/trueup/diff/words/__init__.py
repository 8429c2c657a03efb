"""PURE. What changed in an object, in words for people.

`before` is the DDL that the migrations give, `after` that of the side that moved, so "added" means:
there, but not in the migrations. None stands for an object that a side lacks.
"""

from __future__ import annotations

from trueup.diff.words.names import display
from trueup.model.kinds import kind_named
from trueup.model.schema import ObjectKey

__all__ = ["describe", "display", "summarize"]


def describe(key: ObjectKey, before: str | None, after: str | None) -> list[str]:
    """The single changes on the way from one DDL to the other, in a fixed order.

    Empty exactly when both are the same. Never raises: what PostgreSQL's parser can't read, or
    what nothing here has words for, is a "definition changed".
    """
    if before == after:
        return []
    # Only objects that differ need PostgreSQL's parser, and it is slow to load.
    from trueup.diff.words.registry import words_for

    return words_for(key, before, after)


def summarize(key: ObjectKey, before: str | None, after: str | None) -> str:
    """One sentence: `index public.users_email_idx was created`, or the object with its first
    change and how many more there are."""
    name = display(key)
    if before == after:
        return f"{name} is unchanged"
    verb = _verb(key.kind, before, after)
    if verb:
        return f"{name} {verb}"
    first, *more = describe(key, before, after)
    if not more:
        return f"{name}: {first}"
    return f"{name}: {first} and {len(more)} more change{'s' if len(more) > 1 else ''}"


def _verb(kind: str, before: str | None, after: str | None) -> str | None:
    """What a property of something else says is more telling than that it was created."""
    verbs = kind_named(kind).verbs
    if not verbs or (before is not None and after is not None):
        return None
    return f"was {verbs[0 if before is None else 1]}"
