"""Telling why a replay failed: an object that no migration makes, that a later one makes, or that
two make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import StatementFailed, TrueupError
from trueup.folder.migrations import Folder
from trueup.folder.names import SHAPE, some
from trueup.model.finding import Finding, Location, warning
from trueup.model.migration import Migration
from trueup.sql.deeds import COLUMN, FUNCTION, RELATION, SCHEMA, TYPE, Deeds, Thing, deeds
from trueup.verdict.failures import (
    Elsewhere,
    explain_missing,
    explain_present,
    ignored_maker,
    is_absent,
    named_object,
    of_its_table,
)
from trueup.workbench.database import open_database
from trueup.workbench.files import read_files

if TYPE_CHECKING:
    from trueup.workbench.project import Project

_IN_SCHEMA = "AND (%(schema)s = '' OR n.nspname = %(schema)s)"
_NAMESPACE = "JOIN pg_catalog.pg_namespace n ON n.oid ="
_QUERIES = {
    RELATION: f"SELECT FROM pg_catalog.pg_class c {_NAMESPACE} c.relnamespace"
    f" WHERE c.relname = %(name)s {_IN_SCHEMA}",
    COLUMN: "SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " WHERE a.attname = %(name)s AND a.attnum > 0 AND NOT a.attisdropped"
    " AND (%(parent)s = '' OR c.relname = %(parent)s)"
    " AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)",
    FUNCTION: f"SELECT FROM pg_catalog.pg_proc p {_NAMESPACE} p.pronamespace"
    f" WHERE p.proname = %(name)s {_IN_SCHEMA}",
    TYPE: f"SELECT FROM pg_catalog.pg_type t {_NAMESPACE} t.typnamespace"
    f" WHERE t.typname = %(name)s {_IN_SCHEMA}",
    SCHEMA: "SELECT FROM pg_catalog.pg_namespace WHERE nspname = %(name)s",
    "role": "SELECT FROM pg_catalog.pg_roles WHERE rolname = %(name)s",
    "policy": "SELECT FROM pg_catalog.pg_policies WHERE policyname = %(name)s"
    " AND (%(parent)s = '' OR tablename = %(parent)s)",
    "constraint": "SELECT FROM pg_catalog.pg_constraint WHERE conname = %(name)s",
    "trigger": "SELECT FROM pg_catalog.pg_trigger WHERE tgname = %(name)s",
    "publication": "SELECT FROM pg_catalog.pg_publication WHERE pubname = %(name)s",
}


def explain_failure(project: Project, failed: StatementFailed, ran: Sequence[Migration]) -> None:
    """Adds to a failure of one of the files `ran` what is known of its cause: files that are not
    replayed, and the object that it is about."""
    place = failed.location
    if place is None or failed.also:
        return
    folder = read_files(project)
    failing = next((file for file in folder.migrations if file.path == place.file), None)
    if failing is None:
        return
    named = named_object(failed.sqlstate, failed.message)
    thing = named and of_its_table(named, failed.statement)
    left_out = _left_out(project, folder, thing, failing)
    known = any(finding.code == "missing_object" for finding in left_out)
    about = (_about(project, failed, thing, failing, folder),) if thing and not known else ()
    failed.also = (*left_out, *about)


def _about(
    project: Project, failed: StatementFailed, thing: Thing, failing: Migration, folder: Folder
) -> Finding:
    if is_absent(failed.sqlstate):
        has = Elsewhere(tuple(_files_with(project, thing)), _database_has(project, thing))
        return explain_missing(thing, failing, folder.migrations, _deeds, has)
    return explain_present(thing, failing, folder.migrations, _deeds)


def _left_out(
    project: Project, folder: Folder, thing: Thing | None, failing: Migration
) -> tuple[Finding, ...]:
    """What files that are not replayed have to do with a failure: they make the object, or may."""
    ignored = [f.subject for f in folder.findings if f.code == "migration_ignored"]
    if not ignored:
        return ()
    maker = next((p for p in ignored if thing and _makes(project, p, thing)), None)
    if thing and maker:
        return (ignored_maker(thing, failing, maker),)
    are = f"{ignored[0]} is" if len(ignored) == 1 else f"{len(ignored)} .sql files are"
    which = "" if len(ignored) == 1 else f": {some(ignored)}"
    return (
        warning(
            "migration_ignored",
            folder.path,
            f"{are} not replayed, for the name{which}",
            f"rename to {SHAPE} what is a migration, and move the rest out of the folder",
            Location(ignored[0]),
        ),
    )


def _makes(project: Project, path: str, thing: Thing) -> bool:
    return _text_deeds(project.settings.root / path).makes(thing)


@lru_cache(maxsize=1 << 12)
def _deeds(file: Migration) -> Deeds:
    try:
        return deeds(file.sql)
    except UnicodeDecodeError:
        return Deeds()


def _files_with(project: Project, thing: Thing) -> Iterator[str]:
    settings = project.settings
    folder = settings.declarative_dir
    paths = sorted(folder.rglob("*.sql")) if folder and folder.is_dir() else []
    for path in (*paths, settings.schema_file):
        if _text_deeds(path).makes(thing):
            yield settings.shown(path)


def _text_deeds(path: Path) -> Deeds:
    try:
        return deeds(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return Deeds()


def _database_has(project: Project, thing: Thing) -> bool | None:
    query = _QUERIES.get(thing.kind)
    if project.settings.database_url is None or query is None:
        return None
    import psycopg

    names = {"name": thing.name, "schema": thing.schema, "parent": thing.parent}
    try:
        with open_database(project) as conn:
            return conn.execute(query.encode(), names).fetchone() is not None
    except (TrueupError, psycopg.Error):
        return None
