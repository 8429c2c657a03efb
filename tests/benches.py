"""Where tests of stand-ins try CREATE EXTENSION; platform/conftest.py makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import Connection
from trueup.shadow.platform.rewrite import rewrite


@dataclass(frozen=True)
class Bench:
    """A database in which CREATE EXTENSION is tried. `missing` are the extensions that the server
    lacks, `absent` those whose stand-ins could not be added to it as files."""

    conn: Connection
    cluster: Cluster
    missing: frozenset[str]
    absent: frozenset[str]

    def run(self, text: str) -> None:
        """Runs a file's text as it can run here."""
        found = rewrite(text, standing_in=self.missing, absent=self.absent)
        self.conn.execute(found.text.encode())

    def one(self, query: str) -> Any:
        """The first column of the first row."""
        row = self.conn.execute(query.encode()).fetchone()
        return row[0] if row else None
