"""What a server and its tools may see of our environment."""

from __future__ import annotations

import os
from pathlib import Path

# Where libraries and locales are; some programs do not start without.
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LOCALE_ARCHIVE", "LOCPATH")


def clean_environment(program: Path) -> dict[str, str]:
    """The environment to run `program` of an install in: none of the PG* variables, messages in C.

    A wheel for musl brings the data its ICU library needs, and has to be told so.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "LANG": "C"}
    icu = program.parent.parent / "share" / "icu"
    if icu.is_dir():
        environment["ICU_DATA"] = str(icu)
    return environment
