"""Nothing changed: check is in sync, whatever else happened in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import projects
import servers
from detection.bench import bench_of
from projects import Project
from trueup.postgres.server.install import Install

SILENT = Path(__file__).parent / "silent"


@contextmanager
def clone(install: Install) -> Iterator[Project]:
    bench = bench_of(install)
    with projects.cloned(bench.project, bench.cluster, bench.admin) as project:
        yield project


def assert_silent(project: Project) -> None:
    answer = project.run("check")
    assert (answer.drift, answer.status, answer.json["in_sync"]) == ([], 0, True), answer.out


every_major = pytest.mark.parametrize(
    "install", servers.INSTALLS, ids=lambda install: f"pg{install.major}"
)


@every_major
@pytest.mark.parametrize("file", sorted(SILENT.glob("*.sql")), ids=lambda file: file.stem)
def test_check_stays_silent_after(install: Install, file: Path) -> None:
    with clone(install) as project:
        name = conninfo_to_dict(project.url or "")["dbname"]
        with project.connect() as session:
            for line in file.read_text().splitlines():
                statement = line.replace("{database}", f'"{name}"')
                if not line.startswith("--"):
                    session.execute(statement.encode())
        assert_silent(project)


@every_major
def test_check_stays_silent_beside_temporary_objects_and_open_transactions(
    install: Install,
) -> None:
    with clone(install) as project, project.connect() as session, project.connect() as other:
        session.execute("CREATE TEMP TABLE users (a integer)")
        session.execute("CREATE TEMP VIEW passing AS SELECT a FROM pg_temp.users")
        session.execute("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        session.execute("CREATE TYPE pg_temp.pair AS (a int, b int)")
        session.execute("PREPARE p AS SELECT 1")
        session.execute("DECLARE c CURSOR WITH HOLD FOR SELECT 1")
        session.execute("LISTEN something")
        other.autocommit = False
        other.execute("CREATE TABLE not_yet (a integer)")
        other.execute("CREATE FUNCTION not_yet() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        other.execute("INSERT INTO users (email) VALUES ('x')")
        assert_silent(project)
        other.rollback()


@every_major
def test_check_stays_silent_for_an_ordinary_role_that_owns_the_database(
    install: Install, tmp_path: Path
) -> None:
    """What a superuser made on the shadow and what such a role made are the same."""
    cluster = servers.cluster(install)
    project = projects.make(tmp_path, servers.fresh_database(cluster))
    name = conninfo_to_dict(project.url or "")["dbname"]
    role = f"owner_{name}"
    project.execute(f"CREATE ROLE {role} LOGIN; ALTER DATABASE {name} OWNER TO {role}")
    owner = Project(project.root, make_conninfo(project.url or "", user=role))
    project.migration((SILENT.parent / "ordinary.sql").read_text())
    try:
        assert owner.run("apply").status == 0
        assert_silent(owner)
        assert_silent(project)
    finally:
        project.execute(f"DROP OWNED BY {role} CASCADE")
        project.execute(f"ALTER DATABASE {name} OWNER TO postgres; DROP ROLE {role}")


@every_major
def test_check_stays_silent_after_our_own_commands(install: Install) -> None:
    with clone(install) as project:
        before = project.files()
        for verb in ("check", "status", "apply", "dump"):
            assert project.run(verb).status == 0
            assert_silent(project)
        assert project.files() == before
