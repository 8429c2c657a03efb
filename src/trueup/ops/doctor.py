"""`doctor`: what trueup finds here: servers, configuration, folder, database, shadow."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from trueup.errors import TrueupError
from trueup.model.history import HISTORY_NAME
from trueup.platform.postgres import PREFERRED, TESTED_RANGE, how_to_get, untested
from trueup.platform.supabase import SESSION_PORT
from trueup.postgres.server.install import survey
from trueup.postgres.server.places import cache_root, runtime_root
from trueup.workbench.database import open_database, revealed_url
from trueup.workbench.files import read_files, read_schema_text
from trueup.workbench.project import Project
from trueup.workbench.shadows import open_shadow, replay_major


class Health(StrEnum):
    """How a thing is: fine, worth a look, or in the way."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at: the fact, and what to do where it is not fine."""

    topic: str
    health: Health
    fact: str
    hint: str = ""


def doctor(project: Project) -> tuple[Examined, ...]:
    """Looks at everything a command may need; nothing is raised and nothing changed."""
    looks = (_servers, _places, _configuration, _folder, _schema_file, _git, _database, _shadow)
    found = [item for look in looks for item in _safely(look, project)]
    return tuple(dict.fromkeys(found))  # database and shadow may say the same of their major


def _safely(look: Callable[[Project], Iterator[Examined]], project: Project) -> Iterator[Examined]:
    topic = look.__name__.strip("_").replace("_", " ")
    try:
        yield from look(project)
    except TrueupError as problem:
        for finding in problem.findings():
            yield Examined(topic, Health.ERROR, finding.message, finding.hint)


def _servers(_: Project) -> Iterator[Examined]:
    found = survey()
    for install in found.installs:
        what = "server and client" if install.has_server else "client only"
        where = f"{install.origin}, {install.bin_dir}"
        yield Examined("PostgreSQL", Health.OK, f"{install.version} ({what}): {where}")
    for broken in found.broken:
        yield Examined("PostgreSQL", Health.WARNING, str(broken), "it is passed over")
    if not any(install.has_server for install in found.installs):
        yield Examined(
            "PostgreSQL",
            Health.ERROR,
            "no server was found to replay on",
            how_to_get(PREFERRED),
        )


def _places(_: Project) -> Iterator[Examined]:
    yield Examined("cache", Health.OK, str(cache_root()))
    yield Examined("throwaway servers", Health.OK, str(runtime_root()))


def _configuration(project: Project) -> Iterator[Examined]:
    settings = project.settings
    file = settings.shown(settings.config_file) if settings.config_file else "defaults"
    wanted = f"PostgreSQL {settings.postgres}" if settings.postgres else "PostgreSQL not pinned"
    schemas = ", ".join(settings.schemas)
    fact = f"{file}: platform {settings.resolved_platform}, {wanted}, schemas {schemas}"
    yield Examined("configuration", Health.OK, fact)
    for finding in settings.findings:
        yield Examined("configuration", Health.WARNING, finding.message, finding.hint)


def _folder(project: Project) -> Iterator[Examined]:
    folder = read_files(project)
    yield Examined("migrations", Health.OK, f"{len(folder.migrations)} files in {folder.path}")
    for finding in folder.findings:
        health = Health.ERROR if finding.is_error else Health.WARNING
        yield Examined("migrations", health, finding.message, finding.hint)


def _schema_file(project: Project) -> Iterator[Examined]:
    file = read_schema_text(project)
    if file.text is not None:
        yield Examined("schema file", Health.OK, file.path)
    for finding in file.findings:
        health = Health.ERROR if finding.is_error else Health.WARNING
        yield Examined("schema file", health, finding.message, finding.hint)


def _git(_: Project) -> Iterator[Examined]:
    if shutil.which("git") is None:
        yield Examined("git", Health.WARNING, "git is not found", "install git")


def _database(project: Project) -> Iterator[Examined]:
    settings = project.settings
    if settings.database_url is None:
        yield Examined(
            "database",
            Health.WARNING,
            "none is configured",
            "set TRUEUP_DATABASE_URL to compare a live database too",
        )
        return
    from trueup.history.table import read_history
    from trueup.postgres.session.connection import (
        describe,
        in_recovery,
        is_transaction_pooler,
        server_version,
    )

    with open_database(project) as conn:
        source = settings.database_url.source
        where = describe(revealed_url(project))
        fact = f"{where}: PostgreSQL {server_version(conn)[1]} (from {source})"
        yield Examined("database", Health.OK, fact)
        yield from _untested(server_version(conn)[0])
        if in_recovery(conn):
            yield Examined(
                "database", Health.WARNING, "it is a read-only replica", "apply needs the primary"
            )
        if is_transaction_pooler(conn, revealed_url(project)):
            yield Examined(
                "database",
                Health.WARNING,
                "it is reached through a transaction pooler",
                f"apply needs a direct or session-mode connection (Supabase: port {SESSION_PORT})",
            )
        rows = len(read_history(conn).rows)
        yield Examined("history", Health.OK, f"{rows} migrations recorded in {HISTORY_NAME}")


def _shadow(project: Project) -> Iterator[Examined]:
    """Starts one: whether it works can't be told from looking."""
    started = time.monotonic()
    shadow = open_shadow(project, replay_major(project))
    with shadow.database(()):
        took = round((time.monotonic() - started) * 1000)
        yield Examined("shadow", Health.OK, f"PostgreSQL {shadow.host.version}, ready in {took} ms")
    yield from _untested(shadow.major)


def _untested(major: int) -> Iterator[Examined]:
    if hint := untested(major):
        fact = f"{major} is taken as it is: trueup is tested with {TESTED_RANGE}"
        yield Examined("PostgreSQL", Health.WARNING, fact, hint)
