"""Reading a database's schema: pg_dump is the introspector."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from psycopg.conninfo import make_conninfo

from trueup.errors import DumpFailed
from trueup.model.history import HISTORY_TABLE
from trueup.model.schema import Schema
from trueup.postgres.read.archive import read_archive
from trueup.postgres.read.cron import with_jobs
from trueup.postgres.session.connection import libpq_env, parse

_FLAGS = (
    "--format=custom",
    "--schema-only",
    "--compress=0",
    "--quote-all-identifiers",
    "--encoding=UTF8",
    "--no-password",
    f"--exclude-table={HISTORY_TABLE}",
    # Milliseconds to wait for a table that somebody else has locked.
    "--lock-wait-timeout=10000",
)
# What a role or database may be set to, that shows in the text of constants and that pg_dump does
# not settle itself (setup_connection in pg_dump.c). The zone by its own variable, since poolers
# pass it on; the zone GMT is built into the server, UTC is not.
_SETTLED = "-c bytea_output=hex -c standard_conforming_strings=on -c lc_monetary=C"
_ENVIRONMENT = {"LC_ALL": "C", "PGOPTIONS": "", "PGTZ": "GMT"}


def dump_schema(pg_dump: Path, conninfo: str, *, jobs: bool = False) -> Schema:
    """The schema of the whole database that `conninfo` names, without the history table. `jobs`:
    whether the jobs of pg_cron belong to it. Raises DumpFailed with what pg_dump said when it
    can't read everything."""
    return dump_schemas(pg_dump, [conninfo], jobs=jobs)[0]


def dump_schemas(
    pg_dump: Path,
    conninfos: Sequence[str],
    meanwhile: Callable[[], None] = lambda: None,
    *,
    jobs: bool = False,
) -> list[Schema]:
    """Several databases, read at the same time; `meanwhile` is done while pg_dump works. Raises
    DumpFailed as `dump_schema` does."""
    command = [str(pg_dump), *_FLAGS]
    with ExitStack() as stack:
        every = [stack.enter_context(_Dumping(command, conninfo)) for conninfo in conninfos]
        meanwhile()
        read = [dumping.schema() for dumping in every]
    pairs = zip(read, conninfos, strict=True)
    return [with_jobs(schema, at) if jobs else schema for schema, at in pairs]


class _Dumping:
    """A pg_dump at work. It is killed where the block ends before it does."""

    def __init__(self, command: Sequence[str], conninfo: str) -> None:
        self._command = command
        self._conninfo = conninfo
        # A file without a name: whatever ends this process, nothing is left of it.
        self._archive = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the block
        try:
            self._process = _start(command, _settled(conninfo), self._archive)
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._archive, self._process as process:
            if process.poll() is None:
                process.kill()

    def schema(self) -> Schema:
        """What it wrote, when it is done."""
        try:
            _finish(self._process)
        except DumpFailed as problem:
            if "connection to server" not in problem.message:
                raise
            # A pooler that takes no options, if it is not a pooler that has gone.
            self._archive.seek(0)  # where the next one goes on writing
            self._archive.truncate()
            with _start(self._command, self._conninfo, self._archive) as again:
                _finish(again)
        return self._read()

    def _read(self) -> Schema:
        self._archive.seek(0)
        try:
            return read_archive(self._archive.read())
        except ValueError as problem:
            raise DumpFailed(
                f"what pg_dump wrote can't be read: {problem}",
                code="dump_unreadable",
                hint="it may be newer than trueup knows: `trueup doctor` shows which one is used",
            ) from problem


def _settled(conninfo: str) -> str:
    parameters = parse(conninfo)
    options = f"{parameters.pop('options', '')} {_SETTLED}".lstrip()
    return make_conninfo("", **parameters, options=options)


def _start(command: Sequence[str], conninfo: str, output: IO[bytes]) -> subprocess.Popen[str]:
    # pg_dump starts no program of the target's choosing; its messages are wanted in English,
    # because we look into them for the reason.
    env, target = libpq_env(conninfo)
    try:
        return subprocess.Popen(
            [*command, f"--dbname={target}"],
            env={**os.environ, **env, **_ENVIRONMENT},
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
        )
    except OSError as problem:
        raise DumpFailed(
            f"{command[0]} could not be started: {problem.strerror}",
            code="pg_dump_missing",
            hint="run `trueup doctor` to see which PostgreSQL programs are found",
        ) from problem


def _finish(process: subprocess.Popen[str]) -> None:
    _, said = process.communicate()
    if process.returncode:
        raise _explain(said)


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
