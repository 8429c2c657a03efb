"""Things that only npm has: installed once for a run of the tests, skipped loudly without npm."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest


@cache
def _installed(package: str) -> Path | str:
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    place = Path(tempfile.mkdtemp(prefix="trueup-npm-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", package]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    return done.stderr[-300:] if done.returncode else place / "node_modules"


def node_modules(package: str) -> Path:
    """The node_modules folder that has `package` (name@version)."""
    found = _installed(package)
    if isinstance(found, str):
        pytest.skip(f"{package} can't be had: {found}")
    return found
