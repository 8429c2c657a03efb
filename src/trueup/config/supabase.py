"""The facts that supabase/config.toml holds about the database.

The keys are those of the Supabase CLI (pkg/config/templates/config.toml in supabase/cli).
Everything else in that file is none of trueup's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.config.project import exists
from trueup.config.toml import TomlFile, read_toml
from trueup.model import finding
from trueup.model.finding import Finding
from trueup.platform.files import CONFIG
from trueup.platform.postgres import NEWEST, OLDEST, PREFERRED


@dataclass(frozen=True, slots=True)
class SupabaseFacts:
    """What supabase/config.toml says; None where it says nothing that can be used."""

    path: Path | None = None
    postgres: int | None = None
    auto_expose_new_tables: bool | None = None
    schema_paths: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_supabase(root: Path, *, needed: bool) -> SupabaseFacts:
    """The facts of this project. A file that can't be read is an error where its facts are
    `needed`, because trueup.toml does not say them itself, else a warning."""
    path = root / CONFIG
    if not exists(path, unsure=True):
        return SupabaseFacts()
    file = read_toml(path, CONFIG)
    if isinstance(file, Finding):
        return SupabaseFacts(path, findings=(_broken(file, needed=needed),))
    findings: list[Finding] = []
    return SupabaseFacts(
        path,
        _major(file, findings, needed=needed),
        _exposed(file, findings),
        _schema_paths(file, findings),
        tuple(findings),
    )


def _broken(file: Finding, *, needed: bool) -> Finding:
    make = finding.error if needed else finding.warning
    hint = f"{file.hint}; or say `postgres = {PREFERRED}` (your major version) in trueup.toml"
    return make("supabase_config_broken", file.subject, file.message, hint, file.location)


def _value(file: TomlFile, table: str, key: str) -> Any:
    inner = file.table.get(table)
    return inner.get(key) if isinstance(inner, dict) else None


def _major(file: TomlFile, findings: list[Finding], *, needed: bool) -> int | None:
    value = _value(file, "db", "major_version")
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and OLDEST <= value <= NEWEST:
        return value
    make = finding.error if needed else finding.warning
    findings.append(
        make(
            "supabase_major_version",
            "db.major_version",
            f"db.major_version in {file.shown} is not a version of PostgreSQL from"
            f" {OLDEST} to {NEWEST}",
            f"say `postgres = {PREFERRED}` (your database's major version) in trueup.toml",
            file.value_location(("db", "major_version")),
        )
    )
    return None


def _exposed(file: TomlFile, findings: list[Finding]) -> bool | None:
    value = _value(file, "api", "auto_expose_new_tables")
    if value is None or isinstance(value, bool):
        return value
    findings.append(
        finding.warning(
            "supabase_auto_expose",
            "api.auto_expose_new_tables",
            f"api.auto_expose_new_tables in {file.shown} is neither true nor false",
            "say `auto_expose_new_tables` in trueup.toml",
            file.value_location(("api", "auto_expose_new_tables")),
        )
    )
    return None


def _schema_paths(file: TomlFile, findings: list[Finding]) -> tuple[str, ...]:
    """The globs of the declarative files, in their order, relative to the file's folder."""
    migrations = _value(file, "db", "migrations")
    value = migrations.get("schema_paths") if isinstance(migrations, dict) else None
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(item for item in value if item)
    findings.append(
        finding.warning(
            "supabase_schema_paths",
            "db.migrations.schema_paths",
            f"db.migrations.schema_paths in {file.shown} is not a list of file names",
            'write it as a list: schema_paths = ["./schemas/*.sql"]',
            file.value_location(("db", "migrations", "schema_paths")),
        )
    )
    return ()
