"""schema.sql loads, and dumping what it made gives the same bytes again."""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import projects
import servers
from trueup.model.scope import Frame, Scope
from trueup.postgres.read.dump import dump_schema
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.server.install import Install
from trueup.sql.schema_text import render

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("TRUEUP_SHARED") or HERE.parents[2] / "shared")
BASE = sorted((HERE.parent / "detection" / "base").glob("*.sql"))
EXPRESSIONS = HERE / "expressions.sql"
SCOPES = {
    "all": Scope(schemas=("*",)),
    "public with rights": Scope(schemas=("public", "app"), privileges=True),
}
# One in so many of the pairs of schemas; all of them hold, but they take a quarter of an hour.
EVERY = 60

every_major = pytest.mark.parametrize(
    "install",
    [
        pytest.param(
            one,
            id=f"pg{one.major}",
            marks=() if one.major == servers.default_install().major else pytest.mark.slow,
        )
        for one in servers.INSTALLS
    ],
)


def load(install: Install, conninfo: str, text: str) -> None:
    """As a user would: with psql, stopping at the first error."""
    psql = [str(install.tool("psql")), "-qX", "-v", "ON_ERROR_STOP=1", "-d", conninfo]
    done = subprocess.run(psql, input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def text_of(install: Install, conninfo: str, scope: Scope) -> str:
    return render(Frame(scope).cut(dump_schema(install.tool("pg_dump"), conninfo)))


def assert_stable(cluster: Cluster, conninfo: str, scope: Scope) -> None:
    """What is in a database, as schema.sql, makes the same schema.sql of an empty one."""
    install = cluster.install
    text = text_of(install, conninfo, scope)
    with servers.temporary_database(cluster, "again") as again:
        load(install, again, text)
        try:
            assert text_of(install, again, scope) == text
        finally:
            drop_subscriptions(again)


def drop_subscriptions(conninfo: str) -> None:
    """A database with one of them can't be dropped."""
    with psycopg.connect(conninfo, autocommit=True) as session:
        found = session.execute(
            "SELECT subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
            " WHERE datname = current_database()"
        ).fetchall()
        for (name,) in found:
            for words in ("ALTER {} DISABLE", "ALTER {} SET (slot_name = NONE)", "DROP {}"):
                subject = sql.SQL("SUBSCRIPTION {}").format(sql.Identifier(name))
                session.execute(sql.SQL(words).format(subject))


@every_major
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES.keys())
def test_a_schema_with_every_kind_of_object_is_the_same_when_loaded(
    install: Install, scope: Scope
) -> None:
    cluster = servers.cluster(install)
    with servers.temporary_database(cluster, "law") as database:
        for file in BASE:
            load(install, database, file.read_text())
        assert_stable(cluster, database, scope)


@every_major
def test_expressions_of_every_shape_are_the_same_when_loaded(install: Install) -> None:
    cluster = servers.cluster(install)
    with servers.temporary_database(cluster, "law") as database:
        load(install, database, EXPRESSIONS.read_text())
        assert_stable(cluster, database, SCOPES["all"])


@every_major
def test_a_baseline_is_the_database_whatever_its_expressions(
    install: Install, tmp_path: Path
) -> None:
    project = projects.make(tmp_path, servers.fresh_database(servers.cluster(install)))
    load(install, project.url or "", EXPRESSIONS.read_text())
    assert project.run("baseline").status == 0
    answer = project.run("check")
    assert (answer.status, answer.drift) == (0, [])


def _cases() -> list[str]:
    try:
        facts = json.loads((SHARED / "fixtures" / "fixtures.json").read_text())
    except OSError:
        return []
    majors = {install.major for install in servers.INSTALLS}
    return [name for name in sorted(facts) if facts[name]["postgres"] in majors][::EVERY]


CASES = _cases()


@pytest.mark.skipif(not CASES, reason=f"no fixtures in {SHARED} (TRUEUP_SHARED)")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("side", ["a", "b"])
def test_schemas_from_other_test_suites_are_the_same_when_loaded(case: str, side: str) -> None:
    facts = json.loads((SHARED / "fixtures" / "fixtures.json").read_text())[case]
    install = next(one for one in servers.INSTALLS if one.major == facts["postgres"])
    file = SHARED / "fixtures" / case / f"{side}.sql"
    cluster = servers.cluster(install)
    with servers.temporary_database(cluster, "law") as database:
        make_roles(cluster, file.read_text())
        # Some are meant for other surroundings: what does not load is not there.
        psql = [str(install.tool("psql")), "-qX", "-d", database, "-f", str(file)]
        subprocess.run(psql, capture_output=True, check=True)
        try:
            assert_stable(cluster, database, Scope(schemas=("*",), privileges=True))
        finally:
            drop_subscriptions(database)


def make_roles(cluster: Cluster, text: str) -> None:
    """Roles that a script seems to name; one too many does no harm."""
    names = re.findall(r'(?:TO|ROLE|AUTHORIZATION|FROM|OWNER)\s+"?([a-z_0-9]+)"?', text)
    with psycopg.connect(cluster.conninfo(), autocommit=True) as session:
        for name in set(names) - {"public", "current_user", "session_user", "current_role"}:
            with suppress(psycopg.Error):
                session.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
