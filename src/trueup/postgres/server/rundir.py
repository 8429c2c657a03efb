"""A folder for one throwaway cluster, and the processes that live in it.

    trueup-<uid>/c-xxxxxxxx/     (n-xxxxxxxx while it is made or removed)
        owner     locked by the process that made it for as long as that lives
        log       what the server and its tools print
        data/     the data directory          } of the server's account
        s/        the socket                  }

The lock, not a process number, says whether a folder is still in use: the kernel lets go of it
however its holder ends, and numbers are used again.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from trueup.errors import ServerUnavailable
from trueup.postgres.server.account import Account, server_account
from trueup.postgres.server.environment import clean_environment
from trueup.postgres.server.places import runtime_root
from trueup.postgres.server.processes import kill_all_in
from trueup.postgres.server.remains import clear_remains, recorded_lines
from trueup.postgres.server.signals import signals_held
from trueup.postgres.server.tree import remove_tree

PREFIX = "c-"
# Not yet a run's folder, or no longer one: free to remove when it is old.
UNFINISHED = "n-"
OWNER = "owner"

# A postmaster told to quit kills slow children itself after 5 seconds
# (SIGKILL_CHILDREN_AFTER_SECS in src/backend/postmaster/postmaster.c).
_QUIT_PATIENCE = 8.0
_TOOL_PATIENCE = 5.0
# How often the folder of all runs may go from under one that is about to begin.
_ROOT_TRIES = 50


class RunDirectory:
    """One such folder. Everything started through it ends, and it is removed, with `close`."""

    def __init__(self, path: Path, lock: int, account: Account | None) -> None:
        self.path = path
        self.account = account
        self._lock = lock
        self._maker = os.getpid()
        self._server: subprocess.Popen[bytes] | None = None
        self._tool: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.path / "data"

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket."""
        return self.path / "s"

    def log_tail(self, lines: int = 20) -> str:
        """The last lines the server or a tool printed."""
        try:
            text = (self.path / "log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def own_folder(self, path: Path) -> None:
        """Make a folder that belongs to the server's account."""
        path.mkdir(0o700)
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def run(self, argv: Sequence[str | Path], stdin: bytes = b"") -> int:
        """Run a tool to its end as the server's account; its exit status. It prints to the log."""
        try:
            with signals_held():
                self._tool = self._spawn(argv, subprocess.PIPE)
            self._tool.communicate(stdin)
            return self._tool.returncode
        finally:
            with signals_held():
                self._end_tool()

    def start(self, argv: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start the server as the server's account."""
        with signals_held():
            self._server = self._spawn(argv, subprocess.DEVNULL)
        return self._server

    def _spawn(self, argv: Sequence[str | Path], stdin: int) -> subprocess.Popen[bytes]:
        """In a session of its own, so that the terminal's Ctrl-C is ours alone to handle."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        log = os.open(self.path / "log", flags, 0o600)
        who = self.account
        try:
            return subprocess.Popen(
                argv,
                stdin=stdin,
                stdout=log,
                stderr=log,
                cwd=self.path,
                env=clean_environment(Path(argv[0])),
                start_new_session=True,
                umask=0o077,
                user=who.uid if who else None,
                group=who.gid if who else None,
                extra_groups=() if who else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ServerUnavailable(
                f"{argv[0]} could not be started: {error}",
                code="server_start_failed",
                hint="See `trueup doctor` for the servers found on this machine.",
            ) from error
        finally:
            os.close(log)

    def stop_server(self, how: signal.Signals = signal.SIGQUIT, patience: float = 0.0) -> bool:
        """End the server; true when it ended by itself and not because time ran out."""
        if self._server is None or os.getpid() != self._maker:
            return True
        self._server.send_signal(how)
        ended = _wait(self._server, patience or _QUIT_PATIENCE)
        if not ended:
            self._server.kill()
            self._server.wait()
        self._server = None
        if recorded_lines(self.data):
            clear_remains(self.path, self.data)
        return ended

    def _end_tool(self) -> None:
        if self._tool is None or os.getpid() != self._maker:
            return
        tool, self._tool = self._tool, None
        if tool.stdin is not None:
            with contextlib.suppress(OSError):
                tool.stdin.close()
        # Half a second more, and it removes its own shared memory, which nobody else can find.
        if not _wait(tool, _TOOL_PATIENCE):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(tool.pid, signal.SIGKILL)
            tool.wait()
            kill_all_in(self.path)

    def close(self) -> None:
        """Stop what runs and remove the folder. Safe to call twice, and in a forked child."""
        if self._closed or os.getpid() != self._maker:
            return
        with signals_held():
            self._end_tool()
            self.stop_server()
            remove_run(self.path)
            with contextlib.suppress(OSError):  # other runs are in it
                self.path.parent.rmdir()
            self._closed = True
            _live.discard(self)
            os.close(self._lock)


# What to close when the interpreter ends although some generator was never finished.
_live: set[RunDirectory] = set()


@contextmanager
def run_directory() -> Iterator[RunDirectory]:
    """A fresh RunDirectory, closed at the end of the block whatever ends it.

    Raises ServerUnavailable `runtime_dir_unusable`.
    """
    run: RunDirectory | None = None
    try:
        with signals_held():
            run = _make_or_explain(server_account())
            _live.add(run)
        yield run
    finally:
        if run is not None:
            run.close()


@atexit.register
def _close_all() -> None:
    for run in tuple(_live):
        run.close()


def _make_or_explain(account: Account | None) -> RunDirectory:
    try:
        return _made(account)
    except OSError as error:
        raise ServerUnavailable(
            f"no folder for a throwaway server can be made: {error}",
            code="runtime_dir_unusable",
            hint="Free some space there, or set TRUEUP_RUNTIME_DIR to another folder.",
        ) from error


def _made(account: Account | None) -> RunDirectory:
    """The last of other runs takes the folder of all runs with it, maybe from under this one."""
    for _ in range(_ROOT_TRIES):
        with contextlib.suppress(FileNotFoundError):
            return _make(runtime_root(), account)
    return _make(runtime_root(), account)


def _make(root: Path, account: Account | None) -> RunDirectory:
    """It gets its real name only when it is locked, so nobody takes it for an orphan."""
    token = secrets.token_hex(4)
    unfinished = root / f"{UNFINISHED}{token}"
    mode = 0o711 if account else 0o700
    unfinished.mkdir(mode)
    path = root / f"{PREFIX}{token}"
    try:
        unfinished.chmod(mode)  # whatever the umask made of it
        lock = os.open(unfinished / OWNER, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        unfinished.rename(path)
        run = RunDirectory(path, lock, account)
        run.own_folder(run.sockets)
    except BaseException:
        remove_run(path)
        remove_tree(unfinished)
        raise
    return run


def remove_run(path: Path) -> bool:
    """Remove such a folder whose processes are gone; true when it is.

    It is renamed first: were this cut short after the lock's file is gone, nobody could tell that
    the folder is free.
    """
    aside = path.with_name(UNFINISHED + path.name.removeprefix(PREFIX))
    with contextlib.suppress(OSError):
        path.rename(aside)
    return remove_tree(aside)


def _wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Popen.wait sleeps up to 50 ms at a time; a throwaway server is gone after 3."""
    until = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() >= until:
            return False
        time.sleep(0.001)
    return True
