"""Which migrations are linted: those that no database has run yet, unless the settings say else."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.finding import Finding
from trueup.model.migration import Migration
from trueup.workbench.project import Project


def lint_findings(
    project: Project,
    pending: Sequence[Migration],
    every: Sequence[Migration],
    major: int | None = None,
) -> list[Finding]:
    """What squawk says of them; nothing where it is not installed. `major`: the target's."""
    files = {"off": (), "pending": pending, "all": every}[project.settings.lint]
    if not files:
        return []
    from trueup.folder.squawk import lint

    return lint(files, project.settings.root, major or project.settings.postgres)
