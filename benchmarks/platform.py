"""`python -m benchmarks.platform [ROUNDS]`: a fresh shadow with Supabase's platform, warm cache.

Beside it, in turn: the same server started with nothing in it. Wall seconds; per major found.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from trueup.platform import SUPABASE
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import Install, choose_server, survey
from trueup.postgres.server.prefix import reachable
from trueup.postgres.session.connection import connect
from trueup.shadow.ground_floor import ground_floor
from trueup.shadow.platform import platform, standin_files

Start = Callable[[], AbstractContextManager[Cluster]]


def _seconds(start: Start) -> float:
    """Until the first query is answered; stopping is not counted."""
    began = time.perf_counter()
    with start() as cluster, connect(cluster.conninfo()) as conn:
        conn.execute("SELECT 1")
        return time.perf_counter() - began


def starts(install: Install) -> tuple[Start, Start]:
    """With the platform, and bare; what both need is in the cache afterwards."""
    server = reachable(install, standin_files(SUPABASE))
    floor: Path = ground_floor(server, platform(SUPABASE, install.major), expose=False)
    return lambda: ephemeral_cluster(server, floor), lambda: ephemeral_cluster(install)


def main() -> None:
    """Prints a row for each major version."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print("| PostgreSQL | with the platform, ms | bare server, ms | more, ms |")
    print("|---|---|---|---|")
    for major in sorted({install.major for install in survey().installs}):
        ours, bare = starts(choose_server(major))
        _seconds(ours), _seconds(bare)
        pairs = [(_seconds(ours), _seconds(bare)) for _ in range(rounds)]
        one, other = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
        print(f"| {major} | {one:.0f} | {other:.0f} | {one - other:.0f} |")


if __name__ == "__main__":
    main()
