"""The data directory that every throwaway cluster starts from, made once and kept."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.errors import ServerUnavailable
from trueup.postgres.server.install import Install
from trueup.postgres.server.places import cache_root, cache_write_failed
from trueup.postgres.server.prefix import reachable
from trueup.postgres.server.rundir import RunDirectory, run_directory
from trueup.postgres.server.settings import SUPERUSER
from trueup.postgres.server.tree import TreeDamagedError, mark_used, prune, publish

# Change it whenever what is below makes a different data directory.
_FORMAT = 3

# Shared memory in a file of the data directory goes away with it, even after a crash.
_MMAP = ("dynamic_shared_memory_type=mmap",)

# Nothing is ever cloned from template0 here, and it is a third of the files to copy. Each switch
# and checkpoint gives up one of the four log segments that initdb has left in stock.
_SLIM = b"ALTER DATABASE template0 IS_TEMPLATE false\nDROP DATABASE template0\n" + (
    b"SELECT pg_switch_wal()\nCHECKPOINT\n" * 5
)


def base_snapshot(install: Install) -> Path:
    """A fresh, slim data directory of this install, from the cache; made at the first call.

    It holds the databases template1 and postgres, the superuser `postgres` and no password.
    Raises ServerUnavailable `initdb_failed` with what initdb said, CannotTell `cache_write_failed`
    when there is no room to keep it.
    """
    place = cache_root() / "clusters" / f"base-{install.major}-{_key(install)}"
    if mark_used(place):
        return place
    try:
        place.parent.mkdir(exist_ok=True)
        with _locked(place.with_suffix(".lock")):
            if not mark_used(place):
                _make(install, place)
                prune(place.parent)
    except (OSError, TreeDamagedError) as error:
        raise cache_write_failed(error) from error
    return place


def _key(install: Install) -> str:
    """Everything that decides what initdb writes: the program, and the locales it registers.

    The program counts by size and time and not by path, so a relocated copy shares the snapshot.
    """
    program = install.tool("postgres").stat()
    parts = [_FORMAT, install.version, program.st_size, program.st_mtime_ns]
    for place in ("/usr/lib/locale", "/usr/lib/locale/locale-archive"):
        with contextlib.suppress(OSError):
            found = Path(place).stat()
            parts += [found.st_size, found.st_mtime_ns]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One maker at a time; where locks do not work, two may do the same work, and one wins."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make(install: Install, place: Path) -> None:
    usable = reachable(install)
    with run_directory() as run:
        if not any(_initialise(usable, run, locale) for locale in ("C.UTF-8", "C")):
            raise _failed(install, run, "initdb")
        single: list[str | Path] = [usable.tool("postgres"), "--single", "-D", run.data]
        for setting in (*_MMAP, "fsync=off", "wal_recycle=off", "min_wal_size=2MB"):
            single += ["-c", setting]
        run.run([*single, "template1"], _SLIM)
        if len(list((run.data / "base").iterdir())) != 2:
            raise _failed(install, run, "dropping template0")
        _drop_maps(run.data)
        publish(run.data, place)


def _drop_maps(data: Path) -> None:
    """Free space and visibility maps are made again when needed, and a quarter of all files."""
    for pattern in ("base/*/*_fsm", "base/*/*_vm"):
        for path in data.glob(pattern):
            path.unlink()


def _initialise(install: Install, run: RunDirectory, locale: str) -> bool:
    """C.UTF-8 is not everywhere, and initdb is the one who knows; it removes what it began."""
    options = ["--no-sync", "--no-instructions", "-A", "trust", "-U", SUPERUSER, "-E", "UTF8"]
    options += [f"--locale={locale}", "--lc-messages=C", "--wal-segsize=1"]
    if install.major >= 16:
        options += ["--set", *_MMAP]
    if install.major >= 18:
        options.append("--no-data-checksums")
    if not run.data.exists():
        run.own_folder(run.data)
    return run.run([install.tool("initdb"), "-D", run.data, *options]) == 0


def _failed(install: Install, run: RunDirectory, what: str) -> ServerUnavailable:
    return ServerUnavailable(
        f"{what} failed for {install}:\n{run.log_tail()}",
        code="initdb_failed",
        hint="Free disk space or memory if that is what it says; else choose another server "
        "(see `trueup doctor`).",
    )
