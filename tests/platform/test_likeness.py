"""Where one server here has an extension and another has only its stand-in, they are alike: same
types, functions, operators, operator classes and casts, so that a dump's grants find them all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import servers
from trueup.platform import SUPABASE
from trueup.postgres.server.cluster import ephemeral_cluster
from trueup.postgres.server.install import Install
from trueup.postgres.server.prefix import extension_names, reachable
from trueup.postgres.session.connection import Connection, connect
from trueup.shadow.platform import standin_files, standins

# From 17 on, array types are members too.
_ARRAY = re.compile(r"type .*\[\]")


@pytest.fixture(scope="module")
def sessions() -> Iterator[dict[Install, Connection]]:
    """A session on each server with its stand-ins."""
    with ExitStack() as stack:
        found: dict[Install, Connection] = {}
        for install in servers.INSTALLS:
            server = reachable(install, standin_files(SUPABASE))
            cluster = stack.enter_context(ephemeral_cluster(server))
            found[install] = stack.enter_context(connect(cluster.conninfo("postgres")))
        yield found


def members(conn: Connection, name: str) -> tuple[str, set[str]]:
    """The version that is made and what belongs to it."""
    conn.execute("BEGIN; CREATE SCHEMA x")
    try:
        conn.execute(f'CREATE EXTENSION "{name}" SCHEMA x CASCADE'.encode())
        rows = conn.execute(
            "SELECT e.extversion, o.type || ' ' || replace(o.identity, 'pg_catalog.', '')"
            " FROM pg_extension e JOIN pg_depend d ON d.refobjid = e.oid AND d.deptype = 'e'"
            " AND d.refclassid = 'pg_extension'::regclass,"
            " pg_identify_object(d.classid, d.objid, d.objsubid) o WHERE e.extname = %s",
            [name],
        ).fetchall()
    finally:
        conn.execute("ROLLBACK")
    return rows[0][0], {row[1] for row in rows if not _ARRAY.fullmatch(row[1])}


def pairs() -> Iterator[tuple[str, Install, Install]]:
    """A stand-in, a server that has the real one, one that lacks it."""
    for name in standins():
        having = [one for one in servers.INSTALLS if name in extension_names(one)]
        lacking = [one for one in servers.INSTALLS if one not in having]
        yield from ((name, real, other) for real in having for other in lacking[:1])


@pytest.mark.parametrize(
    ("name", "real", "other"),
    [pytest.param(*found, id=f"{found[0]}-pg{found[1].major}") for found in pairs()],
)
def test_a_stand_in_has_what_the_real_one_has(
    sessions: dict[Install, Connection], name: str, real: Install, other: Install
) -> None:
    version, wanted = members(sessions[real], name)
    if version != standins()[name].version and name != "vector":
        pytest.skip(f"the real one is {version} here")
    _, found = members(sessions[other], name)
    assert found == wanted
