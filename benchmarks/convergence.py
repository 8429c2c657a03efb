"""How many pairs of schemas a plan joins: `python -m benchmarks.convergence FOLDER`.

FOLDER holds `<suite>/<case>/{a,b}.sql` and, optionally, fixtures.json. Per pair both databases
are made on an ephemeral server, the plan from one to the other is proven as trueup does it, and
then judged here once more, with nothing of trueup's: the plan is run on a fresh copy, pg_dump's
plain text of the copy is compared with that of the goal, and planning again must give nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from trueup.errors import TrueupError
from trueup.model.schema import Schema
from trueup.plan.plan import Plan, PlanOptions, make_plan
from trueup.postgres.read.dump import dump_schema
from trueup.postgres.run.file import run_file
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import choose_server
from trueup.postgres.session.connection import connect, libpq_env
from trueup.shadow.prove import Proof, prove

CONVERGED, ORDER, UNPROVEN, WRONG, FAILED = (
    "converged",
    "up to column order",
    "not proven",
    "wrongly called proven",
    "failed",
)
OUTCOMES = (CONVERGED, ORDER, UNPROVEN, WRONG, FAILED)
_NO_ROLE = re.compile(r'role "(.*)" does not exist', re.DOTALL)


@dataclass(frozen=True)
class Case:
    """One pair of schemas."""

    suite: str
    name: str
    folder: Path

    def sql(self, side: str) -> str:
        return (self.folder / f"{side}.sql").read_text()


@dataclass(frozen=True)
class Result:
    """What came of one pair in one direction."""

    case: Case
    direction: str
    outcome: str
    seconds: float
    detail: str = ""


class Server:
    """Databases on one ephemeral cluster, for several threads."""

    def __init__(self, cluster: Cluster, *, strict: bool = False) -> None:
        self.cluster = cluster
        self.strict = strict
        self.pg_dump = cluster.install.tool("pg_dump")
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A fresh database, dropped after; yields its name."""
        with self._lock:
            self._count += 1
            name = f"c{self._count}"
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        try:
            yield name
        finally:
            self._release(name)
            self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _admin(self, sql: str) -> None:
        with connect(self.cluster.conninfo()) as conn:
            conn.execute(sql.encode())

    def _release(self, name: str) -> None:
        """A subscription keeps its database from being dropped."""
        with connect(self.cluster.conninfo(name)) as conn:
            query = "SELECT quote_ident(subname) FROM pg_subscription s JOIN pg_database d"
            query += " ON d.oid = s.subdbid WHERE datname = current_database()"
            for (subscription,) in conn.execute(query.encode()).fetchall():
                for change in ("DISABLE", "SET (slot_name = NONE)"):
                    conn.execute(f"ALTER SUBSCRIPTION {subscription} {change}".encode())
                conn.execute(f"DROP SUBSCRIPTION {subscription}".encode())

    def load(self, name: str, sql: str) -> None:
        """Runs a text, making the roles it misses. Raises TrueupError."""
        for _ in range(10):
            try:
                with connect(self.cluster.conninfo(name)) as conn:
                    run_file(conn, sql, "case.sql")
                return
            except TrueupError as refusal:
                missing = _NO_ROLE.search(refusal.message)
                if not missing:
                    raise
                role = missing[1].replace('"', '""')
                with suppress(psycopg.Error):
                    self._admin(f'CREATE ROLE "{role}"')

    def schema(self, name: str) -> Schema:
        return dump_schema(self.pg_dump, self.cluster.conninfo(name)).as_printed()

    def plain(self, name: str) -> dict[str, str]:
        """pg_dump's plain text, cut at the comments that head its objects."""
        env, target = libpq_env(self.cluster.conninfo(name))
        flags = ["--schema-only", "--no-owner", "--quote-all-identifiers", "--encoding=UTF8"]
        done = subprocess.run(
            [str(self.pg_dump), *flags, f"--dbname={target}"],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        return _objects(done.stdout)


_HEAD = re.compile(r"^-- Name: .*; Type: .*; Schema: .*; Owner: .*$", re.MULTILINE)
_NOISE = re.compile(
    r"^(?:SET default_|SELECT pg_catalog\.set_config|\\(?:un)?restrict |--$|-- Postg)"
)


def _objects(dump: str) -> dict[str, str]:
    heads = list(_HEAD.finditer(dump))
    ends = [head.start() for head in heads[1:]] + [len(dump)]
    found: dict[str, str] = {}
    for head, end in zip(heads, ends, strict=True):
        lines = dump[head.end() : end].splitlines()
        text = "\n".join(line for line in lines if line.strip() and not _NOISE.match(line))
        found[head.group()] = found.get(head.group(), "") + text
    return found


def _same_but_for_column_order(first: dict[str, str], second: dict[str, str]) -> bool:
    if first.keys() != second.keys():
        return False
    pairs = ((first[head], second[head], head) for head in first)
    return all(
        a == b or ("; Type: TABLE;" in head and _lines(a) == _lines(b)) for a, b, head in pairs
    )


def _lines(text: str) -> list[str]:
    return sorted(line.rstrip(",") for line in text.splitlines())


@dataclass(frozen=True)
class End:
    """One of the two databases of a pair, read in both ways."""

    database: str
    text: str
    schema: Schema
    plain: dict[str, str]


def run_case(server: Server, case: Case, both: bool) -> list[Result]:
    """A pair, in one or both directions; what does not load or does not differ is told too."""
    with server.database() as a, server.database() as b:
        try:
            server.load(a, case.sql("a"))
            server.load(b, case.sql("b"))
        except TrueupError as refusal:
            return [Result(case, "", "unusable", 0, refusal.message)]
        one, two = (
            End(name, case.sql(side), server.schema(name), server.plain(name))
            for name, side in ((a, "a"), (b, "b"))
        )
        if one.plain == two.plain:
            return [Result(case, "", "same", 0)]
        ways = [("a→b", one, two), ("b→a", two, one)][: 2 if both else 1]
        return [_direction(server, case, name, source, goal) for name, source, goal in ways]


def _direction(server: Server, case: Case, name: str, source: End, goal: End) -> Result:
    started = time.monotonic()
    try:
        outcome, detail = _outcome(server, source, goal)
    except Exception:
        outcome, detail = FAILED, traceback.format_exc(limit=-4)
    return Result(case, name, outcome, time.monotonic() - started, detail)


@contextmanager
def _copy(server: Server, source: End) -> Iterator[str]:
    """A database like the source. A subscription is no part of a template: a database with one is
    made again from its text."""
    again = any(key.kind == "SUBSCRIPTION" for key in source.schema)
    with server.database("template1" if again else source.database) as name:
        if again:
            server.load(name, source.text)
        yield name


def _outcome(server: Server, source: End, goal: End) -> tuple[str, str]:
    @contextmanager
    def clone() -> Iterator[str]:
        with _copy(server, source) as name:
            yield server.cluster.conninfo(name)

    def dump(conninfo: str) -> Schema:
        return dump_schema(server.pg_dump, conninfo).as_printed()

    major = server.cluster.install.major
    options = PlanOptions(server_major=major, strict_column_order=server.strict, verbatim=True)
    proof = prove(source.schema, goal.schema, clone, dump, options)
    if not proof.holds:
        return UNPROVEN, _why(proof)
    with _copy(server, source) as name:
        with connect(server.cluster.conninfo(name)) as conn:
            for statement in proof.plan.statements:
                conn.execute(statement.sql.encode())
        again = make_plan(server.schema(name), goal.schema, options)
        return _observed(proof, server.plain(name), goal.plain, again)


def _why(proof: Proof) -> str:
    residue = ", ".join(str(key) for key in proof.residue)
    failure = proof.failure
    said = f"{failure.message}\n{failure.statement}\n" if failure else ""
    return f"{said}residue: {residue}"


def _observed(
    proof: Proof, reached: dict[str, str], wanted: dict[str, str], again: Plan
) -> tuple[str, str]:
    """What pg_dump's plain text says about a plan that trueup called proven."""
    if proof.proven and reached == wanted:
        return (WRONG, f"planned again:\n{again.sql}") if again else (CONVERGED, "")
    if not proof.proven and _same_but_for_column_order(reached, wanted):
        return ORDER, ""
    heads = [head for head in {**reached, **wanted} if reached.get(head) != wanted.get(head)]
    return WRONG, "\n".join(heads)


def cases(folder: Path, suites: list[str], pattern: str, major: int) -> list[Case]:
    """The pairs in a folder that are meant for a server major."""
    listed = folder / "fixtures.json"
    notes = json.loads(listed.read_text()) if listed.exists() else {}
    found = []
    for path in sorted(folder.glob("*/*/a.sql")):
        case = Case(path.parent.parent.name, path.parent.name, path.parent)
        note = notes.get(f"{case.suite}/{case.name}", {})
        if suites and case.suite not in suites:
            continue
        if pattern in case.name and note.get("postgres", major) == major:
            found.append(case)
    return found


def _report(results: list[Result], seconds: float, verbose: bool) -> None:
    for result in results:
        if verbose and result.outcome not in (CONVERGED, "same"):
            name = f"{result.case.suite}/{result.case.name}"
            print(f"== {result.outcome}: {name} {result.direction}\n{result.detail}\n")
    for direction in ("a→b", "b→a"):
        chosen = [r for r in results if r.direction == direction]
        if chosen:
            print(f"{direction:14}" + "".join(f"{name:>24}" for name in OUTCOMES))
            for suite in [*dict.fromkeys(r.case.suite for r in chosen), "total"]:
                _row(suite, [r for r in chosen if suite in ("total", r.case.suite)])
    counts = Counter(r.outcome for r in results if not r.direction)
    print(f"left out: {dict(counts)}; {seconds:.1f} s")


def _row(suite: str, results: list[Result]) -> None:
    counts = Counter(result.outcome for result in results)
    shares = (f"{counts[o]:>14} ({counts[o] / len(results):6.1%})" for o in OUTCOMES)
    print(f"{suite:14}" + " ".join(shares))


def main() -> None:
    """Reads the command line, runs the pairs, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--case", default="", help="only cases whose name holds this")
    parser.add_argument("--major", type=int, default=17)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--strict-column-order", action="store_true", help="copy tables to put columns in order"
    )
    parser.add_argument("--both", action="store_true", help="also from b to a")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="what did not converge, and why"
    )
    chosen = parser.parse_args()
    started = time.monotonic()
    pairs = cases(chosen.folder, chosen.suite, chosen.case, chosen.major)
    with ephemeral_cluster(choose_server(chosen.major)) as cluster:
        server = Server(cluster, strict=chosen.strict_column_order)
        with ThreadPoolExecutor(chosen.jobs) as pool:
            lists = list(pool.map(lambda case: run_case(server, case, chosen.both), pairs))
    results = [result for some in lists for result in some]
    _report(results, time.monotonic() - started, chosen.verbose)


if __name__ == "__main__":
    main()
