"""Rights of what is adopted: the migration says what the objects it makes would else not have.

Where a migration is replayed, default privileges and what PostgreSQL grants by itself decide who
may use a new object, and nobody there has revoked anything by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.diff.compare import Change
from trueup.errors import StatementFailed
from trueup.model.mend import text_of
from trueup.model.migration import Migration
from trueup.model.rights import has_rights
from trueup.model.schema import Schema
from trueup.ops.reconcile.kept import grave, refuse
from trueup.ops.reconcile.look import Choice, Look, rights_asked
from trueup.plan.hazards import rights_change
from trueup.plan.statements import Statement
from trueup.platform.files import ROLES
from trueup.verdict.remade import Remade, differing, rights_of
from trueup.workbench.project import Project
from trueup.workbench.rights import RightsLeft, rights_left

if TYPE_CHECKING:
    from trueup.shadow.prove import Proof

_REFUSED = "the migration would not give the rights that the database gives"


def with_rights(project: Project, proof: Proof) -> Proof:
    """The plan with what its objects must have besides: what nobody may do here, nobody may do
    elsewhere, and where rights are compared, what somebody may do here. What then still differs
    stays a hazard of the statement that makes the object."""
    compares = project.settings.compares_privileges
    statements: list[Statement] = list(proof.plan.statements)
    left: list[Remade] = []
    for item in proof.rights:
        said = item.repairs() if compares and not item.owner_changes else item.revokes()
        rest = None if compares and not item.owner_changes else item.narrowed()
        statements = [_without_hazard(statement, item, rest) for statement in statements]
        statements += [Statement(sql, item.key) for sql in said]
        left += [rest] if rest else []
    plan = replace(proof.plan, statements=tuple(statements))
    return replace(proof, plan=plan, rights=tuple(left))


def _without_hazard(statement: Statement, item: Remade, rest: Remade | None) -> Statement:
    told = rights_change(item.sentence)
    if told not in statement.hazards:
        return statement
    kept = tuple(hazard for hazard in statement.hazards if hazard != told)
    return replace(statement, hazards=(*kept, rights_change(rest.sentence)) if rest else kept)


def replay_with(seen: Look, migration: Migration) -> Schema:
    """What all files give with the new one after them. Raises StatementFailed."""
    try:
        return seen.shadow.replayed([*seen.folder.migrations, migration]).schema
    except StatementFailed as problem:
        if problem.statement.lstrip().startswith(("GRANT", "REVOKE")):
            problem.hint = (
                "the database gives rights to a role that no migration makes: make it in a"
                f" migration (on Supabase, in {ROLES}), or write the migration by hand"
                " (`trueup new NAME`) and record it with `trueup mark-applied`"
            )
        raise


def insist_on_rights(
    project: Project, seen: Look, replayed: Schema, proof: Proof, changes: Sequence[Change]
) -> None:
    """Judges the file by what it gave. Raises ValidationFailed (`rights_change_refused`)."""
    given = rights_of(replayed, seen.shadow.major)
    new = {c.key for c in changes if c.before is None and has_rights(c.key.kind)}
    found: list[Remade] = []
    for key in sorted(new | proof.anew):
        wanted = (seen.held if key in new else seen.given)(key)
        made = given(key)
        if wanted is not None and made is not None:
            item = differing(key, wanted, made, is_new=True)
            found += [item] if item else []
    refuse(_REFUSED, grave(project, found), _way_on)


def _way_on(item: Remade) -> str:
    return (
        "write the migration by hand (`trueup new NAME`; `trueup reconcile --adopt` shows the"
        f" plan) with this in it: {text_of(item.repairs())} Then record it with `trueup"
        " mark-applied`"
    )


def rights_after(
    project: Project, seen: Look, choice: Choice, replayed: Schema
) -> tuple[RightsLeft, ...]:
    """What differs in rights when the migration is there."""
    wholes = replace(seen.wholes, migrations=replayed, applied=replayed)
    frame = replace(seen.frame, whole=replayed)
    return rights_asked(rights_left(project, frame, wholes, seen.shadow.major), choice)
