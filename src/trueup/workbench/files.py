"""The project's files as they are now; reading them changes nothing."""

from __future__ import annotations

from dataclasses import replace

from trueup.errors import ValidationFailed
from trueup.folder.interrupted import LEFT
from trueup.folder.migrations import Folder, read_folder
from trueup.folder.schema_file import SchemaFile, read_schema_file
from trueup.workbench.cached import cached_findings
from trueup.workbench.project import Project


def read_files(project: Project) -> Folder:
    """The migrations folder, what interrupted commands left for it among its findings."""
    folder = read_folder(project.settings.migrations_dir, project.settings.root)
    return replace(folder, findings=(*cached_findings(project), *folder.findings))


def told_files(project: Project) -> Folder:
    """The same for an answer that has no place for the folder's findings: what interrupted commands
    left is said."""
    folder = read_files(project)
    for finding in folder.findings:
        if finding.code in LEFT:
            project.say(f"{finding.message}; {finding.hint}")
    return folder


def read_schema_text(project: Project) -> SchemaFile:
    """schema.sql."""
    return read_schema_file(project.settings.schema_file, project.settings.root)


def refuse_blocked(folder: Folder) -> None:
    """Raises ValidationFailed with every finding that makes a replay impossible."""
    if folder.blocking:
        raise ValidationFailed("the migrations can't be replayed", problems=folder.blocking)
