"""`python -m benchmarks.diff [ROUNDS]`: two databases of 1,000 tables, 10 of them changed.

`diff` beside two pg_dumps, `diff --sql` (planned and proven on a copy) beside three pg_dumps and
loading the copy's text, and both again at twice the size, where cost should double. Wall seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Cost, in_turn, median, run_once
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import choose_server
from trueup.postgres.session.connection import connect

TABLES, CHANGED = 1000, 10
Run = Callable[[int], Cost]


class Pair:
    """Two databases on a running server, and what is run on them."""

    def __init__(self, cluster: Cluster, folder: Path, tables: int) -> None:
        self.cluster, self.folder = cluster, folder
        self.names = [f"{side}_{tables}" for side in ("one", "two")]
        self.pg_dump = [str(cluster.install.tool("pg_dump")), "--schema-only"]
        self.environ = {**os.environ, "TRUEUP_CACHE_DIR": str(folder / "cache")}
        self.loaded = folder / f"{tables}.sql"
        self._make(tables)

    def _make(self, tables: int) -> None:
        one, two = self.names
        with connect(self.cluster.conninfo()) as conn:
            conn.execute(f"CREATE DATABASE {one}")
        with connect(self.cluster.conninfo(one)) as conn:
            for number in range(tables):
                conn.execute(_table(number).encode())
        with connect(self.cluster.conninfo()) as conn:
            conn.execute(f"CREATE DATABASE {two} TEMPLATE {one}")
        with connect(self.cluster.conninfo(two)) as conn:
            for number in range(CHANGED):
                conn.execute(_change(number).encode())
        dump = [*self.pg_dump, "--file", str(self.loaded), self.cluster.conninfo(one)]
        subprocess.run(dump, check=True)

    def diff(self, *options: str) -> Cost:
        urls = [self.cluster.conninfo(name) for name in self.names]
        line = [sys.executable, "-m", "trueup", "diff", *urls, *options]
        return run_once(line, self.environ, self.folder, self.cluster.pid)

    def dump(self, side: int) -> Cost:
        line = [*self.pg_dump, self.cluster.conninfo(self.names[side])]
        return run_once(line, self.environ, self.folder, self.cluster.pid)

    def load(self) -> Cost:
        with connect(self.cluster.conninfo()) as conn:
            conn.execute("DROP DATABASE IF EXISTS copy")
            conn.execute("CREATE DATABASE copy")
        psql = [str(self.cluster.install.tool("psql")), "-qX", "-f", str(self.loaded)]
        line = [*psql, "-d", self.cluster.conninfo("copy")]
        return run_once(line, self.environ, self.folder, self.cluster.pid)

    # What is measured.

    def plain(self, _: int) -> Cost:
        return self.diff()

    def proven(self, _: int) -> Cost:
        return self.diff("--sql")

    def two_dumps(self, _: int) -> Cost:
        return _sum(self.dump(0), self.dump(1))

    def dumps_and_load(self, _: int) -> Cost:
        return _sum(self.dump(0), self.dump(1), self.dump(1), self.load())


def _sum(*costs: Cost) -> Cost:
    return Cost(sum(cost.cpu for cost in costs), sum(cost.wall for cost in costs))


def _table(number: int) -> str:
    return (
        f"CREATE TABLE t{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " name text NOT NULL, amount numeric(10, 2) DEFAULT 0 CHECK (amount >= 0),"
        " made timestamptz DEFAULT now());"
        f"CREATE INDEX t{number}_name ON t{number} (name);"
    )


def _change(number: int) -> str:
    return (
        f"ALTER TABLE t{number} ADD COLUMN more text",
        f"DROP INDEX t{number}_name",
        f"ALTER TABLE t{number} ALTER COLUMN name TYPE varchar(99)",
        f"CREATE VIEW v{number} AS SELECT id FROM t{number}",
        f"COMMENT ON TABLE t{number} IS 'changed'",
    )[number % 5]


def main() -> None:
    """Prints the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print("| what | tables | wall s | beside it | wall s | ratio |")
    print("|---|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory(prefix="trueup-bench-") as place,
        ephemeral_cluster(choose_server(17)) as cluster,
    ):
        Path(place).chmod(0o755)
        for tables in (TABLES, 2 * TABLES):
            pair = Pair(cluster, Path(place), tables)
            pair.proven(0)
            _row("`diff`", tables, pair.plain, "two pg_dumps", pair.two_dumps, rounds)
            more = "three pg_dumps + load"
            _row("`diff --sql`", tables, pair.proven, more, pair.dumps_and_load, rounds)


def _row(what: str, tables: int, ours: Run, beside: str, theirs: Run, rounds: int) -> None:
    costs = in_turn({"ours": ours, "theirs": theirs}, rounds)
    one, other = median(costs["ours"]).wall, median(costs["theirs"]).wall
    print(f"| {what} | {tables} | {one:.2f} | {beside} | {other:.2f} | {one / other:.2f} |")


if __name__ == "__main__":
    main()
