"""`baseline`: declare an existing database as the start. Its schema becomes the first migration,
recorded as applied without running, and schema.sql."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.diff.compare import compare
from trueup.diff.words import display
from trueup.errors import ValidationFailed
from trueup.folder.journal import ASIDE, Move
from trueup.folder.migrations import Folder
from trueup.folder.names import next_version, slug
from trueup.model.finding import Finding, error
from trueup.model.history import HISTORY_NAME, HISTORY_TABLE, HistoryRow
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.ops.baseline.rights import prove_rights, with_rights
from trueup.recovery.journal import Deed, Journal, witness_of
from trueup.recovery.regenerate import Written
from trueup.recovery.settle import settled_folder
from trueup.shadow.shadow import Shadow
from trueup.sql.schema_text import render
from trueup.workbench.database import open_database
from trueup.workbench.project import Project
from trueup.workbench.replays import live_alone, replay_on
from trueup.workbench.shadows import open_shadow
from trueup.workbench.target import Target

if TYPE_CHECKING:
    from trueup.postgres.session.connection import Connection

_HEADER = "-- Baseline: the schema that was there when trueup took over; recorded, not run, there."
_FOOTER = "-- End of baseline"
_OF_OTHERS = frozenset({"migration_down_section", "migration_down_file", "migrations_not_read"})
# Without one of these there is nothing a project could have begun with.
_SUBSTANCE = frozenset({"TABLE", "VIEW", "MATERIALIZED VIEW", "FUNCTION", "TYPE", "SEQUENCE"})


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """The migration written, schema.sql, and the files that were moved aside."""

    database: str
    version: str
    migration: str
    schema_file: Written
    moved: tuple[str, ...]
    findings: tuple[Finding, ...]


def baseline(
    project: Project,
    *,
    name: str = "baseline_schema",
    squash: bool = False,
    now: datetime | None = None,
) -> BaselineResult:
    """Writes `<version>_<name>.sql` and schema.sql from the database and records the version.

    `squash` moves migration files that are there already into a folder beside them and replaces
    their history rows. Raises ValidationFailed, with nothing changed, when the database isn't
    what it seems: nothing in it, a history already; or when a
    replay of the baseline does not give the database back, rights included where they are
    compared.
    """
    folder = settled_folder(project)
    _refuse_others(folder)
    from trueup.history.lock import migration_lock

    with open_database(project) as conn:
        target = Target.of(project, conn, folder.migrations)
        _refuse(folder, target, squash)
        shadow = open_shadow(project, target.major)
        live = target.dump(shadow.host.pg_dump)
        schema = live_alone(project, shadow, live)
        _refuse_empty(target, schema)
        file = _file(folder, target, slug(name), schema, now or datetime.now(UTC))
        file = with_rights(project, shadow, file, _FOOTER, live)
        prove_rights(project, shadow, file, live)
        _prove(project, shadow, file, schema)
        with migration_lock(conn, wait_seconds=project.settings.lock_wait) as lock:
            journal = Journal(project, conn, lock)
            with journal.transaction(_deed(folder, file, schema, squash)):
                _record(project, conn, file)
    moved = tuple(old.path for old in folder.migrations)
    return BaselineResult(
        target.name, file.version, file.path, journal.schema_file, moved, project.settings.findings
    )


def _refuse_others(folder: Folder) -> None:
    """A baseline among files of another tool would start a history that leaves them out."""
    problems = [finding for finding in folder.blocking if finding.code in _OF_OTHERS]
    if problems:
        raise ValidationFailed("no baseline was made", problems=problems)


def _refuse(folder: Folder, target: Target, squash: bool) -> None:
    problems: list[Finding] = []
    if target.recorded and not squash:
        problems.append(
            error(
                "history_exists",
                target.name,
                f"database {target.name} has a history already: "
                f"{len(target.recorded)} migrations are recorded in {HISTORY_NAME}",
                "run `trueup status` to see them; `trueup baseline --squash` replaces them by one",
            )
        )
    if folder.migrations and not squash:
        problems.append(
            error(
                "migrations_exist",
                folder.path,
                f"{folder.path} holds {len(folder.migrations)} migrations already",
                f"`trueup baseline --squash` moves them to {folder.path}/{ASIDE} and starts anew",
            )
        )
    if problems:
        raise ValidationFailed("no baseline was made", problems=problems)


def _refuse_empty(target: Target, schema: Schema) -> None:
    if not any(key.kind in _SUBSTANCE for key in schema):
        raise ValidationFailed(
            f"database {target.name} has no tables, views or functions in the configured schemas",
            code="database_empty",
            subject=target.name,
            hint="is it the right database? A new project needs no baseline: `trueup new NAME`",
        )


def _file(folder: Folder, target: Target, name: str, schema: Schema, now: datetime) -> Migration:
    known = [*folder.versions, *target.recorded]
    version = next_version(known, now)
    path = f"{folder.path}/{version}_{name}.sql"
    return Migration(version, name, path, render(schema, _HEADER, _FOOTER).encode())


def _prove(project: Project, shadow: Shadow, file: Migration, schema: Schema) -> None:
    """A baseline that doesn't give the database back is worth nothing: replay it and compare."""
    replayed = replay_on(project, shadow, [file]).schema
    problems = [
        error(
            "baseline_unproven",
            str(change.key),
            f"a replay of the baseline does not give {display(change.key)} as the database has it",
            "see what the object needs (a schema that is not configured, a role, an extension)",
        )
        for change in compare(schema, replayed)
    ]
    if problems:
        raise ValidationFailed("no baseline was made", problems=problems)


def _deed(folder: Folder, file: Migration, schema: Schema, squash: bool) -> Deed:
    """Old files move into a folder beside the others."""
    moves = [Move(it.file_name, f"{ASIDE}/{it.file_name}", it.checksum) for it in folder.migrations]
    verb = "baseline --squash" if squash else "baseline"
    return Deed(verb, witness_of(file), (file,), tuple(moves), (file,), schema)


def _record(project: Project, conn: Connection, file: Migration) -> None:
    from trueup.history.person import person
    from trueup.history.table import ensure_table

    supabase = project.settings.resolved_platform == "supabase"
    row = HistoryRow(file.version, file.name, file.checksum, None, person(os.environ), 0, True)
    ensure_table(conn, row_security=supabase)
    _replace_rows(conn, row)


def _replace_rows(conn: Connection, row: HistoryRow) -> None:
    import psycopg

    from trueup.history.record import row_sql
    from trueup.history.refusals import refused

    try:
        conn.execute(f"DELETE FROM {HISTORY_TABLE}")
        conn.execute(row_sql(row).encode())
    except psycopg.Error as problem:
        raise refused(problem, "write") from problem
