from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres.places_for_tests import open_folder


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder of this test's own; it holds one entry for each cluster there is."""
    with open_folder() as folder:
        monkeypatch.setenv("TRUEUP_RUNTIME_DIR", str(folder))
        yield folder / f"trueup-{os.geteuid()}"
