"""Replaying on a server the user lent: it is given back as it was, whatever happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import projects
import servers
from projects import Project
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.shadow.roles import LEASES

SUPABASE = 'platform = "supabase"\nmigrations_dir = "migrations"\n'
PLAIN = 'platform = "postgres"\nmigrations_dir = "migrations"\n'
ROLES = """
CREATE ROLE reporting NOLOGIN;
CREATE ROLE auditor IN ROLE reporting;
GRANT reporting TO authenticated;
ALTER ROLE authenticated SET statement_timeout = '5s';
ALTER ROLE lent_app SET search_path = public, "Odd Name";
ALTER ROLE lent_app CONNECTION LIMIT 3;
ALTER ROLE lent_app PASSWORD 'another';
REVOKE lent_group FROM lent_app;
ALTER DATABASE postgres SET work_mem = '5MB';
GRANT CREATE ON DATABASE postgres TO reporting;
DO $$ BEGIN EXECUTE format('CREATE ROLE %I', 'made_at_run_time'); END $$;
"""
TABLES = """
CREATE EXTENSION pg_net;
CREATE TABLE notes (id uuid PRIMARY KEY, owner uuid REFERENCES auth.users DEFAULT auth.uid());
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes FOR ALL TO authenticated USING (owner = auth.uid());
GRANT SELECT ON notes TO reporting;
CREATE FUNCTION ring() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM net.http_post('http://example.invalid'); RETURN new; END $$;
CREATE TRIGGER ring AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION ring();
"""
STATE = {
    "roles": "SELECT r FROM (SELECT * FROM pg_authid) r ORDER BY rolname",
    "members": "SELECT roleid::regrole::text, member::regrole::text, grantor::regrole::text,"
    " to_jsonb(a) - 'oid' - 'roleid' - 'member' - 'grantor' FROM pg_auth_members a"
    " ORDER BY 1, 2, 3",
    "settings": "SELECT s FROM pg_db_role_setting s ORDER BY setdatabase, setrole",
    "databases": "SELECT datname, datdba, datconnlimit, x.* FROM pg_database,"
    " aclexplode(coalesce(datacl, acldefault('d', datdba))) x ORDER BY 1, 4, 5, 6",
}


# The oldest and the newest that Supabase runs; what memberships record changed in between.
MAJORS = [install for install in servers.INSTALLS if install.major in (15, 17)]


@pytest.fixture(params=MAJORS, ids=lambda install: f"pg{install.major}")
def lent(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A server of the user's, with roles of theirs."""
    with ephemeral_cluster(request.param) as cluster:
        with psycopg.connect(cluster.conninfo(), autocommit=True) as conn:
            conn.execute(
                "CREATE ROLE lent_group; CREATE ROLE lent_app LOGIN PASSWORD 'theirs';"
                "GRANT lent_group TO lent_app; CREATE ROLE lent_admin CREATEDB;"
                'ALTER ROLE lent_app SET search_path = "$user", app, public;'
                "ALTER ROLE lent_app SET app.settings.x = 'a, b'"
            )
        yield cluster


@pytest.fixture
def one(pg: Cluster) -> Cluster:
    """The shared server of the default major, as one that was lent."""
    return pg


def state(cluster: Cluster) -> dict[str, list[Any]]:
    with psycopg.connect(cluster.conninfo()) as conn:
        return {name: conn.execute(query).fetchall() for name, query in STATE.items()}


def leases(cluster: Cluster) -> list[str]:
    with psycopg.connect(cluster.conninfo()) as conn:
        rows = conn.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [LEASES]
        )
        return [row[0] for row in rows]


def project(root: Path, shadow: Cluster, toml: str, url: str | None = None) -> Project:
    made = projects.make(root, url)
    made.settings(toml)
    made.environ["TRUEUP_SHADOW_URL"] = shadow.conninfo()
    return made


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_supabase_project_leaves_the_server_as_it_was_twice(
    tmp_path: Path, lent: Cluster
) -> None:
    it = project(tmp_path, lent, SUPABASE)
    it.migration(ROLES)
    it.migration(TABLES)
    before = state(lent)
    for _ in range(2):
        dumped = it.run("dump", "--no-cache")
        assert (dumped.err, dumped.status) == ("", 0)
        assert state(lent) == before
    assert 'ON TABLE "public"."notes"' not in it.schema_file.read_text()
    assert "ring" in it.schema_file.read_text()
    checked = it.run("check", "--no-cache")
    assert (checked.status, checked.json["in_sync"]) == (0, True)
    assert "pg_net" in checked.json["sides"]["migrations"]["stood_in"]
    assert state(lent) == before


def test_a_failing_file_leaves_the_server_as_it_was(tmp_path: Path, lent: Cluster) -> None:
    it = project(tmp_path, lent, SUPABASE)
    it.migration(ROLES)
    it.migration("SELECT nowhere")
    before = state(lent)
    assert it.run("dump").status == 3
    assert state(lent) == before


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path, lent: Cluster) -> None:
    it = project(tmp_path, lent, SUPABASE)
    it.migration(ROLES)
    it.migration("SELECT pg_sleep(60)")
    before = state(lent)
    del before["roles"]  # passwords are in no note: they are the one thing a kill leaves changed
    process = it.start("dump", "--format", "json", "--no-cache")
    wait_until(lambda: any("reporting" in str(row) for row in state(lent)["members"]))
    wait_until(lambda: sleeping(lent))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert leases(lent)
    (it.folder / "20250101000001_step.sql").unlink()
    assert it.run("dump", "--no-cache").status == 0
    assert leases(lent) == []
    after = state(lent)
    assert {name: after[name] for name in before} == before
    assert "made_at_run_time" not in str(after["roles"])


def sleeping(cluster: Cluster) -> bool:
    with psycopg.connect(cluster.conninfo()) as conn:
        row = conn.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        ).fetchone()
    return bool(row and row[0])


def test_a_run_that_is_killed_while_the_platform_loads_leaves_no_role_for_long(
    tmp_path: Path, one: Cluster
) -> None:
    it = project(tmp_path, one, SUPABASE)
    before = state(one)
    process = it.start("dump", "--format", "json", "--no-cache")
    wait_until(lambda: any("service_role" in str(row) for row in state(one)["members"]))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert it.run("dump", "--no-cache").status == 0
    assert (leases(one), state(one)) == ([], before)


def test_two_runs_at_once_wait_for_each_other(tmp_path: Path, one: Cluster) -> None:
    runs = []
    before = state(one)
    for name in ("first", "second"):
        it = project(tmp_path / name, one, SUPABASE)
        it.migration(f"CREATE ROLE same; SELECT pg_sleep(0.3); CREATE TABLE {name} ()")
        runs.append((it, it.start("dump", "--format", "json", "--no-cache")))
    answers = [projects.finish(process) for _, process in runs]
    assert [answer.status for answer in answers] == [0, 0]
    assert "waiting for another trueup run" in answers[0].err + answers[1].err
    for (it, _), name in zip(runs, ("first", "second"), strict=True):
        assert f'"{name}"' in it.schema_file.read_text()
    assert (leases(one), state(one)) == ([], before)


def test_a_plain_project_replays_checks_runs_and_diffs_there(tmp_path: Path, lent: Cluster) -> None:
    it = project(tmp_path, lent, PLAIN, None)
    it.migration("CREATE TABLE a (b int)")
    before = state(lent)
    assert it.run("dump").status == 0
    assert it.run("check", "--no-cache").json["in_sync"] is True
    it.migration("CREATE ROLE helper; CREATE TABLE c (); ALTER TABLE c OWNER TO helper")
    checked = it.run("check", "--no-cache")
    assert [item["object"]["name"] for item in checked.json["drift"]] == ["c"]
    assert it.run("diff", "schema-file", "migrations", "--no-cache").json["equal"] is False
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).execute('TABLE c')"
    assert it.command("run", "--", sys.executable, "-c", script).status == 0
    assert (leases(lent), state(lent)) == ([], before)


def test_both_majors_give_the_objects_of_a_server_of_our_own(tmp_path: Path, lent: Cluster) -> None:
    it = project(tmp_path, lent, SUPABASE + f"postgres = {lent.install.major}\n")
    it.migration(TABLES.replace("GRANT SELECT ON notes TO reporting;", ""))
    assert it.run("dump", "--no-cache").status == 0
    del it.environ["TRUEUP_SHADOW_URL"]
    checked = it.run("dump", "--check")
    assert checked.status == 0, checked.out + checked.err


def test_the_database_itself_is_refused_as_its_own_shadow(tmp_path: Path, one: Cluster) -> None:
    it = project(tmp_path, one, PLAIN, servers.fresh_database(one))
    it.migration("CREATE TABLE a ()")
    for verb in ("check", "dump"):
        answer = it.run(verb)
        assert answer.status in (2, 3)
        assert "shadow_is_target" in answer.codes
    assert leases(one) == []


def test_supabase_on_a_server_whose_user_is_not_postgres_is_refused(
    tmp_path: Path, one: Cluster
) -> None:
    it = project(tmp_path, one, SUPABASE)
    with psycopg.connect(one.conninfo(), autocommit=True) as conn:
        conn.execute("CREATE ROLE lent_other SUPERUSER LOGIN")
        try:
            it.environ["TRUEUP_SHADOW_URL"] = f"{one.conninfo()} user=lent_other"
            assert it.run("dump", "--no-cache").codes == ["shadow_role_differs"]
        finally:
            conn.execute("DROP ROLE lent_other")


def test_a_role_without_superuser_can_lend_a_plain_server(tmp_path: Path, one: Cluster) -> None:
    it = project(tmp_path, one, PLAIN)
    it.migration("CREATE TABLE a ()")
    with psycopg.connect(one.conninfo(), autocommit=True) as conn:
        conn.execute("CREATE ROLE lent_maker CREATEDB LOGIN")
        try:
            it.environ["TRUEUP_SHADOW_URL"] = f"{one.conninfo()} user=lent_maker"
            assert it.run("dump", "--no-cache").status == 0
            it.settings(SUPABASE)
            assert it.run("dump", "--no-cache").status == 3
            it.settings(PLAIN)
            conn.execute("ALTER ROLE lent_maker NOCREATEDB")
            refused = it.run("dump", "--no-cache")
            assert (refused.status, refused.codes) == (3, ["shadow_not_usable"])
            assert "CREATEDB" in refused.json["findings"][0]["hint"]
        finally:
            conn.execute("DROP ROLE lent_maker")
    assert subprocess.run(["test", "-s", str(it.schema_file)], check=False).returncode == 0
