"""A throwaway PostgreSQL server: ready in some 50 ms, gone without a trace."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.errors import ServerUnavailable
from trueup.platform.postgres import PORT
from trueup.postgres.server.install import Install
from trueup.postgres.server.prefix import reachable
from trueup.postgres.server.reap import reap_stale
from trueup.postgres.server.rundir import RunDirectory, run_directory
from trueup.postgres.server.settings import SUPERUSER, server_arguments
from trueup.postgres.server.snapshot import base_snapshot
from trueup.postgres.server.tree import TreeDamagedError, copy_sealed, discard, publish, remove_tree

__all__ = ["Cluster", "base_snapshot", "ephemeral_cluster"]

_START_PATIENCE = 60.0
_SHUTDOWN_PATIENCE = 120.0
_POLL_SECONDS = 0.002
# The line of postmaster.pid that says how far the server is (LOCK_FILE_LINE_PM_STATUS in
# src/include/utils/pidfile.h), counted from 0.
_STATUS_LINE = 7


class Cluster:
    """A running throwaway server, reachable only by us through its socket."""

    def __init__(self, install: Install, run: RunDirectory) -> None:
        self.install = install
        self._run = run
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def version(self) -> str:
        """The server's version, such as "17.10"."""
        return self.install.version

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket."""
        return self._run.sockets

    @property
    def data_dir(self) -> Path:
        """The data directory; it belongs to the server's account."""
        return self._run.data

    @property
    def pid(self) -> int | None:
        """The postmaster's process number; None once the server was stopped."""
        return self._server.pid if self._server else None

    def conninfo(self, dbname: str = "postgres") -> str:
        """A libpq connection string: the superuser, through the socket, without a password.

        Everything in the environment that could lead elsewhere or change the session is set here:
        libpq reads its variables only for what a connection string leaves out
        (https://www.postgresql.org/docs/current/libpq-envars.html).
        """
        fields = {
            "host": str(self.socket_dir),
            "hostaddr": "",
            "port": str(PORT),
            "user": SUPERUSER,
            "dbname": dbname,
            "options": "",
            "sslmode": "disable",
            "gssencmode": "disable",
            "channel_binding": "disable",
            "target_session_attrs": "any",
            "client_encoding": "UTF8",
        }
        return " ".join(f"{name}={_quoted(value)}" for name, value in fields.items())

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of the server's log."""
        return self._run.log_tail(lines)

    def freeze(self, destination: Path) -> None:
        """Shut the server down cleanly and keep its data directory as a snapshot.

        The snapshot appears at `destination` in one step; if there is one already, that one stays.
        The cluster is over afterwards. Raises ServerUnavailable `freeze_failed`.
        """
        self._server = None
        if not self._run.stop_server(signal.SIGINT, _SHUTDOWN_PATIENCE):
            raise self._failure("the server did not shut down in time", "freeze_failed")
        try:
            publish(self.data_dir, destination)
        except (OSError, TreeDamagedError) as error:
            raise self._failure(f"cannot keep the cluster: {error}", "freeze_failed") from error

    def _begin(self, snapshot: Path | None) -> None:
        """Copy the data directory, start the server and wait until it takes connections."""
        try:
            self._copy(snapshot)
        except (OSError, TreeDamagedError) as error:
            raise self._failure(f"cannot be set up: {error}", "server_start_failed") from error
        arguments = server_arguments(self.install, self.data_dir, self.socket_dir)
        self._server = self._run.start([self.install.tool("postgres"), *arguments])
        self._await_ready(self._server)

    def _copy(self, snapshot: Path | None) -> None:
        source = snapshot or base_snapshot(self.install)
        try:
            copy_sealed(source, self.data_dir, self._run.account)
        except TreeDamagedError as error:
            discard(source)
            if snapshot is not None:
                raise ServerUnavailable(
                    f"a cached cluster cannot be used: {error}",
                    code="snapshot_damaged",
                    hint="It was removed from the cache; run the command again.",
                ) from error
            remove_tree(self.data_dir)
            copy_sealed(base_snapshot(self.install), self.data_dir, self._run.account)

    def _await_ready(self, server: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + _START_PATIENCE
        while not self._is_ready():
            if server.poll() is not None:
                raise self._failure("the server did not start", "server_start_failed")
            if time.monotonic() > until:
                raise self._failure(
                    f"the server was not ready after {_START_PATIENCE:.0f} s", "server_start_failed"
                )
            time.sleep(_POLL_SECONDS)

    def _is_ready(self) -> bool:
        try:
            lines = (self.data_dir / "postmaster.pid").read_bytes().split(b"\n")
        except OSError:
            return False
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == b"ready"

    def _failure(self, what: str, code: str) -> ServerUnavailable:
        log = self._run.log_tail()
        return ServerUnavailable(
            f"{self.install}: {what}" + (f"\nThe end of its log:\n{log}" if log else ""),
            code=code,
            hint="`trueup doctor` shows the servers found here; --shadow-url names another.",
        )


@contextmanager
def ephemeral_cluster(install: Install, snapshot: Path | None = None) -> Iterator[Cluster]:
    """A throwaway server of this install, stopped and removed when the block ends.

    It starts from `snapshot` (of a `Cluster.freeze`) or from an empty cluster. What earlier runs
    left behind when they were killed is removed first.
    Raises ServerUnavailable `server_start_failed` with the end of the server's log, or
    `snapshot_damaged`; a damaged snapshot is removed, so that its maker makes it again.
    """
    reap_stale()
    usable = reachable(install)
    with run_directory() as run:
        cluster = Cluster(usable, run)
        cluster._begin(snapshot)
        yield cluster


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
