"""`rebase`: migrations that upstream does not have get versions after its latest, in their order;
databases that ran them learn the new versions; schema.sql is what the new order gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from trueup.errors import CannotTell, ConnectionFailed, UsageError, ValidationFailed
from trueup.folder.journal import Move, Witness
from trueup.folder.migrations import Folder
from trueup.folder.names import RefusedNameError, next_version, parse_name
from trueup.folder.seals import blob_id
from trueup.model.finding import Finding, Location, warning
from trueup.model.history import Evidence, HistoryRow, Source
from trueup.model.migration import Migration
from trueup.model.schema import Schema
from trueup.recovery.journal import Deed, Journal
from trueup.recovery.regenerate import Written, seal_replay, would_write
from trueup.recovery.settle import settled_folder
from trueup.workbench.database import open_database
from trueup.workbench.files import refuse_blocked, told_files
from trueup.workbench.project import Project
from trueup.workbench.replays import replay_for_file
from trueup.workbench.target import recorded_versions

if TYPE_CHECKING:
    from trueup.history.lock import MigrationLock
    from trueup.history.renumber import RowMove
    from trueup.postgres.session.connection import Connection


class WorkTree(Protocol):
    """What rebase needs of git; paths are relative to the project."""

    def upstream(self, named: str | None) -> tuple[str, Mapping[str, str]] | None:
        """The upstream branch, and its migrations: file name to blob id. None without one."""

    def move(self, moves: Sequence[tuple[str, str]]) -> None:
        """Renames files, all of them or none; what is staged of them moves along."""

    def stage(self, path: str) -> None:
        """Stages a file, where git has it already."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A migration before and after."""

    before: Migration
    after: Migration


@dataclass(frozen=True, slots=True)
class RebaseResult:
    """What was done, or would be with `dry_run`. `database` is None where none was looked at."""

    dry_run: bool
    upstream: str
    renames: tuple[Rename, ...]
    database: str | None
    rows: tuple[RowMove, ...]
    schema_file: Written
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """All migrations as they will be, and those that change their names."""

    files: tuple[Migration, ...]
    renames: tuple[Rename, ...]
    findings: tuple[Finding, ...]


def rebase(
    project: Project,
    tree: WorkTree,
    now: datetime,
    *,
    dry_run: bool = False,
    with_database: bool = True,
) -> RebaseResult:
    """Gives new versions to the migrations that upstream does not have, where they need one.

    The new order is replayed first: a file that fails in it (StatementFailed) leaves everything as
    it was. Rows are matched by the checksum of the content, so that `rebase` can be run again for
    every further database. Raises UsageError (`upstream_unknown`), ValidationFailed where the
    folder can't be read or no later version exists, and what connecting and writing raise.
    """
    found = tree.upstream(project.settings.upstream)
    if found is None:
        raise _no_upstream(project.settings.upstream)
    ref, files = found
    folder = told_files(project) if dry_run else settled_folder(project)
    refuse_blocked(folder)
    recorded = recorded_versions(project) if with_database else ()
    plan = _plan(folder, files, ref, recorded, now)
    schema = _replayed(project, plan.files)
    with_database = with_database and project.settings.database_url is not None
    if dry_run:
        written = would_write(project, schema)
        database, rows, told = _would_move(project, plan) if with_database else _nothing()
    else:
        seal_replay(project, plan.files, schema)
        written, (database, rows, told) = _carry_out(project, tree, plan, schema, with_database)
        tree.stage(project.schema_label)
    return RebaseResult(
        dry_run, ref, plan.renames, database, rows, written, (*plan.findings, *told)
    )


def _no_upstream(named: str | None) -> UsageError:
    return UsageError(
        f"there is no upstream branch{f' {named}' if named else ''} to come after",
        code="upstream_unknown",
        hint="git fetch origin, or name the branch: trueup rebase --upstream REF",
        subject=named or "",
    )


def _plan(
    folder: Folder, upstream: Mapping[str, str], ref: str, recorded: Sequence[str], now: datetime
) -> _Plan:
    taken = {parsed.version for name in upstream if (parsed := parse_name(name))}
    mine = [file for file in folder.migrations if file.file_name not in upstream]
    copies = _copies(folder, mine, upstream)
    others = set(recorded) - {file.version for file in mine}
    last = max(upstream, key=_bytes, default="")
    renames: dict[str, Rename] = {}
    for file in mine:
        if file.path in copies:
            continue
        after = file
        if _bytes(file.file_name) <= _bytes(last) or file.version in taken:
            after = _later(file, {*taken, *others}, now)
            renames[file.path] = Rename(file, after)
        taken.add(after.version)
        last = after.file_name
    files = [renames[f.path].after if f.path in renames else f for f in folder.migrations]
    return _Plan(
        tuple(sorted(files, key=lambda file: _bytes(file.file_name))),
        tuple(renames.values()),
        tuple(_copied(file, ref, copies[file.path]) for file in mine if file.path in copies),
    )


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _later(file: Migration, taken: set[str], now: datetime) -> Migration:
    try:
        version = next_version(taken, now)
    except RefusedNameError as refused:
        raise ValidationFailed(
            str(refused),
            code="no_later_version",
            hint="rename the short versions that sort last, with zeros in front",
            location=Location(file.path),
        ) from None
    place = file.path[: -len(file.file_name)]
    return replace(file, version=version, path=f"{place}{version}_{file.name}.sql")


def _copies(
    folder: Folder, mine: Sequence[Migration], upstream: Mapping[str, str]
) -> dict[str, str]:
    """Files that upstream has under another name: somebody rebased and merged them already."""
    here = {file.file_name for file in folder.migrations}
    elsewhere = {oid: name for name, oid in upstream.items() if name not in here}
    found = ((file.path, elsewhere.get(blob_id(file.content))) for file in mine)
    return {path: name for path, name in found if name is not None}


def _copied(file: Migration, ref: str, name: str) -> Finding:
    return warning(
        "migration_already_upstream",
        file.path,
        f"{file.path} is {name} of {ref}, word for word; it was left alone",
        f"git rm {file.path}, and get {name} by merging {ref}",
        Location(file.path),
    )


def _replayed(project: Project, files: Sequence[Migration]) -> Schema:
    return replay_for_file(project, files).schema


_Rows = tuple[str | None, "tuple[RowMove, ...]", tuple[Finding, ...]]


def _nothing() -> _Rows:
    return None, (), ()


def _would_move(project: Project, plan: _Plan) -> _Rows:
    from trueup.history.ledger import what_ran

    try:
        with open_database(project) as conn:
            return _matched(conn.info.dbname, what_ran(conn), plan)
    except ConnectionFailed as problem:
        return None, (), (_unreached(problem),)


def _carry_out(
    project: Project, tree: WorkTree, plan: _Plan, schema: Schema, with_database: bool
) -> tuple[Written, _Rows]:
    """Rows first, then the files, then schema.sql: one deed, also where the database can't be
    reached and only the files are renamed."""
    from trueup.history.ledger import what_ran
    from trueup.history.renumber import renumber

    with ExitStack() as stack:
        told: tuple[Finding, ...] = ()
        try:
            if with_database:
                conn = stack.enter_context(open_database(project))
                lock = stack.enter_context(_lock(project, conn))
        except ConnectionFailed as problem:
            with_database, told = False, (_unreached(problem),)
        if not with_database:
            journal = Journal(project)
            with journal.kept(_deed(project, tree, plan, schema, ())):
                pass
            return journal.schema_file, (None, (), told)
        rows = _matched(conn.info.dbname, what_ran(conn), plan)
        journal = Journal(project, conn, lock)
        with journal.transaction(_deed(project, tree, plan, schema, rows[1])):
            renumber(conn, rows[1])
        return journal.schema_file, rows


def _lock(project: Project, conn: Connection) -> AbstractContextManager[MigrationLock]:
    from trueup.history.lock import migration_lock

    return migration_lock(conn, wait_seconds=project.settings.lock_wait, label="trueup rebase")


def _deed(
    project: Project, tree: WorkTree, plan: _Plan, schema: Schema, rows: Sequence[RowMove]
) -> Deed:
    renames = [(rename.before, rename.after) for rename in plan.renames]
    return Deed(
        "rebase",
        Witness(tuple((move.version, move.row.checksum) for move in rows)),
        moves=tuple(Move(old.file_name, new.file_name, old.checksum) for old, new in renames),
        files=plan.files,
        schema=schema,
        move=lambda: _move(project, tree, [(old.path, new.path) for old, new in renames]),
        needs_room=bool(renames),
    )


def _move(project: Project, tree: WorkTree, paths: Sequence[tuple[str, str]]) -> None:
    """The rows have their new versions by now, so the files get them too, with git or without."""
    try:
        tree.move(paths)
    except (CannotTell, OSError) as problem:
        project.say(
            f"the files are renamed, but not in git's index ({problem}): run"
            f" `git add -A {project.migrations_label}`"
        )


def _matched(database: str, known: Evidence, plan: _Plan) -> _Rows:
    from trueup.history.renumber import RowMove

    rows = {row.version: row for row in known.rows if known.source is Source.MIGRATIONS}
    by_version = {file.version: file for file in plan.files}
    waiting: dict[str, list[Migration]] = {}
    for file in plan.files:
        if file.version not in rows or rows[file.version].checksum != file.checksum:
            waiting.setdefault(file.checksum, []).append(file)
    moves = []
    for row in rows.values():
        there = by_version.get(row.version)
        files = waiting.get(row.checksum or "", [])
        if (there is None or there.checksum != row.checksum) and len(files) == 1:
            moves.append(RowMove(row, files[0].version, files[0].name))
    told = [_other_content(rename, rows) for rename in plan.renames]
    moved = {move.row.version for move in moves}
    return database, tuple(moves), tuple(f for f in told if f and f.subject not in moved)


def _other_content(rename: Rename, rows: Mapping[str, HistoryRow]) -> Finding | None:
    """A row of the old version and name whose content is another, or not known."""
    row = rows.get(rename.before.version)
    if row is None or row.name != rename.before.name:
        return None
    if row.checksum == rename.before.checksum:
        return None
    return warning(
        "history_row_not_moved",
        row.version,
        f"the row of {row.version} was left: it records another content than the file"
        f" {rename.before.file_name} has now",
        f"if the database has what the file says: `trueup mark-applied {rename.after.version}` and"
        f" `trueup repair --forget {row.version} --write`",
    )


def _unreached(problem: ConnectionFailed) -> Finding:
    return warning(
        "rebase_database_unreached",
        "",
        f"the database's history was not looked at: {problem.message}",
        "run `trueup rebase` again when it can be reached: rows are matched by content",
    )
