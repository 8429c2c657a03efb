"""Comparing what roles can do, saying what the API can do that no migration says, and what mends
rights that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from trueup.diff.words import display
from trueup.model.finding import Finding, error, warning
from trueup.model.rights import Rights
from trueup.model.schema import ObjectKey, Schema
from trueup.model.scope import Frame
from trueup.platform import files
from trueup.platform.supabase import MIGRATION_ROLE, REQUEST_ROLES
from trueup.sql.grants import grants
from trueup.verdict.allowed import sift
from trueup.verdict.objects import Drift, Sides
from trueup.verdict.rights import Gained, RightsVerdict, judge_rights, rights_key
from trueup.workbench.project import Project

# Who a request to Supabase's API may run as, and everybody.
_ASKED_AS = ("PUBLIC", *REQUEST_ROLES)


def compare_rights(
    project: Project, frame: Frame, wholes: Sides, major: int
) -> tuple[RightsVerdict, list[Finding]]:
    """The verdict on rights and what to say of it, the gravest first. `wholes` are the sides as
    they were dumped; the schema file counts only where it is meant to hold rights."""
    if not project.settings.compares_privileges:
        return RightsVerdict(), []
    holding = wholes if project.settings.privileges else replace(wholes, schema_file=None)
    if not holding.there().keys() - {"migrations", "applied"}:
        return RightsVerdict(), []
    verdict = judge_rights(frame, holding, major, _api(project))
    found = [_gained(item) for item in verdict.gained]
    return verdict, [*found, *_other_defaults(project, wholes)]


@dataclass(frozen=True, slots=True)
class RightsLeft:
    """An object on which the database gives other rights than the applied migrations do: what
    differs in words, the statements that take it back in the database, and those with which a
    migration would say it."""

    drift: Drift
    words: tuple[str, ...]
    take_back: tuple[str, ...]
    say: tuple[str, ...]


def rights_left(
    project: Project, frame: Frame, wholes: Sides, major: int
) -> tuple[RightsLeft, ...]:
    """The differences in rights that `check` counts as drift of the database."""
    verdict, _ = compare_rights(project, frame, wholes, major)
    drift = sift(verdict.drift, project.settings.allow, datetime.now(UTC).date()).drift
    if not drift or wholes.database is None:
        return ()
    return tuple(
        RightsLeft(item, tuple(rights_words(project, item)), hand.take_back, hand.say)
        for item in drift
        if (hand := item.by_hand) is not None
    )


def rights_words(project: Project, drift: Drift) -> list[str]:
    """Who may now do what, and who may no longer, the roles of the API by name."""
    from trueup.diff.words.rights import words

    before, after = drift.moved()
    return words(drift.key, before, after, _api(project))


def _api(project: Project) -> tuple[str, ...]:
    return _ASKED_AS if project.settings.resolved_platform == "supabase" else ()


def _gained(item: Gained) -> Finding:
    from trueup.diff.words.rights import role_name, spoken, target

    on = item.subject.kind if item.subject.kind in _NAMED_KINDS else "TABLE"
    who = _listed([role_name(role) for role in item.roles])
    what = spoken(list(item.slots), target(item.subject, on))
    why = "the object itself is only there" if item.is_new else "no migration says so"
    return error(
        "api_role_gained_right",
        display(rights_key(item.subject)),
        f"{who} may {what} in the database; {why}",
        f"if nobody meant it, revoke it there; else a migration must say: {_as_grants(item)}",
    )


def _as_grants(item: Gained) -> str:
    held = dict.fromkeys(item.slots, False)
    text = grants(item.subject, Rights("", dict.fromkeys(item.roles, held)))
    return " ".join(text.splitlines())


_NAMED_KINDS = frozenset({"FUNCTION", "PROCEDURE", "SCHEMA", "SEQUENCE", "TYPE"})


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _other_defaults(project: Project, wholes: Sides) -> Iterator[Finding]:
    """An older project grants all new objects in public to the API; a replay does so only where
    the configuration says it."""
    live = wholes.database
    if live is None or project.settings.auto_expose_new_tables is not None:
        return
    if _exposes(live) and not _exposes(wholes.applied):
        yield warning(
            "auto_expose_differs",
            "auto_expose_new_tables",
            f"the database grants new tables in public to {' and '.join(REQUEST_ROLES)} by"
            " default, the replay does not",
            f"say `auto_expose_new_tables = true` in trueup.toml, or under [api] in {files.CONFIG}",
        )


def _exposes(schema: Schema) -> bool:
    """Whether a request without a user may read what migrations will make in public."""
    key = ObjectKey(
        "DEFAULT ACL", "public", f"DEFAULT PRIVILEGES FOR TABLES FOR ROLE {MIGRATION_ROLE}"
    )
    granted = [
        line for line in (schema.ddl(key) or "").splitlines() if f'TO "{REQUEST_ROLES[0]}"' in line
    ]
    return any("GRANT ALL" in line or "SELECT" in line for line in granted)
