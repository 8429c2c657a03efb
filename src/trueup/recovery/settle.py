"""Bringing to an end what a command that died left behind.

What its rows say decides: where they are in the database its files are put in place, else what it
meant is taken away. Verbs that write settle before they do anything; verbs that read are told by
the folder's findings, and change nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import TrueupError, ValidationFailed
from trueup.folder.atomic import WriteFailed, write_atomic
from trueup.folder.create import only_one
from trueup.folder.journal import (
    SCHEMA,
    Entry,
    Left,
    left_in,
    note_committed,
    places,
    remove_entry,
    sweep_entries,
    taken_over,
)
from trueup.folder.migrations import Folder
from trueup.recovery.carry import carry_out
from trueup.recovery.journal import digest, digest_of
from trueup.recovery.mark import is_committed, mark_of, same_database
from trueup.recovery.of_0_1_0 import settle_cached, settle_cached_schema
from trueup.workbench.database import open_database
from trueup.workbench.files import read_files, told_files
from trueup.workbench.project import Project

if TYPE_CHECKING:
    from trueup.postgres.session.connection import Connection


def settled_folder(project: Project) -> Folder:
    """The migrations folder after what an interrupted command left is settled: for verbs that
    write. Where nothing may be changed, what is left is only told."""
    settle(project)
    return told_files(project) if project.read_only else read_files(project)


def settle(project: Project) -> None:
    """Says what it did, and what it could not do: that stays for a later command. Does nothing
    where nothing may be changed.

    Costs one look into the folder where there is nothing, which is nearly always. Must not be
    called with the migration lock in hand. Raises WriteFailed and ValidationFailed (`file_exists`)
    where files whose rows are recorded can't be put in place.
    """
    if project.read_only:
        return
    settle_cached(project)
    directory = project.settings.migrations_dir
    if places(directory):
        with only_one(directory):
            sweep_entries(directory)
    waiting = False
    for found in left_in(directory):
        if found.entry is None:
            project.say(f"{found.place} is left of an interrupted command and can't be read")
        elif found.committed:
            _finish(project, found)
        else:
            waiting = True
    if waiting:
        _ask(project)
    settle_cached_schema(project)


def _ask(project: Project) -> None:
    from trueup.history.lock import migration_lock

    wait = project.settings.lock_wait
    on_wait = lambda waiting: project.say(str(waiting))  # noqa: E731
    try:
        with (
            open_database(project) as conn,
            migration_lock(conn, wait_seconds=wait, on_wait=on_wait) as lock,
            lock.at_work(conn),
        ):
            settle_under_lock(project, conn)
    except (WriteFailed, ValidationFailed):
        raise
    except TrueupError as problem:
        project.say(f"what an interrupted command left can't be settled now: {problem.message}")


def settle_under_lock(project: Project, conn: Connection) -> None:
    """The same for who has the migration lock already, with nothing else at work."""
    directory = project.settings.migrations_dir
    mark = None
    for found in left_in(directory):
        if found.entry is None or found.committed:
            continue
        mark = mark or mark_of(conn)
        if not same_database(found.entry.mark, mark):
            project.say(
                f"`trueup {found.entry.verb}` on {found.entry.mark.get('where')} was interrupted;"
                " run `trueup repair --write` with that database to have it settled"
            )
            continue
        if is_committed(conn, found.entry.witness):
            _finish(project, found)
        else:
            _take_away(project, found)


def _finish(project: Project, found: Left) -> None:
    with taken_over(found.place) as mine:
        if mine is None or mine.entry is None:
            return
        entry = mine.entry
        note_committed(found.place)
        carry_out(project.settings.migrations_dir, found.place, entry)
        wrote = _write_schema(project, mine, entry)
        if wrote is None or not _removed(project, found.place):
            return
    done = [*entry.creates, *(move.new for move in entry.moves)]
    done += [project.schema_label] if wrote else []
    if done:
        files = done[0] if len(done) == 1 else f"{done[0]} and {len(done) - 1} more"
        project.say(
            f"`trueup {entry.verb}` was interrupted after its rows were recorded; {files} is in"
            " place now"
        )


def _take_away(project: Project, found: Left) -> None:
    with taken_over(found.place) as mine:
        if mine is None or not _removed(project, found.place):
            return
    project.say(
        f"`trueup {found.entry.verb if found.entry else ''}` was interrupted before anything was"
        " recorded; what it had prepared is taken away"
    )


def _removed(project: Project, place: Path) -> bool:
    try:
        remove_entry(place)
    except OSError as problem:
        project.say(f"{place} could not be taken away: {(problem.strerror or '').lower()}")
        return False
    return True


def _write_schema(project: Project, found: Left, entry: Entry) -> bool | None:
    """Whether schema.sql was written: not where it or the migrations have changed since. None
    where there is no room for it, so that the entry stays."""
    target = project.settings.schema_file
    if entry.files is None or digest(target) != entry.before:
        return False
    if digest_of(read_files(project).migrations) != entry.files:
        return False
    try:
        content = (found.place / SCHEMA).read_bytes()
        return write_atomic(target, content, root=project.settings.root)
    except (OSError, TrueupError) as problem:
        project.say(f"{project.schema_label} could not be written: {problem}")
        return None
