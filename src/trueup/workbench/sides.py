"""Reading every side that there is: what can't be had is a finding, and never guessed."""

from __future__ import annotations

from dataclasses import dataclass

from trueup.errors import TrueupError
from trueup.folder.migrations import Folder
from trueup.folder.schema_file import SchemaFile
from trueup.model.finding import Finding, error, warning
from trueup.model.schema import Schema
from trueup.model.scope import Frame, schemas_left_out
from trueup.model.states import States
from trueup.shadow.shadow import Replayed, Shadow
from trueup.sql.schema_text import render
from trueup.verdict.objects import Sides
from trueup.verdict.rights import without_rights
from trueup.workbench.declarative import declarative_schema
from trueup.workbench.files import read_schema_text
from trueup.workbench.gather import Gathering
from trueup.workbench.project import Project
from trueup.workbench.replays import Replay
from trueup.workbench.target import Target


@dataclass(frozen=True, slots=True)
class SidesRead:
    """Every side that could be had: whole, and cut to what counts with rights apart (`sides`).
    `said` are the states that a replay of the applied files has."""

    wholes: Sides
    sides: Sides
    said: States


def read_sides(
    project: Project, folder: Folder, target: Target | None, stand: Replay, so_far: Gathering
) -> SidesRead:
    """Reads what is held against the replay of all files: the database, schema.sql, the
    declarative files. What can't be read, or is not compared, goes to `so_far`."""
    notes = stand.given.notes
    so_far.add(*(warning("replay_note", project.migrations_label, note) for note in notes))
    so_far.add(*_left_out(project, stand))
    applied, live = _database_edge(folder, target, stand, so_far)
    file = _schema_file(project, folder, stand, so_far)
    declared = declarative_schema(project, folder.migrations, stand.shadow, so_far)
    wholes = Sides(stand.whole, applied.schema, file, live, declared)
    return SidesRead(wholes, _cut(stand.frame, wholes), applied.states)


def _cut(frame: Frame, wholes: Sides) -> Sides:
    """The part of each side that counts, but for rights, which are judged by themselves."""
    there = wholes.there()
    made = {id(side): side for name, side in there.items() if name != "database"}
    cut = {number: without_rights(frame.cut(side)) for number, side in made.items()}
    if wholes.database is not None:
        cut[id(wholes.database)] = without_rights(frame.cut_live(wholes.database))
    return Sides(**{name: cut[id(side)] for name, side in there.items()})


def _left_out(project: Project, stand: Replay) -> list[Finding]:
    """What is not compared must not look as though it were."""
    outside = schemas_left_out(stand.whole, project.scope, stand.shadow.base())
    return [
        warning(
            "schema_not_compared",
            name,
            f"the migrations make {count} objects in schema {name}, which is not compared",
            f'add "{name}" to schemas in trueup.toml',
        )
        for name, count in outside.items()
    ]


def _database_edge(
    folder: Folder, target: Target | None, stand: Replay, so_far: Gathering
) -> tuple[Replayed, Schema | None]:
    """What the files that the database has run give, and what the database holds."""
    goal, shadow = stand.given, stand.shadow
    if target is None:
        return goal, None
    if target.major != shadow.major:
        so_far.cannot_tell([_other_major(target, shadow)])
        return goal, None
    ran = target.history.applied
    applied: Replayed | None = goal
    if ran != folder.migrations:
        applied = so_far.attempt(lambda: shadow.replayed(ran))
    live = so_far.attempt(lambda: stand.dumped(target))
    if applied is None or live is None:
        return goal, None
    return applied, live


def _schema_file(
    project: Project, folder: Folder, stand: Replay, so_far: Gathering
) -> Schema | None:
    """What schema.sql says: known without loading it where it is exactly the replay's text."""
    goal, file = stand.schema, read_schema_text(project)
    so_far.add(*file.findings)
    if file.text is None or any(finding.is_error for finding in file.findings):
        return None
    if file.text == render(goal):
        return stand.whole
    try:
        loaded = stand.shadow.loaded(file.text, file.path, folder.migrations)
    except TrueupError as problem:
        so_far.add(_does_not_load(file, problem))
        return None
    if stand.frame.cut(loaded).fingerprint == goal.fingerprint:
        so_far.add(_text_differs(file))
    return loaded


def _other_major(target: Target, shadow: Shadow) -> Finding:
    return error(
        "server_major_differs",
        target.name,
        f"the database runs PostgreSQL {target.version}, the replay runs on {shadow.major}: "
        "the text of views and defaults differs between majors, so they can't be compared",
        f"install PostgreSQL {target.major} (`trueup doctor` lists what is found), or name a "
        "scratch server of that major with --shadow-url",
    )


def _does_not_load(file: SchemaFile, problem: TrueupError) -> Finding:
    return error(
        "schema_file_does_not_load",
        file.path,
        f"{file.path} does not load into a fresh database: {problem.message}",
        "run `trueup dump` to write it anew from the migrations",
        problem.location,
    )


def _text_differs(file: SchemaFile) -> Finding:
    return warning(
        "schema_file_text_differs",
        file.path,
        f"{file.path} gives the same objects as the migrations, but is not the text that "
        "trueup writes",
        "run `trueup dump` to write it anew; the next change to it is then a small diff",
    )
