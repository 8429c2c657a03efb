"""The rights of a baseline: wherever they are compared, its file gives those of the database.

pg_dump says how rights differ from PostgreSQL's own; a replay begins with the platform's default
privileges, which may give a new object more. So the file is replayed, and what roles can do then
is compared with what they can do in the database.
"""

from __future__ import annotations

from dataclasses import replace

from trueup.diff.words import display
from trueup.errors import StatementFailed, ValidationFailed
from trueup.model.finding import error
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.model.scope import Frame
from trueup.platform.files import ROLES
from trueup.shadow.shadow import Shadow
from trueup.verdict.objects import Sides
from trueup.workbench.project import Project
from trueup.workbench.rights import RightsLeft, rights_left

_TITLE = "-- Rights that default privileges would not give\n"


def with_rights(
    project: Project, shadow: Shadow, file: Migration, footer: str, live: Schema
) -> Migration:
    """The file with the GRANTs and REVOKEs that its objects need besides, ahead of its last line.
    Raises StatementFailed where it can't be replayed."""
    left = _left(project, shadow, file, live)
    statements = [f"{statement};\n" for item in left for statement in item.say]
    if not statements:
        return file
    body = file.sql.removesuffix(f"{footer}\n")
    text = f"{body}{_TITLE}\n{''.join(statements)}\n{footer}\n"
    return replace(file, content=text.encode())


def prove_rights(project: Project, shadow: Shadow, file: Migration, live: Schema) -> None:
    """Raises ValidationFailed (`rights_change_refused`) for every object on which roles could do
    something else after a replay than in the database."""
    try:
        left = _left(project, shadow, file, live)
    except StatementFailed as problem:
        problem.hint = _ROLES if problem.statement.startswith(("GRANT", "REVOKE")) else problem.hint
        raise
    if left:
        raise ValidationFailed(
            "no baseline was made",
            code="rights_change_refused",
            problems=[
                error(
                    "rights_change_refused",
                    str(item.drift.key),
                    f"a replay of the baseline does not give {display(item.drift.key)} as the"
                    f" database has them: in the database, {'; '.join(item.words)}",
                    "change them in the database, allow the difference (`[[allow]]` in"
                    " trueup.toml), or say `privileges = false` and look after rights elsewhere",
                )
                for item in left
            ],
        )


_ROLES = (
    "the database gives rights to a role that a replay does not have: make it ahead of all"
    f" migrations (on Supabase in {ROLES}), revoke its rights, or say `privileges ="
    " false` in trueup.toml and look after rights elsewhere"
)


def _left(
    project: Project, shadow: Shadow, file: Migration, live: Schema
) -> tuple[RightsLeft, ...]:
    if not project.settings.compares_privileges:
        return ()
    replayed = shadow.replayed([file]).schema
    frame = Frame(project.scope, shadow.base(), replayed)
    return rights_left(project, frame, Sides(replayed, replayed, None, live), shadow.major)
