"""What trueup 0.1.0 kept in its cache of a command at work: where it lies, and that it is left."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from trueup.errors import CannotTell
from trueup.folder.interrupted import WAY_ON
from trueup.model.finding import Finding, warning
from trueup.postgres.server.places import cache_root
from trueup.workbench.project import Project


def file_entry(project: Project) -> Path:
    """Where it wrote down which new file was being applied."""
    return _intents() / f"file-{_digest(project.settings.migrations_dir)}.json"


def schema_entry(project: Project) -> Path:
    """Where it wrote down which schema.sql was to be written."""
    return _intents() / f"{_digest(project.settings.schema_file)}.json"


def cached_findings(project: Project) -> Iterator[Finding]:
    """One finding for each of them that nobody holds."""
    with contextlib.suppress(CannotTell, OSError):
        for path in (file_entry(project), schema_entry(project)):
            if path.is_file() and not _held(path):
                yield warning(
                    "interrupted_command",
                    str(path),
                    f"an apply of trueup 0.1.0 was interrupted; {path} says what it was about",
                    WAY_ON,
                )


def _held(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _intents() -> Path:
    return cache_root() / "intents"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
