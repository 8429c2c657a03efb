"""`check`: are the migrations, schema.sql, the history and the database the same, object by
object; and if not, which side moved, why, and what mends it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from trueup.diff.words import display
from trueup.errors import StatementFailed
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding, info
from trueup.model.states import States
from trueup.recovery.regenerate import seal_replay
from trueup.shadow.shadow import Shadow
from trueup.verdict.allowed import sift
from trueup.verdict.column_order import split_column_order
from trueup.verdict.objects import Drift, Sides, judge
from trueup.verdict.rights import KIND
from trueup.verdict.states import StateVerdict, judge_states
from trueup.verdict.told import details, summary
from trueup.workbench.declarative import declarative_label
from trueup.workbench.exposed import leave_out_unsaid
from trueup.workbench.files import read_files
from trueup.workbench.gather import Gathering
from trueup.workbench.majors import untested_server
from trueup.workbench.mends import mended
from trueup.workbench.project import Project
from trueup.workbench.replays import replay_on
from trueup.workbench.rights import compare_rights, rights_words
from trueup.workbench.shadows import open_shadow
from trueup.workbench.sides import read_sides
from trueup.workbench.squawk import lint_findings
from trueup.workbench.target import Target
from trueup.workbench.unsettled import explain_drift


@dataclass(frozen=True, slots=True)
class MigrationsSide:
    """The replay: how many files there are and ran, on what, and how many objects it gave."""

    files: int
    replayed: int
    postgres: str
    platform: str
    stood_in: tuple[str, ...]
    objects: int


@dataclass(frozen=True, slots=True)
class FileSide:
    """A schema file or folder: where it is, how many objects it gives."""

    path: str
    objects: int


@dataclass(frozen=True, slots=True)
class DatabaseSide:
    """The live database: name, server version, objects in scope, files it has run and not."""

    name: str
    postgres: str
    objects: int
    applied: int
    pending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DriftItem:
    """One object that is not in sync, with a sentence for people and the single changes."""

    drift: Drift
    summary: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict. `in_sync` is None when something asked for could not be compared. `failures`
    are the statements among the findings that PostgreSQL refused, with all it said; `sides` is
    what was compared, None where nothing could be."""

    in_sync: bool | None
    migrations: MigrationsSide | None
    schema_file: FileSide | None
    database: DatabaseSide | None
    compared: Mapping[str, int]
    drift: tuple[DriftItem, ...]
    findings: tuple[Finding, ...]
    seconds: float
    failures: tuple[StatementFailed, ...] = ()
    sides: Sides | None = None
    declarative: FileSide | None = None


@dataclass(frozen=True, slots=True)
class _Compared:
    """What came of the comparison, as far as it got."""

    shadow: Shadow | None = None
    sides: Sides | None = None
    stood_in: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()
    rights: int = 0


def check(
    project: Project, *, with_database: bool = True, strict_column_order: bool = False
) -> CheckResult:
    """Compares every side that there is. `with_database` False leaves the database out even
    where one is configured. Tables that are the same but for the order of their columns are a
    finding, and drift only when `strict_column_order`. What can't be had is a finding, and the
    verdict is then None."""
    started = time.monotonic()
    so_far = Gathering()
    folder = read_files(project)
    so_far.add(*project.settings.findings, *folder.findings)
    target = _target(project, folder, so_far) if with_database else None
    so_far.add(*_lint(project, folder, target))
    compared = _compare(project, folder, target, so_far, strict_column_order)
    seconds = time.monotonic() - started
    return _result(project, folder, target, compared, so_far, seconds)


def _lint(project: Project, folder: Folder, target: Target | None) -> list[Finding]:
    pending = target.history.pending if target else ()
    return lint_findings(project, pending, folder.migrations, target.major if target else None)


def _target(project: Project, folder: Folder, so_far: Gathering) -> Target | None:
    if project.settings.database_url is None:
        return None
    target = so_far.attempt(lambda: Target.read(project, folder.migrations))
    if target:
        so_far.add(*target.untested(), *target.history.findings)
    return target


def _compare(
    project: Project,
    folder: Folder,
    target: Target | None,
    so_far: Gathering,
    strict: bool,
) -> _Compared:
    if folder.blocking:
        so_far.cannot_tell(())
        return _Compared()
    shadow = so_far.attempt(lambda: open_shadow(project, target.major if target else None))
    if shadow is None:
        return _Compared()
    if target is None or target.major != shadow.major:
        so_far.add(*untested_server("the replay", shadow.major, shadow.host.version))
    stand = so_far.attempt(lambda: replay_on(project, shadow, folder.migrations))
    if stand is None:
        return _Compared(shadow)
    seal_replay(project, folder.migrations, stand.schema)
    read = read_sides(project, folder, target, stand, so_far)
    frame, wholes, sides = stand.frame, read.wholes, read.sides
    states = _states(target, sides, read.said)
    so_far.add(*states.findings)
    drift, order = split_column_order(states.reworded(judge(sides)))
    if not strict:
        so_far.add(*(_column_order(item) for item in order))
    rights, gained = compare_rights(project, frame, wholes, shadow.major)
    so_far.findings[:0] = gained
    rights = leave_out_unsaid(project, folder.migrations, shadow.major, rights, so_far)
    counted = (*drift, *(order if strict else ()), *rights.drift)
    if target:
        counted = explain_drift(shadow, target, counted)
    counted = mended(project, counted, folder, target)
    sifted = sift(counted, project.settings.allow, datetime.now(UTC).date())
    so_far.add(*sifted.findings)
    stood_in = shadow.stood_in(stand.whole)
    return _Compared(shadow, sides, stood_in, sifted.drift, rights.compared)


def _states(target: Target | None, sides: Sides, said: States) -> StateVerdict:
    """What no dump tells of the database, where that could be compared."""
    if target is None or sides.database is None:
        return StateVerdict()
    return judge_states(target.states, said, sides.database, sides.applied, sides.migrations)


def _column_order(item: Drift) -> Finding:
    return info(
        "column_order_differs",
        str(item.key),
        f"{display(item.key)} is equal up to the order of its columns, which no ALTER changes",
        "`trueup check --strict-column-order` calls it drift",
    )


def _result(
    project: Project,
    folder: Folder,
    target: Target | None,
    compared: _Compared,
    so_far: Gathering,
    seconds: float,
) -> CheckResult:
    return CheckResult(
        in_sync=so_far.in_sync(bool(compared.drift)),
        migrations=_migrations_side(project, folder, compared),
        schema_file=_file_side(project, compared.sides),
        database=_database_side(target, compared.sides),
        compared=_counts(compared),
        drift=tuple(_item(project, drift) for drift in compared.drift),
        findings=tuple(so_far.findings),
        seconds=round(seconds, 3),
        failures=tuple(so_far.failures),
        sides=compared.sides,
        declarative=_declarative_side(project, compared.sides),
    )


def _item(project: Project, drift: Drift) -> DriftItem:
    said = rights_words(project, drift) if drift.key.kind == KIND else []
    return DriftItem(drift, summary(drift), tuple(said or details(drift)))


def _migrations_side(project: Project, folder: Folder, compared: _Compared) -> MigrationsSide:
    shadow, sides = compared.shadow, compared.sides
    return MigrationsSide(
        files=len(folder.migrations),
        replayed=len(folder.migrations) if sides else 0,
        postgres=shadow.host.version if shadow else "",
        platform=project.settings.resolved_platform,
        stood_in=compared.stood_in,
        objects=len(sides.migrations) if sides else 0,
    )


def _file_side(project: Project, sides: Sides | None) -> FileSide | None:
    if sides is None or sides.schema_file is None:
        return None
    return FileSide(project.schema_label, len(sides.schema_file))


def _declarative_side(project: Project, sides: Sides | None) -> FileSide | None:
    if sides is None or sides.declarative is None:
        return None
    return FileSide(declarative_label(project.settings), len(sides.declarative))


def _database_side(target: Target | None, sides: Sides | None) -> DatabaseSide | None:
    if target is None:
        return None
    live = sides.database if sides else None
    return DatabaseSide(
        name=target.name,
        postgres=target.version,
        objects=len(live) if live is not None else 0,
        applied=len(target.history.applied),
        pending=tuple(file.version for file in target.history.pending),
    )


def _counts(compared: _Compared) -> dict[str, int]:
    """How many objects of each kind were compared, each once, whichever sides have it."""
    sides = compared.sides
    if sides is None or not sides.there().keys() - {"migrations", "applied"}:
        return {}
    counted: dict[str, int] = {}
    for key in sorted(sides.keys()):
        counted[key.kind] = counted.get(key.kind, 0) + 1
    if compared.rights:
        counted[KIND] = compared.rights
    return dict(sorted(counted.items()))
