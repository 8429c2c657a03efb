"""A new migration looked at without a database: rehearsed after all files, and, where asked,
written as a file that waits to be applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from trueup.diff.compare import Change
from trueup.folder.create import create_migration
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding, warning
from trueup.model.hazard import Hazard
from trueup.ops.agents.draft import QUERY, Draft, make_draft
from trueup.ops.agents.rehearse_new import rehearse_new
from trueup.recovery.settle import settled_folder
from trueup.workbench.files import refuse_blocked, told_files
from trueup.workbench.project import Project
from trueup.workbench.shadows import open_shadow, replay_major
from trueup.workbench.squawk import lint_findings
from trueup.workbench.target import recorded_versions

_MISSING = "migrations_folder_missing"


@dataclass(frozen=True, slots=True)
class Validated:
    """A draft that can be run: what it changes, what it may cost, what else was noticed."""

    name: str
    changes: tuple[Change, ...]
    hazards: tuple[Hazard, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CreatedFile:
    """A migration file that waits to be applied."""

    version: str
    file: str
    validated: Validated


def validate_new(project: Project, name: str, query: str) -> Validated:
    """Runs the SQL on the shadow after all migration files. Nothing is written.

    Raises ValidationFailed where name or SQL are refused, StatementFailed with the place in the
    query where it fails.
    """
    return _rehearsed(project, _draft(project, name, query), told_files(project))


def create_new(project: Project, name: str, query: str) -> CreatedFile:
    """The same, then the file. Statements that can't be in a transaction are let through here:
    `trueup apply` runs such a file on its own. Raises what validate_new raises, and WriteFailed."""
    draft = _draft(project, name, query, alone=True)
    validated = _rehearsed(project, draft, settled_folder(project))
    settings = project.settings
    made = create_migration(
        settings.migrations_dir,
        draft.name,
        lambda _version: draft.text,
        datetime.now(UTC),
        recorded_versions(project),
    )
    return CreatedFile(made.version, settings.shown(made.path), validated)


def _draft(project: Project, name: str, query: str, *, alone: bool = False) -> Draft:
    supabase = project.settings.resolved_platform == "supabase"
    return make_draft(name, query, supabase=supabase, alone=alone)


def _rehearsed(project: Project, draft: Draft, folder: Folder) -> Validated:
    if any(finding.code != _MISSING for finding in folder.blocking):
        refuse_blocked(folder)
    shadow = open_shadow(project, replay_major(project))
    rehearsed = rehearse_new(project, shadow, folder.migrations, draft)
    notes = (warning("replay_note", QUERY, note) for note in rehearsed.notes)
    findings = (*(f for f in folder.findings if f.is_error and f.code != _MISSING), *notes)
    own = [draft.migration]
    findings = (*findings, *lint_findings(project, own, own, shadow.major))
    return Validated(draft.name, rehearsed.changes, rehearsed.hazards, findings)
