"""Reading a database's schema: pg_dump is the introspector."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo

from trueup.errors import DumpFailed
from trueup.model.schema import Schema
from trueup.postgres.archive import read_archive
from trueup.postgres.session import libpq_env, parse

HISTORY_TABLE = "public._migrations"
_FLAGS = (
    "--format=custom",
    "--schema-only",
    "--compress=0",
    "--quote-all-identifiers",
    "--encoding=UTF8",
    "--no-password",
    f"--exclude-table={HISTORY_TABLE}",
)
# What a role or database may be set to, that shows in the text of constants and that pg_dump does
# not settle itself (setup_connection in pg_dump.c). The zone by its own variable, since poolers
# pass it on; the zone GMT is built into the server, UTC is not.
_SETTLED = "-c bytea_output=hex -c standard_conforming_strings=on -c lc_monetary=C"
_ENVIRONMENT = {"LC_ALL": "C", "PGOPTIONS": "", "PGTZ": "GMT"}


def dump_schema(
    pg_dump: Path,
    conninfo: str,
    *,
    exclude_schemas: Sequence[str] = (),
    lock_wait_ms: int = 10_000,
) -> Schema:
    """The schema of the whole database that `conninfo` names, without the history table.

    `lock_wait_ms`: how long pg_dump may wait for a table that somebody else has locked.
    Raises DumpFailed with what pg_dump said when it can't read everything.
    """
    excluded = [f"--exclude-schema={_pattern(name)}" for name in exclude_schemas]
    command = [str(pg_dump), *_FLAGS, f"--lock-wait-timeout={lock_wait_ms}", *excluded]
    try:
        return _dumped(command, _settled(conninfo))
    except DumpFailed as problem:
        if "connection to server" not in problem.message:
            raise
    # A pooler that takes no options, if it is not a pooler that has gone.
    return _dumped(command, conninfo)


def _settled(conninfo: str) -> str:
    parameters = parse(conninfo)
    options = f"{parameters.pop('options', '')} {_SETTLED}".lstrip()
    return make_conninfo("", **parameters, options=options)


def _dumped(command: list[str], conninfo: str) -> Schema:
    env, target = libpq_env(conninfo)
    # A file without a name: whatever ends this process, nothing is left of it.
    with tempfile.TemporaryFile() as archive:
        _run([*command, f"--dbname={target}"], env, archive)
        try:
            archive.seek(0)
            return read_archive(archive.read())
        except ValueError as problem:
            raise DumpFailed(
                f"what pg_dump wrote can't be read: {problem}",
                code="dump_unreadable",
                hint="it may be newer than trueup knows: `trueup doctor` shows which one is used",
            ) from problem


def _pattern(name: str) -> str:
    """A psql pattern that matches exactly this schema."""
    return '"' + name.replace('"', '""') + '"'


def _run(command: list[str], env: dict[str, str], output: IO[bytes]) -> None:
    # pg_dump starts no program of the target's choosing; its messages are wanted in English,
    # because we look into them for the reason.
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **env, **_ENVIRONMENT},
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError as problem:
        raise DumpFailed(
            f"{command[0]} could not be started: {problem.strerror}",
            code="pg_dump_missing",
            hint="run `trueup doctor` to see which PostgreSQL programs are found",
        ) from problem
    if done.returncode:
        raise _explain(done.stderr)


def _explain(stderr: str) -> DumpFailed:
    said = [line.removeprefix("pg_dump: ").removeprefix("error: ") for line in stderr.splitlines()]
    text = "\n".join(line for line in said if line) or "pg_dump failed without a word"
    for sign, code, hint in _REASONS:
        if sign in text:
            return DumpFailed(text, code=code, hint=hint)
    return DumpFailed(text, hint="run `trueup doctor` to check the connection and its rights")


_REASONS = (
    (
        "server version mismatch",
        "pg_dump_too_old",
        "install the PostgreSQL client of the server's major version or newer",
    ),
    (
        "permission denied",
        "dump_permission_denied",
        "connect as a role that owns the schema, or grant it SELECT and USAGE on what is named",
    ),
    (
        "invalid byte sequence for encoding",
        "dump_not_utf8",
        "a database in the encoding SQL_ASCII takes any bytes; correct the name, comment or "
        "definition that is no UTF-8",
    ),
    (
        "canceling statement due to lock timeout",
        "dump_lock_timeout",
        "another session holds a lock on that table; try again when it is done",
    ),
)
