"""`python -m benchmarks [ROUNDS]`: prints the table of benchmarks/README.md."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Cost, in_turn, median, run_once
from benchmarks.project import FILES, new_migration, write_project
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import choose_server
from trueup.postgres.session.connection import connect

SCRIPTS = Path(__file__).parent / "scripts"
# As users start it: `python -m` imports runpy besides.
TRUEUP = [str(Path(sys.executable).with_name("trueup"))]


class Bench:
    """A project, a running server for the plain scripts, and a cache of our own."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self.migrations = write_project(self.folder)
        self.cluster = cluster
        self.bin_dir = cluster.install.bin_dir
        self.environ = {
            **os.environ,
            "TRUEUP_CACHE_DIR": str(folder / "cache"),
            "BENCH_SERVER": cluster.conninfo().replace("dbname='postgres'", ""),
        }

    def trueup(self, *arguments: str) -> Cost:
        return run_once([*TRUEUP, *arguments], self.environ, self.folder)

    def script(self, name: str, *arguments: str, database: str = "") -> Cost:
        runner = [sys.executable] if name.endswith(".py") else ["bash"]
        environ = {**self.environ, "BENCH_DATABASE": self.cluster.conninfo(database)}
        command = [*runner, str(SCRIPTS / name), *arguments]
        return run_once(command, environ, self.folder, self.cluster.pid)

    def fresh(self, name: str, template: str = "template1") -> str:
        with connect(self.cluster.conninfo()) as conn:
            conn.execute(f"DROP DATABASE IF EXISTS {name}")
            conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    # What is measured.

    def cold(self, _: int) -> Cost:
        return self.trueup("dump", "--no-cache")

    def bare_loop(self, _: int) -> Cost:
        database = self.fresh("bare")
        pg_dump = str(self.bin_dir / "pg_dump")
        return self.script("bare_loop.py", str(self.migrations), pg_dump, database=database)

    def plain_script(self, _: int) -> Cost:
        database = self.fresh("plain")
        folder, programs = str(self.migrations), str(self.bin_dir)
        return self.script("plain_script.sh", folder, programs, database=database)

    def unchanged(self, _: int) -> Cost:
        return self.trueup("check", "--no-database")

    def one_more(self, number: int) -> Cost:
        path = new_migration(self.migrations, number)
        try:
            return self.trueup("dump")
        finally:
            path.unlink()

    def from_template(self, number: int) -> Cost:
        path = new_migration(self.migrations, number)
        try:
            pg_dump = str(self.bin_dir / "pg_dump")
            return self.script("from_template.py", "bare", str(path), pg_dump)
        finally:
            path.unlink()

    def help(self, _: int) -> Cost:
        return self.trueup("--help")

    def version(self, _: int) -> Cost:
        return self.trueup("--version")

    def bare_python(self, _: int) -> Cost:
        return run_once([sys.executable, "-c", "pass"], self.environ, self.folder)


@contextmanager
def bench() -> Iterator[Bench]:
    """The project in a folder of its own, with a server beside it."""
    install = choose_server(17)
    with tempfile.TemporaryDirectory() as folder, ephemeral_cluster(install) as cluster:
        Path(folder).chmod(0o755)
        yield Bench(Path(folder), cluster)


def table(place: Bench, rounds: int) -> Iterator[str]:
    """The rows, each measured in turn with what it is compared to."""
    title = f"{FILES} migrations, PostgreSQL {place.cluster.version}"
    yield f"| {title} | cpu s | wall s | ratio |"
    yield "|---|---|---|---|"
    cold = in_turn(
        {"cold": place.cold, "bare": place.bare_loop, "plain": place.plain_script}, rounds
    )
    ours, bare, plain = (median(cold[name]) for name in ("cold", "bare", "plain"))
    yield _row("`dump --no-cache`, own server started and stopped", ours, "")
    extra = (ours.cpu - 0.3) / bare.cpu
    yield _row("bare psycopg loop + pg_dump, server running", bare, f"ours less 0.3 s: {extra:.2f}")
    yield _row(
        "plain script: psql per file + pg_dump", plain, f"plain / ours: {plain.cpu / ours.cpu:.1f}"
    )
    place.trueup("dump")
    warm = in_turn({"one": place.one_more, "template": place.from_template}, rounds)
    one, template = median(warm["one"]), median(warm["template"])
    yield _row("`dump`, one new migration", one, "")
    yield _row(
        "clone of a template + file + pg_dump",
        template,
        f"ours / this: {one.cpu / template.cpu:.2f}",
    )
    place.trueup("dump")
    yield _row("`check`, nothing changed", median(in_turn({"u": place.unchanged}, rounds)["u"]), "")
    starts = in_turn(
        {"help": place.help, "version": place.version, "python": place.bare_python}, 3 * rounds
    )
    python = median(starts["python"])
    yield _row("`python -c pass`", python, "")
    for name in ("help", "version"):
        cost = median(starts[name])
        yield _row(f"`--{name}`", cost, f"this / python: {cost.wall / python.wall:.1f} (wall)")


def _row(what: str, cost: Cost, ratio: str) -> str:
    return f"| {what} | {cost.cpu:.3f} | {cost.wall:.3f} | {ratio} |"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with bench() as place:
        for line in table(place, rounds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
