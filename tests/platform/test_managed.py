"""What a dump of public leaves out but migrations make: check sees each of it change, by name, and
sees nothing else; what mends it is proven, does it, and leaves nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

import projects
import servers
import supabase
from trueup.postgres.read.dump import dump_schema

MIGRATION = """
CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog;
CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text);
CREATE TABLE notes (id bigint PRIMARY KEY, owner uuid);
CREATE FUNCTION new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS $$BEGIN INSERT INTO public.profiles (id) VALUES (NEW.id); RETURN NEW; END$$;
CREATE TRIGGER on_new_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION new_user();
INSERT INTO storage.buckets (id, name) VALUES ('avatars', 'avatars');
CREATE POLICY "anyone reads" ON storage.objects FOR SELECT USING (bucket_id = 'avatars');
CREATE POLICY "own uploads" ON storage.objects FOR INSERT TO authenticated
  WITH CHECK (bucket_id = 'avatars' AND (SELECT auth.uid()) = owner);
CREATE POLICY "listens" ON realtime.messages FOR SELECT TO authenticated USING (true);
CREATE SCHEMA app;
CREATE TABLE app.settings (key text PRIMARY KEY, value jsonb);
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch_ddl ON ddl_command_end EXECUTE FUNCTION app.watch();
ALTER PUBLICATION supabase_realtime ADD TABLE notes;
SELECT cron.schedule('nightly', '0 3 * * *', $$DELETE FROM public.notes WHERE owner IS NULL$$);
SELECT cron.schedule('it''s "weekly"', '0 4 * * 0', E'SELECT \\'a\\\\nb\\';\\nSELECT 2');
SELECT cron.schedule('30 2 * * *', 'VACUUM public.notes');
SELECT cron.schedule('paused', '* * * * *', 'SELECT 1');
SELECT cron.alter_job((SELECT jobid FROM cron.job WHERE jobname = 'paused'), active := false);
"""
# By hand in the database; kind, schema and name of what check must say; a word of how.
CASES = [
    ("DROP TRIGGER on_new_user ON auth.users", "TRIGGER", "auth", "users on_new_user", "dropped"),
    (
        "CREATE TRIGGER more AFTER UPDATE ON auth.users FOR EACH ROW EXECUTE FUNCTION new_user()",
        "TRIGGER",
        "auth",
        "users more",
        "created",
    ),
    (
        "CREATE OR REPLACE TRIGGER on_new_user AFTER INSERT OR UPDATE ON auth.users"
        " FOR EACH ROW EXECUTE FUNCTION new_user()",
        "TRIGGER",
        "auth",
        "users on_new_user",
        "UPDATE",
    ),
    (
        'DROP POLICY "anyone reads" ON storage.objects',
        "POLICY",
        "storage",
        "objects anyone reads",
        "dropped",
    ),
    (
        "CREATE POLICY all_of_it ON storage.objects USING (true)",
        "POLICY",
        "storage",
        "objects all_of_it",
        "created",
    ),
    (
        'ALTER POLICY "own uploads" ON storage.objects WITH CHECK (true)',
        "POLICY",
        "storage",
        "objects own uploads",
        "WITH CHECK",
    ),
    (
        "CREATE POLICY b ON storage.buckets FOR SELECT USING (true)",
        "POLICY",
        "storage",
        "buckets b",
        "created",
    ),
    (
        'ALTER POLICY "listens" ON realtime.messages TO anon',
        "POLICY",
        "realtime",
        "messages listens",
        "anon",
    ),
    ("ALTER TABLE app.settings ADD COLUMN x int", "TABLE", "app", "settings", '"x" added'),
    ("CREATE VIEW app.v AS SELECT 1 AS one", "VIEW", "app", "v", "created"),
    ("ALTER EVENT TRIGGER watch_ddl DISABLE", "EVENT TRIGGER", "", "watch_ddl", "disabled"),
    ("DROP EVENT TRIGGER watch_ddl", "EVENT TRIGGER", "", "watch_ddl", "dropped"),
    (
        "ALTER PUBLICATION supabase_realtime ADD TABLE profiles",
        "PUBLICATION TABLE",
        "public",
        "supabase_realtime profiles",
        "added",
    ),
    (
        "ALTER PUBLICATION supabase_realtime DROP TABLE notes",
        "PUBLICATION TABLE",
        "public",
        "supabase_realtime notes",
        "removed",
    ),
    ("SELECT cron.unschedule('nightly')", "CRON JOB", "cron", "nightly", "dropped"),
    ("SELECT cron.schedule('new', '@daily', 'SELECT 3')", "CRON JOB", "cron", "new", "created"),
    (
        "SELECT cron.schedule('nightly', '0 5 * * *', $$DELETE FROM public.notes WHERE owner IS"
        " NULL$$)",
        "CRON JOB",
        "cron",
        "nightly",
        "schedule changed from 0 3 * * * to 0 5 * * *",
    ),
    (
        "SELECT cron.schedule('it''s \"weekly\"', '0 4 * * 0', 'SELECT 5')",
        "CRON JOB",
        "cron",
        'it\'s "weekly"',
        "command changed",
    ),
    (
        "SELECT cron.alter_job((SELECT jobid FROM cron.job WHERE jobname = 'nightly'),"
        " active := false)",
        "CRON JOB",
        "cron",
        "nightly",
        "is now inactive",
    ),
    (
        "SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname IS NULL",
        "CRON JOB",
        "cron",
        "30 2 * * * VACUUM public.notes",
        "dropped",
    ),
    (
        "SELECT cron.schedule('30 2 * * *', 'VACUUM public.notes')",
        "CRON JOB",
        "cron",
        "30 2 * * * VACUUM public.notes (2)",
        "created",
    ),
]
IDS = [sql[:60] for sql, *_ in CASES]
# Rows and what the platform does by itself: nothing that migrations say.
SILENT = """
INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'a@b.c');
INSERT INTO storage.objects (bucket_id, name) VALUES ('avatars', 'x');
INSERT INTO cron.job_run_details (jobid, command) VALUES (1, 'x');
CREATE TABLE auth.of_a_newer_platform (id int);
ALTER TABLE storage.buckets ADD COLUMN of_a_newer_platform text;
"""


@pytest.fixture(scope="module", params=supabase.MAJORS)
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[projects.Project]:
    """A Supabase project whose database has run its migration."""
    root = tmp_path_factory.mktemp("managed") / "project"
    with supabase.applied(root, request.param, MIGRATION) as project:
        yield project


@pytest.fixture
def project(bench: projects.Project) -> Iterator[projects.Project]:
    """The same over a copy of its database."""
    with supabase.copied(bench) as copy:
        copy.execute("UPDATE cron.job SET database = current_database()")
        yield copy


def test_nothing_differs_at_first_and_what_the_platform_does_is_its_own(
    project: projects.Project,
) -> None:
    for sql in ("SELECT 1", SILENT):
        project.execute(sql)
        answer = project.run("check")
        assert (answer.status, answer.drift, answer.codes) == (0, [], [])
        assert answer.json["compared"]["CRON JOB"] == 4


@pytest.mark.parametrize(("sql", "kind", "schema", "name", "word"), CASES, ids=IDS)
def test_a_change_by_hand_is_seen_and_mended_both_ways(
    project: projects.Project, sql: str, kind: str, schema: str, name: str, word: str
) -> None:
    project.execute(sql)
    answer = project.run("check")
    assert answer.status == 1
    assert answer.drift == [(kind, schema, name)]
    (item,) = answer.json["drift"]
    assert item["verdict"] == "database_changed"
    assert any(word in detail for detail in item["details"]), item["details"]
    assert project.run("reconcile", "--adopt").status in (0, 1)
    mended = project.command("reconcile", "--revert", "--apply", "--allow-data-loss")
    assert mended.status == 0, mended.out + mended.err
    assert project.run("check").status == 0


def test_adopting_all_of_it_at_once_leaves_nothing_to_do(project: projects.Project) -> None:
    for sql, *_ in CASES:
        if "DROP EVENT" not in sql and "unschedule('nightly')" not in sql:
            project.execute(sql)
    assert project.run("check").status == 1
    adopted = project.command("reconcile", "--adopt", "--write", "--name", "by_hand")
    assert adopted.status == 0, adopted.out + adopted.err
    checked = project.run("check")
    assert (checked.status, checked.drift) == (0, [])
    assert "cron.schedule_in_database('nightly'" in project.schema_file.read_text()


def test_jobs_that_are_hidden_are_could_not_tell(project: projects.Project) -> None:
    """Row security would show a role its own jobs only, and the rest as dropped."""
    assert project.url is not None
    project.execute("CREATE ROLE reader LOGIN IN ROLE pg_read_all_data")
    project.execute("ALTER TABLE _migrations DISABLE ROW LEVEL SECURITY")
    try:
        url = make_conninfo(project.url, user="reader")
        answer = projects.Project(project.root, url, project.environ).run("check")
        assert (answer.status, answer.json["in_sync"], answer.drift) == (3, None, [])
        assert "cron_jobs_unreadable" in answer.codes
        pg_dump = servers.default_install().tool("pg_dump")
        read = dump_schema(pg_dump, url)  # as on a plain platform, where jobs are rows like others
        assert not any(key.kind == "CRON JOB" for key in read)
    finally:
        project.execute("DROP ROLE reader")


def test_what_an_extension_takes_over_is_not_dropped(tmp_path: Path) -> None:
    """pg_net owns the schema net from then on, and pg_dump has no entry for it any more."""
    project = supabase.make(tmp_path / "project")
    project.migration("CREATE EXTENSION pg_net WITH SCHEMA extensions")
    assert project.command("dump").status == 0
    assert "Dropped" not in project.schema_file.read_text()
    assert project.run("check").status == 0
    project.migration("DROP EXTENSION pg_net")
    assert project.command("dump").status == 0
    assert project.run("check").status == 0
