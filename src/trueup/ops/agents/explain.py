"""One object looked at from every side: its DDL, the verdict, and the migrations that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from trueup.diff.mask import masked
from trueup.errors import CannotTell, UsageError
from trueup.folder.git import last_change
from trueup.folder.migrations import Folder
from trueup.model.finding import Finding
from trueup.model.mend import Mend
from trueup.model.migration import Migration
from trueup.model.schema import ObjectKey
from trueup.ops.check import CheckResult, check
from trueup.verdict.history import MigrationState
from trueup.verdict.objects import Sides, Verdict
from trueup.workbench.files import read_files
from trueup.workbench.project import Project
from trueup.workbench.target import Target

_MOST = 20


@dataclass(frozen=True, slots=True)
class Mention:
    """A migration that names the object: what history knows of it, and who committed the file."""

    version: str
    file: str
    applied_at: str | None
    applied_by: str | None
    committed_by: str | None


@dataclass(frozen=True, slots=True)
class Explained:
    """One object. A DDL is None where that side lacks the object or is not there."""

    key: ObjectKey
    verdict: str
    cause: str
    mend: tuple[Mend, ...]
    details: tuple[str, ...]
    migrations: str | None
    schema_file: str | None
    database: str | None
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every object that the name fits, at most 20 of them, and what could not be looked at."""

    objects: tuple[Explained, ...]
    left_out: int
    findings: tuple[Finding, ...]


def explain(project: Project, name: str, kind: str | None = None) -> Explanation:
    """Looks for objects called `name` (`table`, `schema.table`, `table column`'s table, or the
    whole name as in a verdict), of one kind where it is given.

    Raises UsageError (`object_unknown`) where no side has any, CannotTell (`nothing_compared`)
    where no side could be had.
    """
    result = check(project)
    if result.sides is None:
        raise CannotTell(
            "nothing could be compared: " + "; ".join(f.message for f in result.findings[:3]),
            code="nothing_compared",
            hint="`trueup check` says what is in the way",
        )
    every = result.sides.keys()
    keys = sorted(key for key in every if _fits(key, name, kind))
    if not keys:
        raise UsageError(
            f"no side has an object called {name}",
            code="object_unknown",
            subject=name,
            hint="name it as list_tables or check_drift do: customers, or public.customers",
        )
    folder = read_files(project)
    states = _states(project, folder)
    mentions = {key: _mentions(project, folder, states, key) for key in keys[:_MOST]}
    objects = tuple(_explained(result, result.sides, key, mentions[key]) for key in mentions)
    return Explanation(objects, max(0, len(keys) - _MOST), result.findings)


def _fits(key: ObjectKey, name: str, kind: str | None) -> bool:
    if kind is not None and key.kind != kind.upper():
        return False
    bare = key.name.split("(", 1)[0]
    words = {key.name, bare, *bare.split(" ")}
    schema, _, rest = name.partition(".")
    return name in words or (schema == key.schema and rest in words)


def _explained(
    result: CheckResult, sides: Sides, key: ObjectKey, mentions: tuple[Mention, ...]
) -> Explained:
    drift = next((item for item in result.drift if item.drift.key == key), None)

    def ddl(side: Mapping[ObjectKey, object] | None) -> str | None:
        found = side.get(key) if side is not None else None
        return masked(key, str(getattr(found, "ddl", ""))) if found is not None else None

    return Explained(
        key,
        str(drift.drift.verdict if drift else Verdict.IN_SYNC),
        drift.drift.cause if drift else "",
        drift.drift.mend if drift else (),
        drift.details if drift else (),
        ddl(sides.migrations),
        ddl(sides.schema_file),
        ddl(sides.database),
        mentions,
    )


def _states(project: Project, folder: Folder) -> Mapping[str, MigrationState]:
    if project.settings.database_url is None:
        return {}
    try:
        entries = Target.read(project, folder.migrations).history.entries
    except CannotTell:
        return {}
    return {entry.version: entry for entry in entries}


def _mentions(
    project: Project, folder: Folder, states: Mapping[str, MigrationState], key: ObjectKey
) -> tuple[Mention, ...]:
    """The newest first. A file that names it need not have changed it; one that changed it by
    code that puts SQL together may not name it."""
    naming = list(_naming(reversed(folder.migrations), key))
    return tuple(_mention(project, states.get(file.version), file) for file in naming[:_MOST])


def _naming(files: Iterable[Migration], key: ObjectKey) -> Iterator[Migration]:
    from pglast import parser

    wanted = {part.strip('"') for part in key.name.split("(", 1)[0].split(" ")}
    for file in files:
        if not all(word in file.sql for word in wanted):
            continue
        try:
            found = {file.sql[t.start : t.end + 1].strip('"') for t in parser.scan(file.sql)}
        except parser.ParseError:
            continue
        if wanted <= found:
            yield file


def _mention(project: Project, state: MigrationState | None, file: Migration) -> Mention:
    when = state.applied_at if state else None
    return Mention(
        file.version,
        file.path,
        f"{when.isoformat()}Z" if when else None,
        state.applied_by if state else None,
        last_change(project.settings.root, file.path),
    )
