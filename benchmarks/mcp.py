"""`python -m benchmarks.mcp [ROUNDS]`: the MCP server's start, and what apply_migration adds.

Start: from spawning `trueup mcp` to the answer of tools/list, beside `python -c "import
mcp.server"`. Adds: a call of apply_migration on a project of 500 files and 100 tables, less the
SQL itself, beside one pg_dump of the database and one incremental replay (`trueup dump` with one
new file). Wall seconds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import run_once
from benchmarks.project import new_migration, write_project
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import choose_server
from trueup.postgres.session.connection import connect

_HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "benchmark", "version": "1"},
}


class Agent:
    """A bare client of the server on stdio: what a client's own code costs is not measured."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trueup", "mcp"],
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._count = 0
        self.ask("initialize", _HELLO)
        self._send({"method": "notifications/initialized"})

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        self._send({"id": self._count, "method": method, "params": params})
        assert self._process.stdout
        while True:
            said: dict[str, Any] = json.loads(self._process.stdout.readline())
            if said.get("id") == self._count:
                return said

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


class Bench:
    """A project whose database has all its migrations."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder = folder
        self.migrations = write_project(folder)
        self.url = cluster.conninfo("app")
        with connect(cluster.conninfo()) as conn:
            conn.execute("CREATE DATABASE app")
        self.environ = {
            **os.environ,
            "TRUEUP_CACHE_DIR": str(folder / "cache"),
            "TRUEUP_DATABASE_URL": self.url,
        }
        self.pg_dump = str(cluster.install.tool("pg_dump"))
        self.trueup("apply")

    def trueup(self, *arguments: str) -> float:
        return run_once(
            [sys.executable, "-m", "trueup", *arguments], self.environ, self.folder
        ).wall

    def start(self) -> float:
        began = time.perf_counter()
        agent = Agent(self.folder, self.environ)
        agent.ask("tools/list", {})
        took = time.perf_counter() - began
        agent.close()
        return took

    def bare_import(self) -> float:
        line = [sys.executable, "-c", "import mcp.server"]
        return run_once(line, self.environ, self.folder).wall

    def dump(self) -> float:
        line = [self.pg_dump, "--schema-only", self.url]
        return run_once(line, self.environ, self.folder).wall

    def replay(self, number: int) -> float:
        path = new_migration(self.migrations, number)
        try:
            return self.trueup("dump")
        finally:
            path.unlink()

    def apply(self, agent: Agent, number: int) -> float:
        query = f"CREATE TABLE added_{number} (id integer PRIMARY KEY);"
        began = time.perf_counter()
        said = agent.ask(
            "tools/call",
            {"name": "apply_migration", "arguments": {"name": f"add_{number}", "query": query}},
        )
        took = time.perf_counter() - began
        if said["result"].get("isError"):
            raise RuntimeError(str(said["result"]))
        return took - self.bare(number)

    def bare(self, number: int) -> float:
        with connect(self.url) as conn:
            began = time.perf_counter()
            conn.execute(f"CREATE TABLE bare_{number} (id integer PRIMARY KEY)".encode())
            took = time.perf_counter() - began
            conn.execute(f"DROP TABLE bare_{number}".encode())
            return took


def main() -> None:
    """Prints the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with (
        tempfile.TemporaryDirectory(prefix="trueup-bench-") as place,
        ephemeral_cluster(choose_server(17)) as cluster,
    ):
        Path(place).chmod(0o755)
        bench = Bench(Path(place), cluster)
        starts = [(bench.start(), bench.bare_import()) for _ in range(rounds)]
        agent = Agent(bench.folder, bench.environ)
        bench.apply(agent, 0)
        calls = [
            (bench.apply(agent, n), bench.dump() + bench.replay(n)) for n in range(1, rounds + 1)
        ]
        agent.close()
    _print(starts, calls)


def _print(starts: list[tuple[float, float]], calls: list[tuple[float, float]]) -> None:
    ours, bare = (statistics.median(times) for times in zip(*starts, strict=True))
    adds, allowed = (statistics.median(times) for times in zip(*calls, strict=True))
    print("| what | s | beside it | s | |")
    print("|---|---|---|---|---|")
    print(f"| start to first answer | {ours:.2f} | import mcp.server | {bare:.2f} |", end="")
    print(f" ratio {ours / bare:.2f} |")
    print(
        f"| `apply_migration`, less its SQL | {adds:.2f} | pg_dump + replay | {allowed:.2f} |",
        end="",
    )
    print(f" {(adds - allowed) * 1000:+.0f} ms |")


if __name__ == "__main__":
    main()
