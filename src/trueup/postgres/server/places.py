"""Where trueup keeps what it may lose: a cache that stays, and a runtime folder that does not."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from trueup.errors import CannotTell, ServerUnavailable
from trueup.postgres.server.account import Account, can_enter, server_account

# Linux keeps this in memory.
_MEMORY = Path("/dev/shm")  # noqa: S108 - _claim checks who owns our folder in it
# A replay of a large project with its copies stays well below this.
_MEMORY_NEEDED = 1 << 30
# sun_path holds 104 bytes on macOS, 108 on Linux, the terminating zero included; 27 of them are
# `/c-xxxxxxxx/s/.s.PGSQL.5432`.
_LONGEST_ROOT = 103 - 27
# How often the folder of all runs may go while one is about to use it.
_CLAIMS = 50
# Every user can enter these; _claim makes sure that nobody else put our folder there.
_SHARED_BASES = ("/var/cache", "/var/tmp", "/tmp")  # noqa: S108


def cache_root() -> Path:
    """The folder of everything worth keeping between runs; made when it is not there.

    `TRUEUP_CACHE_DIR`, else `/var/cache/trueup` for root, else `$XDG_CACHE_HOME/trueup` or
    `~/.cache/trueup`; where that cannot be written, a folder of our own among the temporary files.
    Raises CannotTell `cache_dir_unusable` when none of them can be used.
    """
    refusal = ""
    # A folder the user named is the user's affair; elsewhere what we run must be ours alone.
    strict = not os.environ.get("TRUEUP_CACHE_DIR")
    for candidate in _cache_candidates():
        try:
            return _claim(candidate, 0o755 if os.geteuid() == 0 else 0o700, strict)
        except OSError as error:
            refusal = refusal or str(error)
    raise CannotTell(
        f"no folder can be used as a cache: {refusal}",
        code="cache_dir_unusable",
        hint="Set TRUEUP_CACHE_DIR to a folder you can write to.",
    )


def _cache_candidates() -> Iterator[Path]:
    if named := os.environ.get("TRUEUP_CACHE_DIR"):
        yield Path(named).expanduser().absolute()
        return
    if os.geteuid() == 0:
        yield Path("/var/cache/trueup")
    else:
        home = Path(os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache"))  # noqa: PTH111 - raises nothing where there is no home
        if home.is_absolute():
            yield home / "trueup"
    yield Path(tempfile.gettempdir()) / f"trueup-cache-{os.geteuid()}"


def shared_cache_root() -> Path:
    """A cache folder that the server's account can enter: `cache_root()` wherever it can.

    Raises CannotTell `cache_dir_unusable` when there is none.
    """
    account, usual = server_account(), cache_root()
    if can_enter(usual, account):
        return usual
    for base in _SHARED_BASES:
        try:
            claimed = _claim(Path(base, "trueup-shared"), 0o755, strict=True)
        except OSError:
            continue
        if can_enter(claimed, account):
            return claimed
    raise CannotTell(
        f"the server's account cannot enter the cache folder {usual}",
        code="cache_dir_unusable",
        hint="Set TRUEUP_CACHE_DIR to a folder that every user can enter.",
    )


def cache_write_failed(error: Exception) -> CannotTell:
    """The error for something that could not be put into the cache."""
    return CannotTell(
        f"the cache could not be written: {error}",
        code="cache_write_failed",
        hint="Free some disk space, or set TRUEUP_CACHE_DIR to a folder that has room.",
    )


def runtime_root() -> Path:
    """The folder of running clusters: in memory when there is room, else among temporary files.

    `TRUEUP_RUNTIME_DIR` names another place. What is there must be a directory of ours that nobody
    else can write to: a folder or link that somebody planted is refused, never followed.
    Raises ServerUnavailable `runtime_dir_unusable`.
    """
    account = server_account()
    refusals = []
    for base in _runtime_bases():
        root = base / f"trueup-{os.geteuid()}"
        try:
            _check_base(base, root, account)
            return _claim_again(root, 0o711 if account else 0o700)
        except OSError as error:
            refusals.append(str(error))
    raise ServerUnavailable(
        "no folder can hold a throwaway server: " + "; ".join(refusals),
        code="runtime_dir_unusable",
        hint="Remove what is in the way, or set TRUEUP_RUNTIME_DIR to a folder with a short path.",
    )


def runtime_roots() -> tuple[Path, ...]:
    """The runtime folders there are: earlier runs may have found less room, or more."""
    bases = [*_runtime_bases()]
    if not os.environ.get("TRUEUP_RUNTIME_DIR"):
        bases.append(_MEMORY)
    roots = dict.fromkeys(base / f"trueup-{os.geteuid()}" for base in bases)
    return tuple(root for root in roots if _is_ours(root))


def _is_ours(folder: Path) -> bool:
    try:
        _refuse_foreign(folder, folder.lstat())
    except OSError:
        return False
    return True


def _runtime_bases() -> Iterator[Path]:
    if named := os.environ.get("TRUEUP_RUNTIME_DIR"):
        yield Path(named).expanduser().absolute()
        return
    if _free_bytes(_MEMORY) >= _MEMORY_NEEDED:
        yield _MEMORY
    yield Path(tempfile.gettempdir())
    yield Path("/tmp")  # noqa: S108


def _free_bytes(place: Path) -> int:
    try:
        found = os.statvfs(place)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize if os.access(place, os.W_OK) else 0


def _check_base(base: Path, root: Path, account: Account | None) -> None:
    if len(os.fsencode(root)) > _LONGEST_ROOT:
        raise OSError(f"{root} is too long for the path of a socket")
    if not base.exists():
        base.mkdir(parents=True)
    if not can_enter(base, account):
        raise OSError(f"{base} cannot be entered by the server's account")


def _claim_again(folder: Path, mode: int) -> Path:
    """Other runs take the folder away when they were the last in it, at any moment."""
    for _ in range(_CLAIMS):
        with contextlib.suppress(FileNotFoundError):
            return _claim(folder, mode, strict=True)
    return _claim(folder, mode, strict=True)


def _claim(folder: Path, mode: int, strict: bool) -> Path:
    """Make `folder`, or accept what is there when it is safe.

    Raises OSError when it cannot be made or, where `strict`, might be in somebody else's hands.
    """
    try:
        folder.mkdir(mode, parents=True)
        folder.chmod(mode)  # whatever the umask made of it
    except FileExistsError:
        pass
    if strict:
        _refuse_foreign(folder, folder.lstat())
    if not stat.S_ISDIR(folder.stat().st_mode):
        raise OSError(f"{folder} is not a directory")
    if not os.access(folder, os.W_OK | os.X_OK) and folder.stat():  # still there
        raise OSError(f"{folder} cannot be written")
    return folder


def _refuse_foreign(folder: Path, found: os.stat_result) -> None:
    if not stat.S_ISDIR(found.st_mode):
        raise OSError(f"{folder} is not a directory")
    if found.st_uid != os.geteuid():
        raise OSError(f"{folder} belongs to another user")
    if found.st_mode & 0o022:
        raise OSError(f"{folder} can be written by other users")
