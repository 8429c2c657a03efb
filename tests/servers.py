"""PostgreSQL servers for tests: one running cluster per major version and test process.

def test_something(pg, fresh_database): ...    # the default major
def test_something(each_pg): ...               # every major found here
with psycopg.connect(servers.fresh_database(pg)) as connection: ...
"""

from __future__ import annotations

import atexit
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from trueup.platform.postgres import PREFERRED
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import Install, choose_server, find_installs

# Set before anything looks for it: one cache for all runs on this machine, so that initdb runs
# once, and not the cache of the person who runs the tests.
CACHE = Path(tempfile.gettempdir()) / f"trueup-test-cache-{os.geteuid()}"
os.environ["TRUEUP_CACHE_DIR"] = str(CACHE)

_numbers = itertools.count(1)
_stack = ExitStack()
_running: dict[int, Cluster] = {}
_made: list[tuple[Cluster, str]] = []
_admins: dict[str, psycopg.Connection] = {}


def _one_per_major() -> tuple[Install, ...]:
    majors = sorted({install.major for install in find_installs() if install.has_server})
    return tuple(choose_server(major) for major in majors)


INSTALLS = _one_per_major()


def default_install() -> Install:
    """The install of the default major, else the newest there is."""
    return next((one for one in INSTALLS if one.major == PREFERRED), INSTALLS[-1])


def cluster(install: Install) -> Cluster:
    """The running cluster of this install's major; started at the first call, kept to the end."""
    if install.major not in _running:
        _running[install.major] = _stack.enter_context(ephemeral_cluster(install))
    return _running[install.major]


def stop_all() -> None:
    """End every cluster that `cluster` started."""
    for connection in _admins.values():
        connection.close()
    _admins.clear()
    _running.clear()
    _made.clear()
    _stack.close()


atexit.register(stop_all)


def fresh_database(on: Cluster, prefix: str = "t") -> str:
    """The conninfo of a new, empty database; conftest drops it when the test is over."""
    name = f"{prefix}_{os.getpid()}_{next(_numbers)}"
    _create(on, name)
    _made.append((on, name))
    return on.conninfo(name)


def copy_of(on: Cluster, conninfo: str, prefix: str = "c") -> str:
    """The conninfo of a copy of a database that nobody is in; conftest drops it."""
    name = f"{prefix}_{os.getpid()}_{next(_numbers)}"
    origin = sql.Identifier(str(conninfo_to_dict(conninfo)["dbname"]))
    how = sql.SQL(" STRATEGY file_copy" if on.install.major >= 15 else "")
    _admin(on, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), origin) + how)
    _made.append((on, name))
    return on.conninfo(name)


@contextmanager
def temporary_database(on: Cluster, prefix: str = "d") -> Iterator[str]:
    """Like `fresh_database`, dropped at the end of the block (for module-wide fixtures)."""
    name = f"{prefix}_{os.getpid()}_{next(_numbers)}"
    _create(on, name)
    try:
        yield on.conninfo(name)
    finally:
        _drop(on, name)


def drop_fresh_databases() -> None:
    """Drop what `fresh_database` made since the last call."""
    while _made:
        _drop(*_made.pop())


def _create(on: Cluster, name: str) -> None:
    # FILE_COPY (15 and newer; 14 knows nothing else) copies files, which is cheap without fsync.
    how = sql.SQL(" STRATEGY file_copy" if on.install.major >= 15 else "")
    _admin(on, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + how)


def _drop(on: Cluster, name: str) -> None:
    _admin(on, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _admin(on: Cluster, statement: sql.Composed) -> None:
    """One connection to each cluster is kept: connecting costs as much as a new database."""
    key = on.conninfo()
    if key not in _admins or _admins[key].closed:
        _admins[key] = psycopg.connect(key, autocommit=True)
    _admins[key].execute(statement)
