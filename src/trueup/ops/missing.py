"""Telling why a replay failed: an object that no migration makes, that a later one makes, or that
two make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import StatementFailed, TrueupError
from trueup.model.migration import Migration
from trueup.verdict.made import COLUMN, FUNCTION, RELATION, SCHEMA, TYPE, Deeds, Thing, deeds
from trueup.verdict.missing import (
    Elsewhere,
    explain_missing,
    explain_present,
    is_absent,
    named_object,
    of_its_table,
)

if TYPE_CHECKING:
    from trueup.ops.project import Project

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
    """Adds to a failure of one of the files `ran` what is known of the object it is about."""
    named = named_object(failed.sqlstate, failed.message)
    thing = named and of_its_table(named, failed.statement)
    place = failed.location
    if thing is None or place is None or failed.also:
        return
    files = project.listed().migrations
    failing = next((file for file in files if file.path == place.file), None)
    if failing is None:
        return
    if is_absent(failed.sqlstate):
        has = Elsewhere(tuple(_files_with(project, thing)), _database_has(project, thing))
        failed.also = (explain_missing(thing, failing, files, _deeds, has),)
    else:
        failed.also = (explain_present(thing, failing, files, _deeds),)


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
        with project.connect() as conn:
            return conn.execute(query.encode(), names).fetchone() is not None
    except (TrueupError, psycopg.Error):
        return None
