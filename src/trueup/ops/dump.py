"""`dump`: regenerate schema.sql from the replay, or from the database where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.folder.migrations import Folder
from trueup.model.finding import Finding
from trueup.model.schema import Schema
from trueup.recovery.regenerate import Written, seal_replay, would_write, write_schema_file
from trueup.recovery.settle import settled_folder
from trueup.workbench.files import read_files, refuse_blocked
from trueup.workbench.project import Project
from trueup.workbench.replays import live_alone, replay_for_file
from trueup.workbench.shadows import open_shadow


@dataclass(frozen=True, slots=True)
class DumpResult:
    """What `dump` did. With `checked_only`, `written.changed` says that it would change."""

    written: Written
    origin: str
    checked_only: bool
    findings: tuple[Finding, ...]


def dump(
    project: Project,
    *,
    from_database: bool = False,
    check_only: bool = False,
    keep_going: bool = False,
) -> DumpResult:
    """Writes schema.sql; `check_only` compares bytes and writes nothing, `keep_going` looks past
    a file that fails for others that do.

    Raises ValidationFailed where a file of the migrations folder can't be replayed,
    StatementFailed where a migration fails, with `keep_going` ReplayIncomplete.
    """
    folder = read_files(project) if check_only else settled_folder(project)
    if keep_going and not from_database:
        from trueup.ops.keep_going import insist_on_all

        refuse_blocked(folder)
        insist_on_all(project, folder)
    schema = _from_database(project) if from_database else replayed_schema(project, folder)
    written = (would_write if check_only else write_schema_file)(project, schema)
    origin = "database" if from_database else "migrations"
    return DumpResult(written, origin, check_only, folder.findings)


def replayed_schema(project: Project, folder: Folder) -> Schema:
    """What the migrations give, in scope, on the server that schema.sql is written with."""
    refuse_blocked(folder)
    schema = replay_for_file(project, folder.migrations).schema
    seal_replay(project, folder.migrations, schema)
    return schema


def _from_database(project: Project) -> Schema:
    from trueup.workbench.target import Target

    target = Target.read(project, ())
    shadow = open_shadow(project, target.major)
    return live_alone(project, shadow, target.dump(shadow.host.pg_dump))
