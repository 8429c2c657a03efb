"""`mark-applied`: record migrations as applied without running them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trueup.errors import UsageError, ValidationFailed
from trueup.folder.migrations import Folder
from trueup.folder.names import LONGEST_VERSION
from trueup.model.finding import Finding, Location, error
from trueup.model.history import Evidence, HistoryRow, Source
from trueup.model.migration import Migration
from trueup.platform.supabase import LEDGER_TABLE
from trueup.recovery.settle import settled_folder
from trueup.workbench.database import open_database
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from trueup.postgres.session.connection import Connection


@dataclass(frozen=True, slots=True)
class Marking:
    """What to record: files by version, versions without a file by the name to give them
    (`unknown`), and every file that Supabase's ledger calls applied (`from_supabase`)."""

    versions: tuple[str, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    from_supabase: bool = False


@dataclass(frozen=True, slots=True)
class MarkResult:
    """The rows that were written: as asked for, and those that Supabase's ledger had and that
    were carried over because `_migrations` was still empty."""

    database: str
    marked: tuple[HistoryRow, ...]
    taken_over: tuple[HistoryRow, ...] = ()


def mark_applied(project: Project, marking: Marking) -> MarkResult:
    """Records versions as applied, all of them or none, under the migration lock.

    Raises UsageError for a version that no file has (`version_unknown`) and where nothing is
    named, ValidationFailed (`already_applied`, `migration_failed`, `migration_duplicate_version`),
    LockTimeout, ConnectionFailed, CannotTell where the history can't be read or written.
    """
    from trueup.history.ledger import what_ran
    from trueup.history.lock import migration_lock

    folder = settled_folder(project)
    with open_database(project) as conn:
        wait = project.settings.lock_wait
        on_wait = lambda waiting: project.say(str(waiting))  # noqa: E731
        with migration_lock(conn, wait_seconds=wait, on_wait=on_wait, label="trueup mark-applied"):
            known = what_ran(conn)
            rows = tuple(_rows(folder, known, marking))
            return _write(project, conn, folder, known, rows)


def _rows(folder: Folder, known: Evidence, marking: Marking) -> Iterator[HistoryRow]:
    from trueup.history.person import person

    by = person(os.environ)
    files = _by_version(folder.migrations)
    versions = tuple(dict.fromkeys((*marking.versions, *_from_ledger(known, marking, files))))
    _refuse(folder, known, (*versions, *marking.unknown))
    for version in versions:
        file = _the_file(files, version, folder)
        yield HistoryRow(version, file.name, file.checksum, applied_by=by)
    for version, name in marking.unknown.items():
        if version in files:
            raise _has_a_file(files[version][0])
        _insist_on_form(version, name)
        yield HistoryRow(version, name, applied_by=by)


def _by_version(files: Sequence[Migration]) -> dict[str, list[Migration]]:
    grouped: dict[str, list[Migration]] = {}
    for file in files:
        grouped.setdefault(file.version, []).append(file)
    return grouped


def _from_ledger(known: Evidence, marking: Marking, files: Mapping[str, object]) -> tuple[str, ...]:
    """The files that only the ledger knows of; all of them come along anyway where it is the
    source."""
    if not marking.from_supabase:
        if not marking.versions and not marking.unknown:
            raise UsageError(
                "no version is named", code="version_missing", hint="`trueup status` lists them"
            )
        return ()
    if known.ledger is None:
        raise UsageError(
            f"this database has no ledger of Supabase's ({LEDGER_TABLE})",
            code="ledger_missing",
            hint="name the versions: `trueup mark-applied VERSION...`",
        )
    recorded = {row.version for row in known.rows}
    ledger = (row.version for row in known.ledger.rows)
    return tuple(version for version in ledger if version in files and version not in recorded)


def _refuse(folder: Folder, known: Evidence, versions: Sequence[str]) -> None:
    rows = {} if known.source is Source.SUPABASE else {row.version: row for row in known.rows}
    problems = [_on_record(rows[version]) for version in versions if version in rows]
    problems += [
        found
        for found in folder.findings
        if found.code == "migration_duplicate_version" and found.subject in versions
    ]
    if problems:
        raise ValidationFailed("nothing was recorded", problems=problems)


def _on_record(row: HistoryRow) -> Finding:
    when = f" at {row.applied_at:%Y-%m-%d %H:%M:%S} UTC" if row.applied_at else ""
    if row.success:
        return error(
            "already_applied",
            row.version,
            f"{row.version}_{row.name} is on record as applied{when}",
            "there is nothing to do for it; leave it out",
        )
    return error(
        "migration_failed",
        row.version,
        f"{row.version}_{row.name} is on record as failed{when}",
        f"once all of it is in place, `trueup repair --mark-done {row.version} --write`",
    )


def _the_file(files: Mapping[str, Sequence[Migration]], version: str, folder: Folder) -> Migration:
    if version in files:
        return files[version][0]
    raise UsageError(
        f"no file in {folder.path} has version {version}",
        code="version_unknown",
        subject=version,
        hint="`trueup status` lists the versions; to record one that has no file, give it a name:"
        f" `trueup mark-applied --unknown {version}=NAME`",
    )


def _insist_on_form(version: str, name: str) -> None:
    if not (version.isascii() and version.isdecimal() and len(version) <= LONGEST_VERSION):
        raise UsageError(
            f"{version!r} is not a version: those are digits, at most {LONGEST_VERSION}",
            code="version_invalid",
            subject=version,
            hint="the digits with which the file's name began",
        )
    if not name:
        raise UsageError(
            f"{version} needs a name",
            code="version_needs_a_name",
            subject=version,
            hint=f"`trueup mark-applied --unknown {version}=NAME`",
        )


def _has_a_file(file: Migration) -> UsageError:
    return UsageError(
        f"{file.version} is not unknown: {file.file_name} has that version",
        code="version_has_a_file",
        subject=file.version,
        hint=f"`trueup mark-applied {file.version}`",
        location=Location(file.path),
    )


def _write(
    project: Project,
    conn: Connection,
    folder: Folder,
    known: Evidence,
    rows: Sequence[HistoryRow],
) -> MarkResult:
    from trueup.history.start import insert_rows, start_history

    guarded = project.settings.resolved_platform == "supabase"
    with conn.transaction():
        taken_over = start_history(conn, known, folder.migrations, row_security=guarded)
        there = {row.version for row in taken_over}
        insert_rows(conn, tuple(row for row in rows if row.version not in there))
    wanted = [row.version for row in rows]
    return MarkResult(conn.info.dbname, _read_back(conn, wanted), taken_over)


def _read_back(conn: Connection, versions: Sequence[str]) -> tuple[HistoryRow, ...]:
    from trueup.history.table import read_history

    history = read_history(conn)
    return tuple(row for version in versions if (row := history.row(version)))
