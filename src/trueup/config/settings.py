"""Settings: everything trueup is told about a project, read once and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from trueup.config.project import shown_path
from trueup.config.secret import DatabaseUrl
from trueup.model.finding import Finding, Location

Extensions = Literal["all", "needed", "none"]
Lint = Literal["pending", "all", "off"]
Platform = Literal["auto", "postgres", "supabase"]
ResolvedPlatform = Literal["postgres", "supabase"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """One known difference that `check` lets pass: an object pattern, why, and until when.

    `expires` is the last day it holds (UTC), None for ever.
    """

    object: str
    reason: str
    expires: date | None = None
    location: Location | None = None

    def expired(self, today: date) -> bool:
        """Whether the entry no longer holds on that day."""
        return self.expires is not None and today > self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one project; config.reference says what each key means.

    Paths are absolute. `declarative_paths` are globs of the declarative files in their order,
    relative to the folder of supabase/config.toml, where that names them. `findings` holds
    warnings of the configuration itself, `sources` where each setting that is not a default came
    from ("trueup.toml", "--schema").
    """

    root: Path
    config_file: Path | None = None
    supabase_config: Path | None = None
    migrations_dir: Path
    schema_file: Path
    declarative_dir: Path | None = None
    declarative_paths: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ("public",)
    privileges: bool | None = None
    managed: bool | None = None
    extensions: Extensions = "all"
    platform: Platform = "auto"
    postgres: int | None = None
    database_name: str | None = None
    replay_database: str = "postgres"
    auto_expose_new_tables: bool | None = None
    lock_timeout: float = 2.0
    lock_retries: int = 10
    lock_wait: float = 60.0
    statement_timeout: float = 0.0
    upstream: str | None = None
    lint: Lint = "pending"
    allow: tuple[Allowed, ...] = ()
    database_url: DatabaseUrl | None = None
    shadow_url: DatabaseUrl | None = None
    findings: tuple[Finding, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def resolved_platform(self) -> ResolvedPlatform:
        """What is in a database before the first migration: `auto` goes by supabase/config.toml."""
        if self.platform != "auto":
            return self.platform
        return "supabase" if self.supabase_config else "postgres"

    @property
    def compares_privileges(self) -> bool:
        """Whether rights are compared; schema.sql holds them only where `privileges` is true."""
        if self.privileges is None:
            return self.resolved_platform == "supabase"
        return self.privileges

    def shown(self, path: Path) -> str:
        """A path as messages show it: relative to the project where it lies inside."""
        return shown_path(path, self.root)
