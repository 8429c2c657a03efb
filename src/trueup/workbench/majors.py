"""What is said of a server whose major trueup takes without being tested with it."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.model.finding import Finding, warning
from trueup.platform.postgres import TESTED_RANGE, untested


def untested_server(whose: str, major: int, version: str) -> Iterator[Finding]:
    """The warning, where there is one to give. `whose` is what runs there: the database, the
    replay."""
    if hint := untested(major):
        yield warning(
            "server_untested",
            f"PostgreSQL {major}",
            f"{whose} runs on PostgreSQL {version}, which is taken as it is: trueup is tested with"
            f" {TESTED_RANGE}",
            hint,
        )
