"""The commands that mend drift, each once, with what it does."""

from __future__ import annotations

from collections.abc import Iterable

from trueup.platform.files import SCHEMAS
from trueup.verdict.objects import Drift, Verdict

COMMANDS = {
    "mark-applied": (
        "trueup mark-applied VERSION...",
        "record the pending migrations whose changes are there already, without running them",
    ),
    "adopt": ("trueup reconcile --adopt --write", "write what the database has as a migration"),
    "revert": ("trueup reconcile --revert --apply", "take the database back to its migrations"),
    "regenerate": ("trueup dump", "write schema.sql anew from the migrations"),
}
# `reconcile` works on the database; a migration for the declarative files comes from a diff.
_DECLARED = f"trueup diff migrations {SCHEMAS} --sql"
_DECLARED_MEANING = "the migration that the declarative files call for; or change those files"
# `reconcile` has rights in view only where they belong to schema.sql.
_RIGHTS = (
    "trueup diff migrations database --sql --privileges",
    "the GRANTs that a migration would need; `database migrations` what takes them back",
)


def remedy_lines(drift: Iterable[Drift]) -> list[str]:
    """One aligned line for each remedy that some object calls for."""
    items = list(drift)
    declared = [item for item in items if item.verdict is Verdict.DECLARATIVE_DIFFERS]
    rest = [item for item in items if item not in declared]
    rights = [item for item in rest if _is_rights(item) and "adopt" in item.remedies]
    asked = {remedy for item in rest if not _is_rights(item) for remedy in item.remedies}
    for also in ("regenerate", "mark-applied"):
        asked |= {also} if any(also in item.remedies for item in rest) else set()
    chosen = [COMMANDS[name] for name in COMMANDS if name in asked]
    chosen += [_RIGHTS] if rights else []
    chosen += [(_declared(declared), _DECLARED_MEANING)] if declared else []
    width = max((len(command) for command, _ in chosen), default=0)
    return [f"{command:<{width}}  {meaning}" for command, meaning in chosen]


def _declared(items: Iterable[Drift]) -> str:
    return f"{_DECLARED} --privileges" if any(map(_is_rights, items)) else _DECLARED


def _is_rights(item: Drift) -> bool:
    return item.key.kind == "PRIVILEGES"
