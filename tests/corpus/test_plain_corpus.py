"""Real projects that need nothing but PostgreSQL, with trueup's defaults: their migrations are
applied, schema.sql loads, check is in sync, and sees what is changed by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import projects
import servers
from trueup.postgres.server.install import Install

SHARED = Path(os.environ.get("TRUEUP_SHARED") or Path(__file__).parents[3] / "shared")


def _plain() -> tuple[str, ...]:
    try:
        known = json.loads((SHARED / "corpus" / "corpus.json").read_text())
    except OSError:
        return ()
    return tuple(name for name, facts in known.items() if facts["plain"])


PAIRS = [
    pytest.param(
        install,
        name,
        id=f"{name}-pg{install.major}",
        marks=() if install.major == servers.default_install().major else pytest.mark.slow,
    )
    for install in servers.INSTALLS
    for name in _plain()
]
needs_corpus = pytest.mark.skipif(not PAIRS, reason=f"no corpus in {SHARED} (TRUEUP_SHARED)")

# Names to put into the changes, chosen by the database: a wide table and its second column, an
# index that nothing rests on, and a key that no foreign key refers to.
PICKS = """
SELECT c.relname AS "table",
       (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
           AND NOT a.attisdropped ORDER BY a.attnum OFFSET 1 LIMIT 1) AS "column"
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
   AND c.relname <> '_migrations'
 ORDER BY c.relnatts DESC, c.relname LIMIT 1;
SELECT i.relname AS "index" FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid
 WHERE i.relnamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid)
   AND NOT EXISTS (SELECT FROM pg_inherits h WHERE i.oid IN (h.inhrelid, h.inhparent))
 ORDER BY 1 LIMIT 1;
SELECT c.relname AS "keyed", k.conname AS "key"
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
 WHERE k.connamespace = 'public'::regnamespace AND k.contype = 'p' AND c.relname <> '_migrations'
   AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = c.oid)
   AND NOT EXISTS (SELECT FROM pg_inherits h WHERE c.oid IN (h.inhrelid, h.inhparent))
 ORDER BY 1 LIMIT 1;
"""
CHANGES = (
    ("ALTER TABLE {table} ADD COLUMN by_hand integer", "TABLE", "{table}"),
    ("ALTER TABLE {table} REPLICA IDENTITY FULL", "TABLE", "{table}"),
    ("ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 77", "TABLE", "{table}"),
    ("CREATE INDEX by_hand ON {table} (({column} IS NULL))", "INDEX", "by_hand"),
    ("DROP INDEX {index}", "INDEX", "{index}"),
    ("ALTER TABLE {keyed} DROP CONSTRAINT {key}", "CONSTRAINT", "{keyed} {key}"),
    ("CREATE VIEW by_hand AS SELECT 1 AS one", "VIEW", "by_hand"),
    ("COMMENT ON TABLE {table} IS 'by hand'", "COMMENT", "TABLE {table}"),
    ("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", "ROW SECURITY", "{table}"),
    (
        "CREATE FUNCTION by_hand() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "FUNCTION",
        "by_hand()",
    ),
)


class Bench:
    """A project of the corpus, applied to a database."""

    def __init__(self, install: Install, name: str) -> None:
        self._open = ExitStack()
        self.cluster = servers.cluster(install)
        root = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
        database = self._open.enter_context(servers.temporary_database(self.cluster, "corpus"))
        self.project = projects.make(root, database)
        for file in (SHARED / "corpus" / name / "migrations").glob("*.sql"):
            shutil.copyfile(file, self.project.folder / file.name)
        self.answer = self.project.run("apply")
        self.admin = psycopg.connect(self.cluster.conninfo(), autocommit=True)
        self._open.callback(self.admin.close)
        self.close = self._open.close


_benches: dict[tuple[int, str], Bench] = {}


@pytest.fixture(scope="module", autouse=True)
def _remove_benches() -> Iterator[None]:
    yield
    while _benches:
        _benches.popitem()[1].close()


def bench_of(install: Install, name: str) -> Bench:
    """The project on a major; skips where that server lacks an extension that the files make."""
    key = install.major, name
    if key not in _benches:
        _benches[key] = Bench(install, name)
    bench = _benches[key]
    if bench.answer.status and "is not available" in bench.answer.err:
        pytest.skip(bench.answer.err.splitlines()[0])
    return bench


def picks(project: projects.Project) -> Mapping[str, str]:
    """The names to put into the changes."""
    found: dict[str, str] = {}
    with project.connect() as session:
        for query in PICKS.split(";")[:-1]:
            cursor = session.execute(query.encode())
            row = cursor.fetchone()
            assert row is not None and cursor.description is not None
            found |= {
                column.name: name for column, name in zip(cursor.description, row, strict=True)
            }
    return found


@needs_corpus
@pytest.mark.parametrize(("install", "name"), PAIRS)
def test_its_schema_file_loads_and_gives_the_same_bytes_again(install: Install, name: str) -> None:
    bench = bench_of(install, name)
    assert (bench.answer.status, bench.answer.json["drift"]) == (0, [])
    with servers.temporary_database(bench.cluster, "loaded") as database:
        psql = [str(install.tool("psql")), "-qX", "-v", "ON_ERROR_STOP=1", "-d", database]
        subprocess.run([*psql, "-f", str(bench.project.schema_file)], check=True)
        loaded = projects.Project(bench.project.root, database)
        assert loaded.run("dump", "--from", "database", "--check").json["changed"] is False


@needs_corpus
@pytest.mark.parametrize(("install", "name"), PAIRS)
def test_check_is_in_sync_and_then_sees_each_of_ten_changes(install: Install, name: str) -> None:
    bench = bench_of(install, name)
    answer = bench.project.run("check")
    assert (answer.status, answer.drift) == (0, [])
    assert answer.json["compared"] == bench.project.run("check", "--no-cache").json["compared"]
    names = picks(bench.project)
    quoted = {key: sql.Identifier(value) for key, value in names.items()}
    for change, kind, tag in CHANGES:
        with projects.cloned(bench.project, bench.cluster, bench.admin) as project:
            with project.connect() as session:
                session.execute(sql.SQL(change).format(**quoted))
            answer = project.run("check")
        assert answer.drift == [(kind, "public", tag.format(**names))], change
        assert (answer.status, answer.json["drift"][0]["verdict"]) == (1, "database_changed")
