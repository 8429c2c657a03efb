"""Fixtures every test may use; the servers behind them are in servers.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import servers
from trueup.postgres.server.cluster import Cluster


@pytest.fixture
def pg() -> Cluster:
    """A running cluster of the default major version (17 where it is found)."""
    return servers.cluster(servers.default_install())


@pytest.fixture(params=servers.INSTALLS, ids=lambda install: f"pg{install.major}")
def each_pg(request: pytest.FixtureRequest) -> Cluster:
    """A running cluster of each major version found on this machine, one after the other."""
    return servers.cluster(request.param)


@pytest.fixture
def database(pg: Cluster) -> str:
    """The conninfo of an empty database on the default major version, dropped afterwards."""
    return servers.fresh_database(pg)


@pytest.fixture
def each_database(each_pg: Cluster) -> str:
    """The conninfo of an empty database on each major version, dropped afterwards."""
    return servers.fresh_database(each_pg)


@pytest.fixture
def fresh_database() -> Callable[[Cluster], str]:
    """Makes further empty databases on a cluster, dropped after the test."""
    return servers.fresh_database


@pytest.fixture(autouse=True)
def _drop_databases() -> Iterator[None]:
    yield
    servers.drop_fresh_databases()


@pytest.fixture(scope="session", autouse=True)
def _stop_servers() -> Iterator[None]:
    yield
    servers.stop_all()
