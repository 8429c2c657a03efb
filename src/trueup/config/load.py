"""From files, environment and options to Settings, with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from trueup.config.checks import CHECKS, ENV, Given, unknown
from trueup.config.project import (
    CONFIG_FILE,
    PYPROJECT,
    exists,
    find_project,
    is_folder,
    mentions_trueup,
    shown_path,
)
from trueup.config.reference import NAMES
from trueup.config.secret import DatabaseUrl, checked
from trueup.config.settings import Settings
from trueup.config.supabase import SupabaseFacts, read_supabase
from trueup.config.toml import TomlFile, read_toml
from trueup.errors import ConfigError, UsageError
from trueup.model import finding
from trueup.model.finding import Finding, Location
from trueup.platform import files

URL_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "database_url": ("TRUEUP_DATABASE_URL", "DATABASE_URL"),
    "shadow_url": ("TRUEUP_SHADOW_URL",),
}
_OPTIONS: Final = {"schemas": "--schema"}  # every other option is named like its setting


def load_settings(
    start: Path,
    *,
    project: Path | None = None,
    config_file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
    unconfigured: bool = False,
) -> Settings:
    """The settings of the project that `start` (the current directory) lies in.

    `project` is -C DIR and `config_file` --config FILE, both relative to `start`; `overrides` are
    options of the command line by the name of their setting, None for one not given.
    `unconfigured` leaves out trueup.toml and its kin, as though the project had none yet.

    Raises ConfigError with every problem found, and UsageError where -C names no directory.
    """
    load = _Load(find_project(start, project), environ or {})
    file = None
    if not unconfigured:
        chosen = start.absolute() / config_file if config_file else None
        file = load.config_file(chosen)
    if file:
        load.take_file(file)
    load.take_overrides(overrides or {})
    return load.settings(file.file if file else None)


def require_database(settings: Settings) -> DatabaseUrl:
    """The database's URL; UsageError (`database_url_missing`, `database_url_invalid`) without."""
    if settings.database_url is not None:
        return checked(settings.database_url)
    unset = [f.message for f in settings.findings if f.code == "config_env_unset"]
    raise UsageError(
        "no database is named" + "".join(f"; {message}" for message in unset),
        code="database_url_missing",
        hint="give --database-url, set TRUEUP_DATABASE_URL or DATABASE_URL,"
        " or put `database_url` into trueup.toml",
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """A configuration file and the table in it that is ours."""

    file: TomlFile
    prefix: tuple[str, ...] = ()

    @property
    def table(self) -> Any:
        table: Any = self.file.table
        for key in self.prefix:
            table = table.get(key, {}) if isinstance(table, dict) else {}
        return table


@dataclass
class _Load:
    """Values gathered so far, and what was wrong with them."""

    root: Path
    environ: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)

    def config_file(self, chosen: Path | None) -> _Source | None:
        """The one file that configures the project, or None."""
        if chosen is not None:
            return self._read(chosen)
        own, shared = self.root / CONFIG_FILE, self.root / PYPROJECT
        first = self._read(own) if exists(own, unsure=True) or own.is_symlink() else None
        second = self._read(shared) if mentions_trueup(shared) else None
        if first and first.table and second and second.table:
            self.problems.append(_twice(second))
        return first if first and (first.table or not second) else second

    def _read(self, path: Path) -> _Source | None:
        file = read_toml(path, shown_path(path, self.root))
        if isinstance(file, Finding):
            self.problems.append(file)
            return None
        return _Source(file, ("tool", "trueup") if path.name == PYPROJECT else ())

    def take_file(self, source: _Source) -> None:
        """Checks every key of the file."""
        if not isinstance(source.table, dict):
            location = source.file.key_location(source.prefix)
            self._problem(
                "config_wrong_type", "tool.trueup", "tool.trueup must be a table", location
            )
            return
        for key, value in source.table.items():
            path = (*source.prefix, key)
            if key in CHECKS:
                self._take(Given(key, value, source.file.shown, self.root, source.file, path))
                continue
            message, hint = unknown(key, key, NAMES)
            self._problem("config_unknown_key", key, message, source.file.key_location(path), hint)

    def take_overrides(self, overrides: Mapping[str, object]) -> None:
        """Checks the options of the command line, which go before the file."""
        for key, value in overrides.items():
            if value is not None:
                option = _OPTIONS.get(key, "--" + key.replace("_", "-"))
                self._take(Given(key, value, option, self.root))

    def _take(self, given: Given) -> None:
        value = CHECKS[given.name](given)
        self.problems += given.problems
        if given.problems:
            return
        if given.name in URL_VARIABLES:
            value = self._file_url(given, value) if given.file else DatabaseUrl(value, given.source)
        if value is not None or given.name == "declarative_dir":
            self.values[given.name] = value
            self.sources[given.name] = given.source

    def _file_url(self, given: Given, value: str) -> DatabaseUrl | None:
        if value.startswith(ENV):
            return self._url_from_environment(given, value.removeprefix(ENV))
        url = DatabaseUrl(value, given.source)
        if url.has_password:
            self.problems.append(_password_in_file(given))
        return url

    def _url_from_environment(self, given: Given, variable: str) -> DatabaseUrl | None:
        if text := self.environ.get(variable):
            return DatabaseUrl(text, variable)
        self.problems.append(
            finding.warning(
                "config_env_unset",
                given.name,
                f"{given.name} is env:{variable}, but {variable} is not set",
                f"set {variable}, or take the line out",
                given.place(),
            )
        )
        return None

    def _problem(
        self, code: str, subject: str, message: str, location: Location, hint: str = ""
    ) -> None:
        self.problems.append(finding.error(code, subject, message, hint, location))

    def settings(self, file: TomlFile | None) -> Settings:
        """The settings, or ConfigError with every problem."""
        self._urls_from_environment()
        facts = self._supabase()
        self._folders()
        if any(problem.is_error for problem in self.problems):
            raise ConfigError(sorted(self.problems, key=_rank))
        return Settings(
            root=self.root,
            config_file=file.path if file else None,
            supabase_config=facts.path,
            findings=tuple(self.problems),
            sources=self.sources,
            **self.values,
        )

    def _urls_from_environment(self) -> None:
        for name, variables in URL_VARIABLES.items():
            if self.sources.get(name, "").startswith("--"):
                continue
            for variable in variables:
                if text := self.environ.get(variable):
                    self.values[name] = DatabaseUrl(text, variable)
                    self.sources[name] = variable
                    break
        named = {name for name in URL_VARIABLES if name in self.values}
        self.problems = [
            problem
            for problem in self.problems
            if not (problem.code == "config_env_unset" and problem.subject in named)
        ]

    def _supabase(self) -> SupabaseFacts:
        facts = read_supabase(self.root, needed="postgres" not in self.values)
        self.problems += facts.findings
        if facts.postgres and self.values.get("postgres", facts.postgres) != facts.postgres:
            self.problems.append(_two_majors(self.values["postgres"], facts.postgres))
        for name in ("postgres", "auto_expose_new_tables"):
            value = getattr(facts, name)
            if value is not None and name not in self.values:
                self.values[name] = value
                self.sources[name] = files.CONFIG
        if facts.schema_paths and "declarative_dir" not in self.values:
            self.values["declarative_paths"] = facts.schema_paths
        return facts

    def _folders(self) -> None:
        values, root = self.values, self.root
        values.setdefault("migrations_dir", _default_migrations(root))
        values.setdefault("schema_file", root / "schema.sql")
        declarative = root / files.SCHEMAS
        values.setdefault("declarative_dir", declarative if is_folder(declarative) else None)
        if values["schema_file"].parent == values["migrations_dir"]:
            self.problems.append(_schema_file_among_migrations())


def _default_migrations(root: Path) -> Path:
    usual, plain = root / files.MIGRATIONS, root / "migrations"
    return plain if is_folder(plain) and not is_folder(usual) else usual


def _rank(problem: Finding) -> tuple[bool, str, int, int]:
    place = problem.location or Location("")
    return not problem.is_error, place.file, place.line or 0, place.column or 0


def _twice(second: _Source) -> Finding:
    return finding.error(
        "config_twice",
        "tool.trueup",
        f"both {CONFIG_FILE} and [tool.trueup] in {PYPROJECT} configure this project",
        f"move everything into {CONFIG_FILE} and delete [tool.trueup]",
        second.file.key_location(second.prefix),
    )


def _password_in_file(given: Given) -> Finding:
    variable = URL_VARIABLES[given.name][0]
    return finding.warning(
        "config_password",
        given.name,
        f"{given.name} in {given.source} holds a password, which git would keep for ever",
        f"change that password, put the URL into {variable}, and write"
        f' {given.name} = "env:{variable}" or nothing here',
        given.place(),
    )


def _two_majors(own: int, supabase: int) -> Finding:
    return finding.warning(
        "config_postgres_differs",
        "postgres",
        f"trueup is told PostgreSQL {own}, but {files.CONFIG} says {supabase};"
        f" {own} is what trueup goes by",
        "say the database's own major version in both, or leave `postgres` out of trueup's",
        Location(files.CONFIG),
    )


def _schema_file_among_migrations() -> Finding:
    return finding.error(
        "config_bad_value",
        "schema_file",
        "schema_file lies in the migrations folder, where every .sql file is a migration",
        'put it elsewhere; the default is schema_file = "schema.sql"',
    )
