"""Who applies: what goes into `applied_by`."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Mapping

VARIABLE = "TRUEUP_APPLIED_BY"
LONGEST = 255


def person(environ: Mapping[str, str]) -> str | None:
    """TRUEUP_APPLIED_BY where it is set, else `user@host`, None where the system knows no user
    (then the database's session_user is recorded)."""
    named = environ.get(VARIABLE, "").strip()
    if named:
        return clean(named)
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's numeric user has no name
        return None
    return clean(f"{user}@{socket.gethostname()}")


def clean(text: str) -> str:
    """A text that the column takes: printable, on one line, not too long."""
    return "".join(c if c.isprintable() else " " for c in text)[:LONGEST]
