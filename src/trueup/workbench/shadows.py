"""Choosing where to replay: a server the user lent, else programs found on this machine."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import ConnectionFailed, ServerUnavailable, UsageError
from trueup.model.migration import Migration
from trueup.platform import SUPABASE, files
from trueup.postgres.server.install import Install, choose_client, choose_server
from trueup.postgres.server.places import cache_root
from trueup.shadow.cache import Cache
from trueup.shadow.keys import Ground
from trueup.shadow.platform import platform
from trueup.shadow.shadow import Host, Shadow
from trueup.workbench.database import open_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.errors import StatementFailed
    from trueup.postgres.session.connection import Connection
    from trueup.workbench.project import Project


def open_shadow(project: Project, major: int | None) -> Shadow:
    """A shadow for the project. `major` is the target's, where there is one; else the
    configuration says, else the default of `choose_server`. Raises ServerUnavailable, and
    UsageError when the lent server is the database itself."""
    cache = Cache(cache_root(), enabled=project.use_cache)
    wanted = major or project.settings.postgres
    lent = project.settings.shadow_url
    host = _lent(project, lent.reveal()) if lent else _own(project, wanted, cache)
    return Shadow(host, cache, project.on_file, _roles_file(project), partial(_explain, project))


def _explain(project: Project, failed: StatementFailed, ran: Sequence[Migration]) -> None:
    from trueup.workbench.failures import explain_failure

    explain_failure(project, failed, ran)


def _own(project: Project, major: int | None, cache: Cache) -> Host:
    from trueup.postgres.server.reap import reap_stale
    from trueup.shadow.own import OwnHost

    reap_stale()  # what a killed run left ends with the next one, also where that needs no server
    install = choose_server(major)
    settings = project.settings
    expose = bool(settings.auto_expose_new_tables)
    data = platform(settings.resolved_platform, install.major, auto_expose_new_tables=expose)
    client = _client(install)
    ground = Ground(
        server=f"{install.version} {install.bin_dir}",
        pg_dump=f"{client.version} {client.bin_dir}",
        platform=data.version,
        options=(settings.replay_database,),
    )
    pg_dump = client.tool("pg_dump")
    return OwnHost(install, pg_dump, data, ground, cache, settings.replay_database, expose)


def _roles_file(project: Project) -> tuple[Migration, ...]:
    """supabase/roles.sql, which Supabase runs before the migrations."""
    path = project.settings.root / files.ROLES
    if project.settings.resolved_platform != SUPABASE or not path.is_file():
        return ()
    return (Migration("", "roles", project.settings.shown(path), path.read_bytes()),)


def _client(install: Install) -> Install:
    """The server's own pg_dump where it has one: one pg_dump for both sides of a comparison."""
    if (install.bin_dir / "pg_dump").exists():
        return install
    return choose_client(install.major)


def _lent(project: Project, url: str) -> Host:
    from trueup.postgres.session.connection import (
        connect,
        server_identity,
        server_version,
    )
    from trueup.shadow.lent import LentHost

    with connect(url, application_name="trueup shadow") as conn:
        major, version = server_version(conn)
        _refuse_target(project, server_identity(conn))
        server, extensions = _lent_server(conn), _available(conn)
        user = conn.info.user  # who replays owns what is made
    client = choose_client(major)
    settings = project.settings
    expose = bool(settings.auto_expose_new_tables)
    data = platform(settings.resolved_platform, major, auto_expose_new_tables=expose)
    ground = Ground(server, f"{client.version} {client.bin_dir}", data.version, (user,))
    return LentHost(
        url,
        major,
        version,
        Path(client.tool("pg_dump")),
        data.name,
        ground,
        say=project.say,
        extensions=extensions,
        expose=expose,
    )


def _available(conn: Connection) -> frozenset[str]:
    rows = conn.execute("SELECT name FROM pg_catalog.pg_available_extensions").fetchall()
    return frozenset(row[0] for row in rows)


def _lent_server(conn: Connection) -> str:
    """What a result on a lent server depends on: its version, its extensions, its locale."""
    row = conn.execute(
        "SELECT version(), current_setting('server_encoding'), (SELECT datcollate FROM pg_database"
        " WHERE datname = 'template0'), (SELECT string_agg(name || default_version, ',' ORDER BY"
        " name) FROM pg_available_extensions)"
    ).fetchone()
    return hashlib.sha256(repr(row).encode()).hexdigest()


def _refuse_target(project: Project, shadow_server: str) -> None:
    """Scratch databases and roles have no place on the server that is being watched over."""
    if project.settings.database_url is None:
        return
    from trueup.postgres.session.connection import server_identity

    with open_database(project) as conn:
        if server_identity(conn) == shadow_server:
            raise UsageError(
                "the shadow server is the server of the database itself",
                code="shadow_is_target",
                hint="name another scratch server with --shadow-url, or leave it out: trueup "
                "then starts a throwaway PostgreSQL of its own",
            )


def replay_major(project: Project) -> int | None:
    """The major that schema.sql is written with: the configured one, else that of the database if
    it can be reached, else None for the default."""
    if project.settings.postgres or project.settings.database_url is None:
        return project.settings.postgres
    from trueup.postgres.session.connection import server_version

    try:
        with open_database(project) as conn:
            return server_version(conn)[0]
    except ConnectionFailed:
        return None


def likely_major(project: Project) -> int | None:
    """The major that `init` pins: so that schema.sql is the same text on every machine, it must
    not depend on which server happens to be found. None when there is none at all."""
    try:
        return replay_major(project) or choose_server(None).major
    except ServerUnavailable:
        return None
