"""Refusing what would leave an object with other rights, or another owner, than it should have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trueup.errors import ValidationFailed
from trueup.model.finding import error
from trueup.model.mend import text_of
from trueup.verdict.remade import Remade, Wanted, differing
from trueup.workbench.project import Project

CODE = "rights_change_refused"


def grave(project: Project, items: Sequence[Remade]) -> list[Remade]:
    """Those that must not be done by this project."""
    compares = project.settings.compares_privileges
    return [item for item in items if item.is_grave(compares)]


def refuse(said: str, items: Sequence[Remade], way_on: Callable[[Remade], str]) -> None:
    """Raises ValidationFailed with every object, what would change and what to do; nothing where
    there are none."""
    if items:
        problems = [error(CODE, str(i.key), i.sentence, way_on(i)) for i in items]
        raise ValidationFailed(said, code=CODE, problems=problems)


def way_to_revert(project: Project, goal: Wanted) -> Callable[[Remade], str]:
    """What somebody can do who wants the database reverted all the same."""

    def tell(item: Remade) -> str:
        said = (
            "run the plan by hand (`trueup reconcile --revert` shows it), and in the same"
            f" transaction: {text_of(item.repairs())}"
        )
        if item.owner_changes:
            said += f" Or connect as {item.wanted.owner}, which keeps what it owns"
        elif not project.scope.privileges and _would_be_planned(item, goal):
            said += " Or say `privileges = true` in trueup.toml: plans then hold the rights"
        return said

    return tell


def _would_be_planned(item: Remade, goal: Wanted) -> bool:
    """Whether the goal gives the very rights, so that a plan with rights in view makes them."""
    known = goal(item.key)
    return known is not None and (differing(item.key, item.wanted, known, is_new=True) is None)
