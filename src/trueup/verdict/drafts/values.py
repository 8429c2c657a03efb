"""What is said about new SQL: a refusal, and hazards put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trueup.model.hazard import Hazard, gravest_first


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the SQL is not run at all: a code of docs/errors.md, the fact, the next step, and where
    it starts in the text (an offset in characters, None where the text doesn't show it)."""

    code: str
    message: str
    hint: str
    offset: int | None = None


def together(*groups: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """All hazards, each code and subject once (the first to say so is heard), gravest first.
    The text may name an object without the schema that it has."""
    first: dict[tuple[str, str], Hazard] = {}
    for hazard in (hazard for group in groups for hazard in group):
        first.setdefault((hazard.code, hazard.subject.removeprefix("public.")), hazard)
    return gravest_first(first.values())
