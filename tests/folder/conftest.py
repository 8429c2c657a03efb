"""A project directory to fill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


class Project:
    """A temporary project with a migrations folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "supabase" / "migrations"
        self.folder.mkdir(parents=True)

    def write(self, name: str, content: str | bytes = "select 1;\n") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    return Project(root)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Permissions count inside, also where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
