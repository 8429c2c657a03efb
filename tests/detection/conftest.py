"""Takes the benches away when the tests are over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from detection.bench import close_all


@pytest.fixture(scope="session", autouse=True)
def _close_benches() -> Iterator[None]:
    yield
    close_all()
