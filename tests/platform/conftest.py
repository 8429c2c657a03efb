"""Servers with the Supabase platform on them, one of each major version found here.

A shadow is a cluster of our own: stand-ins in its extension directory, the platform in template1.
A lent server is one to which no files were added.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import servers
from benches import Bench
from trueup.platform import SUPABASE
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import Install
from trueup.postgres.server.prefix import extension_names, reachable
from trueup.postgres.session.connection import Connection, connect
from trueup.shadow.ground_floor import ground_floor
from trueup.shadow.platform import platform, standin_files, standins
from trueup.shadow.platform.calls import prepare


def _name(install: Install) -> str:
    return f"pg{install.major}"


@pytest.fixture(scope="session", params=servers.INSTALLS, ids=_name)
def each_shadow(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A running cluster of each major with the platform in template1."""
    server = reachable(request.param, standin_files(SUPABASE))
    data = platform(SUPABASE, server.major, auto_expose_new_tables=True)
    with ephemeral_cluster(server, ground_floor(server, data, expose=True)) as cluster:
        yield cluster


@pytest.fixture
def each_project(each_shadow: Cluster) -> Iterator[Connection]:
    """A session in a fresh database with the platform in it, dropped afterwards."""
    with connect(servers.fresh_database(each_shadow)) as conn:
        yield conn


KINDS = [(kind, install) for install in servers.INSTALLS for kind in ("own", "lent")]


@pytest.fixture(scope="session", params=KINDS, ids=lambda pair: f"{pair[0]}-pg{pair[1].major}")
def _bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    kind, install = request.param
    missing = frozenset(standins()) - extension_names(install)
    server = reachable(install, standin_files(SUPABASE)) if kind == "own" else install
    with ephemeral_cluster(server) as cluster, connect(cluster.conninfo("postgres")) as conn:
        conn.execute("CREATE SCHEMA extensions")
        if kind == "lent":
            prepare(conn, missing)
        yield Bench(conn, cluster, missing, missing if kind == "lent" else frozenset())


@pytest.fixture
def bench(_bench: Bench) -> Iterator[Bench]:
    """A bench of each kind and major; what a test does there is rolled back."""
    _bench.conn.execute("BEGIN")
    _bench.conn.execute("SET search_path = public, extensions")
    try:
        yield _bench
    finally:
        _bench.conn.execute("ROLLBACK")
        _bench.conn.execute("DISCARD ALL")
