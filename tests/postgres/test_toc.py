"""Our reader of pg_dump's archives says what pgdumplib says, and refuses what is none."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pgdumplib
import psycopg
import pytest

from trueup.postgres.read.toc import Entry, read_entries
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import libpq_env


def archive_of(pg: Cluster, database: str, path: Path) -> bytes:
    env, target = libpq_env(database)
    command = [str(pg.install.tool("pg_dump")), "--format=custom", "--schema-only"]
    options = ["--quote-all-identifiers", f"--file={path}", f"--dbname={target}"]
    subprocess.run([*command, *options], env=env, check=True)
    return path.read_bytes()


def facts(entry: Any) -> list[object]:
    """What is read of an entry; pgdumplib tells a dependency once that pg_dump wrote twice."""
    texts = [getattr(entry, name) or "" for name in Entry.__slots__ if name != "dependencies"]
    return [*texts, sorted(set(entry.dependencies))]


def test_every_entry_is_read_as_pgdumplib_reads_it(
    each_pg: Cluster, each_database: str, tmp_path: Path
) -> None:
    with psycopg.connect(each_database, autocommit=True) as session:
        session.execute(
            'CREATE SCHEMA "Ä"; CREATE TABLE "Ä".t (id serial PRIMARY KEY, x text);'
            ' COMMENT ON TABLE "Ä".t IS \'größer\'; GRANT SELECT ON "Ä".t TO PUBLIC;'
            ' CREATE VIEW v AS SELECT * FROM "Ä".t; CREATE UNLOGGED TABLE u ();'
        )
    read = archive_of(each_pg, each_database, tmp_path / "archive")
    ours = [facts(entry) for entry in read_entries(read)]
    theirs = [facts(entry) for entry in pgdumplib.load(tmp_path / "archive").entries]
    assert ours == theirs
    assert len(ours) > 10


def test_a_truncated_archive_and_what_is_none_are_refused(
    pg: Cluster, database: str, tmp_path: Path
) -> None:
    with psycopg.connect(database, autocommit=True) as session:
        session.execute("CREATE TABLE t ()")
    read = archive_of(pg, database, tmp_path / "archive")
    for broken in (b"", b"-- SQL", read[:9], read[:40], read[:-1], read[:-200]):
        with pytest.raises(ValueError, match="archive"):
            list(read_entries(broken))
    unknown = bytearray(read)
    unknown[6] = 99
    with pytest.raises(ValueError, match=r"version 1\.99"):
        list(read_entries(bytes(unknown)))
