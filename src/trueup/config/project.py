"""Which directory is the project."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from trueup.errors import UsageError
from trueup.model.finding import Location
from trueup.platform import files

CONFIG_FILE: Final = "trueup.toml"
PYPROJECT: Final = "pyproject.toml"
_HEADER: Final = rb"^\s*\[+\s*tool\s*\.\s*[\"']?trueup\b"


def find_project(start: Path, directory: Path | None = None) -> Path:
    """The project directory, absolute: `directory` (-C DIR) itself where it is given, else the
    nearest of `start` and its parents with trueup.toml, supabase/config.toml, .git, or a
    pyproject.toml with [tool.trueup]; `start` where none has.

    Raises UsageError (`project_missing`) where `directory` is not a directory.
    """
    here = Path(os.path.realpath(start))
    if directory is not None:
        return _named(start / directory)
    return next((parent for parent in (here, *here.parents) if is_project(parent)), here)


def is_project(directory: Path) -> bool:
    """Whether something in this very directory marks it as a project."""
    marks = (CONFIG_FILE, files.CONFIG, ".git")
    return any(exists(directory / mark) for mark in marks) or mentions_trueup(directory / PYPROJECT)


def exists(path: Path, *, unsure: bool = False) -> bool:
    """Whether there is something at `path`; `unsure` where we may not look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return unsure
    return True


def is_folder(path: Path) -> bool:
    """Whether a directory is there for us to see."""
    try:
        return path.is_dir()
    except OSError:
        return False


def shown_path(path: Path, root: Path) -> str:
    """A path as messages show it: relative to the project where it lies inside."""
    return os.path.relpath(path, root) if path.is_relative_to(root) else str(path)


def mentions_trueup(pyproject: Path) -> bool:
    """Whether a pyproject.toml has a table for trueup; one that is not TOML, if it looks so."""
    try:
        data = pyproject.read_bytes()
    except OSError:
        return False
    if b"trueup" not in data:
        return False
    import tomllib

    try:
        tool = tomllib.loads(data.decode()).get("tool", {})
    except ValueError:  # TOMLDecodeError and UnicodeDecodeError
        return bool(re.search(_HEADER, data, re.MULTILINE))
    return isinstance(tool, dict) and "trueup" in tool


def _named(directory: Path) -> Path:
    resolved = Path(os.path.realpath(directory))
    if is_folder(resolved):
        return resolved
    raise UsageError(
        f"{directory} is not a directory",
        code="project_missing",
        hint="-C takes the directory of the project",
        subject=str(directory),
        location=Location(str(directory)),
    )
