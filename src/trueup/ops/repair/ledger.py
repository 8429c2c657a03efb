"""Making Supabase's ledger, the files and `_migrations` agree.

Files keep their versions: they are in git, and other people have them. Rows of the ledger are
re-stamped. No schema statement runs; and where the rows change their order, both orders are
replayed and must give the same schema.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.errors import UsageError, ValidationFailed
from trueup.folder.journal import Witness
from trueup.folder.migrations import Folder
from trueup.folder.names import RefusedNameError, slug
from trueup.model.finding import Finding, warning
from trueup.model.history import Evidence, HistoryRow, Ledger, LedgerRow, Source
from trueup.model.migration import Migration
from trueup.platform.supabase import LEDGER_TABLE
from trueup.recovery.journal import Deed, Journal
from trueup.recovery.settle import settled_folder
from trueup.verdict.ledger import LedgerView, view_ledger
from trueup.workbench.database import open_database
from trueup.workbench.files import read_files, told_files
from trueup.workbench.project import Project
from trueup.workbench.replays import replay
from trueup.workbench.target import Target

if TYPE_CHECKING:
    from trueup.history.lock import MigrationLock
    from trueup.postgres.session.connection import Connection


@dataclass(frozen=True, slots=True)
class LedgerWish:
    """What to do: give rows the version of the file that they are about (`restamp`), write rows
    that no file is about as files (`write_files`), take the rows over into `_migrations`
    (`adopt`)."""

    restamp: bool = False
    write_files: bool = False
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class LedgerPlan:
    """What is done, or would be without `written`: rows with their new versions, files from rows,
    rows for `_migrations`; why it is safe, and what is left to say."""

    database: str
    restamped: tuple[tuple[LedgerRow, Migration], ...]
    files: tuple[Migration, ...]
    recorded: tuple[HistoryRow, ...]
    proof: tuple[str, ...]
    written: bool
    findings: tuple[Finding, ...] = ()


def settle_ledger(project: Project, wish: LedgerWish, *, write: bool = False) -> LedgerPlan:
    """Plans it and, with `write`, does it: rows in one transaction, under the migration lock.

    Raises UsageError (`ledger_missing`), ValidationFailed (`ledger_order_matters`: the files give
    another schema in their own order), StatementFailed where a replay that has to prove it fails,
    LockTimeout, ConnectionFailed, CannotTell where a history can't be read or written.
    """
    from trueup.history.ledger import what_ran
    from trueup.postgres.session.connection import server_version

    folder = settled_folder(project) if write else told_files(project)
    with open_database(project) as conn, _lock(project, conn, write) as lock:
        known = what_ran(conn)
        view = view_ledger(folder.migrations, _ledger(known))
        restamped = tuple((m.row, m.file) for m in view.matches) if wish.restamp else ()
        files, findings = _files(folder, view) if wish.write_files else ((), ())
        proof = tuple(_proof(project, server_version(conn)[0], folder, view, files, restamped))
        recorded = _would_record(folder, known, restamped, files, wish)
        if lock:
            deed = _deed(files, recorded, restamped)
            with Journal(project, conn, lock).transaction(deed):
                recorded = _write(project, conn, folder, restamped, files, wish)
            findings += _left(project, conn)
        return LedgerPlan(conn.info.dbname, restamped, files, recorded, proof, write, findings)


def _lock(
    project: Project, conn: Connection, write: bool
) -> AbstractContextManager[MigrationLock | None]:
    from trueup.history.lock import migration_lock

    if not write:
        return nullcontext()
    return migration_lock(
        conn,
        wait_seconds=project.settings.lock_wait,
        on_wait=lambda waiting: project.say(str(waiting)),
        label="trueup repair",
    )


def _ledger(known: Evidence) -> Ledger:
    if known.ledger is None:
        raise UsageError(
            f"this database has no ledger of Supabase's ({LEDGER_TABLE})",
            code="ledger_missing",
            hint="for a database without one, `trueup baseline` starts a history",
        )
    return known.ledger


def _files(folder: Folder, view: LedgerView) -> tuple[tuple[Migration, ...], tuple[Finding, ...]]:
    """Files for the rows that no file is about, and what is to say of rows without statements."""
    files, findings = [], []
    for row in view.alone:
        if row.statements and row.version.isdecimal():
            files.append(_file(folder, row))
        else:
            findings.append(_no_text(row))
    return tuple(files), tuple(findings)


def _file(folder: Folder, row: LedgerRow) -> Migration:
    try:
        name = slug(row.name)
    except RefusedNameError:
        name = "from_supabase"
    text = "".join(f"{statement.strip().removesuffix(';')};\n\n" for statement in row.statements)
    path = f"{folder.path}/{row.version}_{name}.sql"
    return Migration(row.version, name, path, f"{text.rstrip()}\n".encode())


def _no_text(row: LedgerRow) -> Finding:
    return warning(
        "ledger_row_without_statements",
        row.version,
        f"Supabase's ledger has {row.version} {row.name} without its statements: no file can be"
        " made of it",
        "look for the file in git (git log --all --name-only); if it is gone, `trueup baseline"
        " --squash` starts over from what the database is",
    )


def _proof(
    project: Project,
    major: int,
    folder: Folder,
    view: LedgerView,
    files: Sequence[Migration],
    restamped: Sequence[tuple[LedgerRow, Migration]],
) -> Iterator[str]:
    """Why nothing changes in the schema. Raises ValidationFailed where that is not so."""
    if not restamped:
        return
    for match in view.matches:
        yield f"{match.row.version} and {match.file.file_name}: the same {match.like}"
    yield "only rows of the ledger change; no statement of a migration runs"
    ran = _as_they_ran(folder, view, files)
    ours = sorted(ran, key=lambda file: file.file_name.encode())
    if ran == ours:
        yield "the rows keep their order"
        return
    before, after = (replay(project, files, major).schema for files in (ran, ours))
    if before.fingerprint != after.fingerprint:
        raise ValidationFailed(
            "the files give another schema in their own order than in that in which the database"
            " ran them",
            code="ledger_order_matters",
            hint="rename the files to the versions of the ledger instead (`trueup status` lists"
            " both), then check again",
        )
    yield f"replayed in the old order and in the new one: the same {len(after)} objects"


def _as_they_ran(folder: Folder, view: LedgerView, files: Sequence[Migration]) -> list[Migration]:
    """The files of the ledger's rows, in the order of the rows' versions."""
    by_version = {file.version: file for file in (*reversed(folder.migrations), *files)}
    by_row = {row.version: by_version[row.version] for row in view.same}
    by_row |= {match.row.version: match.file for match in view.matches}
    by_row |= {file.version: file for file in files}
    return [by_row[version] for version in sorted(by_row)]


def _would_record(
    folder: Folder,
    known: Evidence,
    restamped: Sequence[tuple[LedgerRow, Migration]],
    files: Sequence[Migration],
    wish: LedgerWish,
) -> tuple[HistoryRow, ...]:
    """The rows that `_migrations` gets: without a history of its own only when adopting."""
    if known.source is not Source.MIGRATIONS and not wish.adopt:
        return ()
    to = {row.version: file.version for row, file in restamped}
    rows = known.ledger.rows if known.ledger else ()
    now = {to.get(row.version, row.version) for row in rows}
    ours = {row.version for row in known.rows} if known.source is Source.MIGRATIONS else set()
    all_files = {file.version: file for file in (*reversed(folder.migrations), *files)}
    wanted = now if wish.adopt else {file.version for _, file in restamped} | {*_versions(files)}
    return tuple(
        HistoryRow(version, all_files[version].name, all_files[version].checksum)
        for version in sorted(wanted - ours)
        if version in all_files
    )


def _versions(files: Sequence[Migration]) -> Iterator[str]:
    return (file.version for file in files)


def _write(
    project: Project,
    conn: Connection,
    folder: Folder,
    restamped: Sequence[tuple[LedgerRow, Migration]],
    files: Sequence[Migration],
    wish: LedgerWish,
) -> tuple[HistoryRow, ...]:
    from dataclasses import replace

    from trueup.history.ledger import what_ran
    from trueup.history.ledger_rows import restamp_rows
    from trueup.history.person import person
    from trueup.history.start import insert_rows, start_history

    restamp_rows(conn, [(row, file.version) for row, file in restamped])
    known = what_ran(conn)
    guarded = project.settings.resolved_platform == "supabase"
    if known.source is Source.SUPABASE and wish.adopt:
        return start_history(conn, known, (*folder.migrations, *files), row_security=guarded)
    by = person(os.environ)
    wanted = _would_record(folder, known, restamped, files, wish)
    rows = tuple(replace(row, applied_by=by) for row in wanted)
    insert_rows(conn, rows)
    return rows


def _deed(
    files: tuple[Migration, ...],
    recorded: Sequence[HistoryRow],
    restamped: Sequence[tuple[LedgerRow, Migration]],
) -> Deed:
    """A file from a row of the ledger is true whatever is written: where no row is, it may stay."""
    rows = tuple((row.version, None) for row in recorded)
    versions = () if rows else tuple(file.version for _, file in restamped)
    return Deed("repair --write-files", Witness(rows, versions), files)


def _left(project: Project, conn: Connection) -> tuple[Finding, ...]:
    return Target.of(project, conn, read_files(project).migrations).history.findings
