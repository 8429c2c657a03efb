"""`run`: a command gets a fresh database with all migrations in it, dropped when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from trueup.errors import UsageError
from trueup.platform.postgres import PORT
from trueup.workbench.files import refuse_blocked, told_files
from trueup.workbench.project import Project
from trueup.workbench.shadows import open_shadow, replay_major

_NOT_FOUND = {FileNotFoundError: "is not found", PermissionError: "may not be run"}


def run(project: Project, command: Sequence[str]) -> int:
    """Runs `command` with DATABASE_URL (and PGHOST and kin) set to its own database, and returns
    its exit status; a command that a signal ended returns 128 + the signal, as shells do.

    Raises StatementFailed when a migration fails, UsageError when the command can't be started.
    """
    folder = told_files(project)
    refuse_blocked(folder)
    shadow = open_shadow(project, replay_major(project))
    with shadow.database(folder.migrations) as conninfo:
        kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
        return _call(command, {**kept, **_variables(conninfo)})


def _call(command: Sequence[str], environ: Mapping[str, str]) -> int:
    try:
        child = subprocess.Popen(list(command), env=dict(environ))
    except OSError as problem:
        why = _NOT_FOUND.get(type(problem), problem.strerror)
        raise UsageError(
            f"{command[0]} {why}",
            code="command_not_started",
            hint="what comes after -- is run as it stands, without a shell: "
            "trueup run -- sh -c '…' gives you one",
        ) from problem
    try:
        status = _wait(child)
    except BaseException:
        child.send_signal(signal.SIGTERM)
        child.wait()
        raise
    return status if status >= 0 else 128 - status


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Ctrl-C reaches the command too, being in the foreground: it decides what to do with it."""
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


# What a person's environment may say about other servers; it must not lead the command there.
_MISLEADING = ("PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGOPTIONS", "PGTARGETSESSIONATTRS")


def _variables(conninfo: str) -> dict[str, str]:
    """The same place as a URL, which most libraries take, and as libpq's own variables."""
    from trueup.postgres.session.connection import parse

    where = parse(conninfo)
    url = _url(where)
    return {
        "DATABASE_URL": url,
        "TRUEUP_DATABASE_URL": url,
        "PGDATABASE": where["dbname"],
        "PGUSER": where.get("user", ""),
        "PGHOST": where.get("host", ""),
        "PGPORT": where.get("port", ""),
        "PGPASSWORD": where.get("password", ""),
    }


def _url(where: Mapping[str, str]) -> str:
    """A URL that libpq and its kin read. A socket directory goes into the query, alone: what
    else our own conninfo holds only keeps the environment out of our own connections."""
    user, database = quote(where.get("user", ""), safe=""), quote(where["dbname"], safe="")
    host, port = where.get("host", ""), where.get("port", str(PORT))
    if host.startswith("/"):
        return f"postgresql://{user}@/{database}?host={quote(host, safe='')}&port={port}"
    secret = f":{quote(where['password'], safe='')}" if where.get("password") else ""
    named = {"user", "dbname", "password", "host", "port"}
    more = [f"{k}={quote(v, safe='')}" for k, v in where.items() if k not in named and v]
    tail = f"?{'&'.join(more)}" if more else ""
    return f"postgresql://{user}{secret}@{host}:{port}/{database}{tail}"
