"""On Supabase rights are compared: no verb says that all is well while check says that rights
differ, and what is adopted or declared the start has the rights that it has in the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

import projects
import supabase

MIGRATION = """
CREATE TABLE tags (id int PRIMARY KEY, name text);
ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
CREATE TABLE t1 (id int PRIMARY KEY);
"""
WIPE = """
CREATE FUNCTION public.wipe() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM public.t1';
REVOKE ALL ON FUNCTION public.wipe() FROM PUBLIC, anon, authenticated;
"""
ANON_MAY = "SELECT has_function_privilege('anon', 'public.wipe()', 'EXECUTE')"


@pytest.fixture(scope="module", params=supabase.MAJORS[-1:])
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[projects.Project]:
    root = tmp_path_factory.mktemp("mending") / "project"
    with supabase.applied(root, request.param, MIGRATION) as project:
        yield project


@pytest.fixture
def project(bench: projects.Project) -> Iterator[projects.Project]:
    with supabase.copied(bench) as copy:
        yield copy


def rights(answer: projects.Answer) -> list[tuple[str, list[str], list[str]]]:
    return [
        (item["object"]["name"], item["details"], item["take_back"])
        for item in answer.json["rights"]
    ]


TRUNCATE = (
    "tags",
    ["PUBLIC may now truncate on tags"],
    ['REVOKE TRUNCATE ON TABLE "public"."tags" FROM PUBLIC'],
)


def test_mending_does_not_say_all_is_well_beside_drift_in_rights(
    project: projects.Project,
) -> None:
    project.execute(
        "GRANT TRUNCATE ON tags TO PUBLIC;"
        "CREATE POLICY w ON tags FOR INSERT TO anon WITH CHECK (true)"
    )
    reverted = project.run("reconcile", "--revert", "--apply")
    assert (reverted.status, rights(reverted)) == (1, [TRUNCATE])
    for way in (["--revert"], ["--adopt"], ["--revert", "--apply"], ["--adopt", "--write"]):
        answer = project.run("reconcile", *way)
        assert (answer.status, rights(answer)) == (1, [TRUNCATE]), way
    text = project.command("reconcile", "--revert")
    assert "nothing to do" not in text.out
    assert "PUBLIC may now truncate on tags" in text.out
    applied = project.run("apply")
    assert (applied.status, applied.drift) == (1, [("PRIVILEGES", "public", "tags")])
    assert project.run("apply", "--dry-run").status == 1
    project.execute(TRUNCATE[2][0])
    assert project.run("check").json["in_sync"] is True
    answer = project.command("reconcile", "--revert")
    assert (answer.status, "is what its migrations say" in answer.out) == (0, True)


def test_a_new_function_is_adopted_with_its_rights(project: projects.Project) -> None:
    project.execute(WIPE)
    answer = project.run("reconcile", "--adopt", "--write")
    assert answer.status == 0, answer.out
    assert (
        "REVOKE EXECUTE ON FUNCTION public.wipe() FROM PUBLIC;" in answer.json["migration"]["sql"]
    )
    assert project.run("check").json["in_sync"] is True


def test_a_new_table_is_adopted_with_its_rights(project: projects.Project) -> None:
    project.execute(
        "CREATE TABLE open (id serial PRIMARY KEY, b text); GRANT SELECT ON open TO anon;"
        "GRANT UPDATE (b) ON open TO authenticated; REVOKE ALL ON open FROM service_role;"
        'CREATE TYPE "Mood x" AS ENUM (\'a\'); REVOKE USAGE ON TYPE "Mood x" FROM PUBLIC'
    )
    answer = project.run("reconcile", "--adopt", "--write")
    assert answer.status == 0, answer.out
    sql = answer.json["migration"]["sql"]
    assert 'GRANT SELECT ON TABLE public.open TO "anon";' in sql
    assert 'GRANT UPDATE ("b") ON TABLE public.open TO "authenticated";' in sql
    assert 'REVOKE USAGE ON TYPE public."Mood x" FROM PUBLIC;' in sql
    assert project.run("check").json["in_sync"] is True


def test_rights_of_a_role_that_no_replay_has_stop_the_adoption(project: projects.Project) -> None:
    project.execute(
        "CREATE ROLE metabase; CREATE TABLE open (id int); GRANT SELECT ON open TO metabase"
    )
    before, files = project.query("SELECT version FROM _migrations"), project.files()
    answer = project.run("reconcile", "--adopt", "--write")
    project.execute("DROP OWNED BY metabase; DROP ROLE metabase")
    assert answer.status in (1, 3)
    assert "supabase/roles.sql" in answer.json["findings"][0]["hint"]
    assert (project.query("SELECT version FROM _migrations"), project.files()) == (before, files)


def test_a_baseline_keeps_closed_what_production_closed(project: projects.Project) -> None:
    config = project.root / "supabase" / "config.toml"
    was = config.read_text()
    config.write_text(f"{was}[api]\nauto_expose_new_tables = true\n")
    try:
        project.execute(
            "CREATE TABLE secrets (a int); REVOKE ALL ON secrets FROM anon, authenticated;" + WIPE
        )
        answer = project.run("baseline", "--squash")
        assert answer.status == 0, answer.out
        text = (project.root / answer.json["migration"]).read_text()
        assert 'REVOKE EXECUTE ON FUNCTION "public".wipe() FROM PUBLIC;' in text
        assert "REVOKE" not in project.schema_file.read_text()
        checked = project.run("check")
        assert (checked.status, checked.drift) == (0, []), checked.out
        asked = "import os, psycopg; c = psycopg.connect(os.environ['DATABASE_URL'])"
        asked += f'; raise SystemExit(c.execute("{ANON_MAY}").fetchone()[0])'
        assert project.command("run", "--", sys.executable, "-c", asked).status == 0
    finally:
        config.write_text(was)
        aside = project.folder / "before_baseline"
        for path in aside.glob("*"):
            path.rename(project.folder / path.name)
        aside.rmdir()
