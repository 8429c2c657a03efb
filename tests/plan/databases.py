"""Databases for the tests of plans: made from SQL, cloned, read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

import psycopg
from psycopg import sql

import servers
from trueup.model.schema import Schema
from trueup.plan.plan import PlanOptions
from trueup.postgres.read.dump import dump_schema
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import connect
from trueup.shadow.prove import Proof, prove

_numbers = count(1)


def made(pg: Cluster, text: str) -> str:
    """The conninfo of a fresh database in which a text was run."""
    conninfo = servers.fresh_database(pg)
    with connect(conninfo) as conn:
        conn.execute(text.encode())
    return conninfo


def schema_of(pg: Cluster, conninfo: str) -> Schema:
    """What pg_dump says of a database."""
    return dump_schema(pg.install.tool("pg_dump"), conninfo)


def cloner(pg: Cluster, conninfo: str) -> Callable[[], AbstractContextManager[str]]:
    """Makes copies of a database, each dropped after use."""
    source = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]

    @contextmanager
    def clone() -> Iterator[str]:
        name = f"clone_{next(_numbers)}"
        with connect(pg.conninfo()) as admin:
            pair = sql.Identifier(name), sql.Identifier(str(source))
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*pair))
            try:
                yield pg.conninfo(name)
            finally:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(pair[0]))

    return clone


def proof(pg: Cluster, source: str, goal: str, options: PlanOptions | None = None) -> Proof:
    """A proven plan from one database to another."""
    chosen = options or PlanOptions(server_major=pg.install.major)
    before, after = schema_of(pg, source), schema_of(pg, goal)
    return prove(before, after, cloner(pg, source), lambda c: schema_of(pg, c), chosen)
