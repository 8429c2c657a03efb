"""The operating system account a throwaway server runs as.

PostgreSQL refuses to run as root (src/backend/main/main.c, check_root), so root hands its servers
to an account that may do nothing else.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import ServerUnavailable

# `nobody` before `postgres`: the SQL of a migration is run by a superuser of the throwaway server
# and so may start programs, and on a machine with a real cluster `postgres` owns that one's files.
_PREFERRED = ("nobody", "postgres")


# What root needs to hand a server over, to look after it and to end it, with the bits of
# /proc/self/status (include/uapi/linux/capability.h). A container may have taken them away.
_CAPABILITIES = {
    "CAP_CHOWN": 0,
    "CAP_DAC_OVERRIDE": 1,
    "CAP_FOWNER": 3,
    "CAP_KILL": 5,
    "CAP_SETGID": 6,
    "CAP_SETUID": 7,
}


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is not ours, to run a server as."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Who servers run as; None means: as ourselves, because we are not root.

    `TRUEUP_SERVER_USER` names another account (only root can hand a server to somebody else, so
    anybody else's setting is ignored).
    Raises ServerUnavailable `server_user_unusable` when there is no such account, it is root, or
    this root may not become somebody else.
    """
    if os.geteuid() != 0:
        return None
    _check_capabilities()
    named = os.environ.get("TRUEUP_SERVER_USER")
    for name in (named,) if named else _PREFERRED:
        account = _look_up(name)
        if account is not None:
            return account
    raise ServerUnavailable(
        f"root cannot run PostgreSQL, and there is no usable account {named or 'nobody'!r}",
        code="server_user_unusable",
        hint="Set TRUEUP_SERVER_USER to an unprivileged account, or run trueup as one.",
    )


def _check_capabilities() -> None:
    """Found out before anything is started: a server that cannot be ended is worse than none."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    held = next((int(row[7:], 16) for row in status.splitlines() if row.startswith("CapEff:")), -1)
    missing = [name for name, bit in _CAPABILITIES.items() if not held >> bit & 1]
    if missing:
        raise ServerUnavailable(
            "root cannot run PostgreSQL, and this root may not hand it to another account: "
            f"it lacks {', '.join(missing)}",
            code="server_user_unusable",
            hint="Run trueup as an unprivileged user, or give the container these capabilities.",
        )


def _look_up(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def can_enter(directory: Path, account: Account | None) -> bool:
    """Whether `account` may pass through `directory` and everything above it, by mode bits."""
    if account is None:
        return True
    real = directory.resolve()
    try:
        return all(_allows(place.stat(), account, 0o1) for place in (real, *real.parents))
    except OSError:
        return False


def can_run(program: Path, account: Account | None) -> bool:
    """Whether `account` may execute `program`, by mode bits."""
    if account is None:
        return True
    return can_enter(program.parent, account) and _allows(program.stat(), account, 0o5)


def can_list(directory: Path, account: Account | None) -> bool:
    """Whether `account` may read a directory and all that is in it, though not what is below."""
    if account is None:
        return True
    try:
        if not (can_enter(directory, account) and _allows(directory.stat(), account, 0o5)):
            return False
        with os.scandir(directory) as entries:
            return all(_allows(e.stat(), account, 0o5 if e.is_dir() else 0o4) for e in entries)
    except OSError:
        return False


def _allows(found: os.stat_result, account: Account, wanted: int) -> bool:
    """`wanted` is an octal digit of permissions, as in the last digit of a mode."""
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid == account.uid:
        mode >>= 6
    elif found.st_gid == account.gid:
        mode >>= 3
    return mode & wanted == wanted
