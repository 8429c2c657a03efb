"""The platform in use: what policies, triggers and grants in migrations lean on really works."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import servers
from trueup.errors import CannotTell, StatementFailed
from trueup.platform import POSTGRES, SUPABASE
from trueup.postgres.run.file import run_file
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.prefix import extension_names, reachable
from trueup.postgres.session.connection import Connection, connect
from trueup.shadow.platform import (
    explain_unavailable,
    platform,
    platform_key,
    platform_scripts,
    session_settings,
    standin_files,
    standins,
)
from trueup.shadow.platform.calls import absent_extensions, prepare
from trueup.shadow.platform.load import load_platform
from trueup.shadow.platform.rewrite import rewrite

FreshDatabase = Callable[[Cluster], str]


def one(conn: Connection, query: str, *values: Any) -> Any:
    row = conn.execute(query.encode(), values or None).fetchone()
    return row[0] if row else None


@pytest.fixture
def own() -> Iterator[Connection]:
    """A session on a cluster of the default major that nobody else has, stand-ins added."""
    server = reachable(servers.default_install(), standin_files(SUPABASE))
    with ephemeral_cluster(server) as cluster, connect(cluster.conninfo("postgres")) as conn:
        yield conn


@pytest.fixture
def lent() -> Iterator[Connection]:
    """A session on a cluster of the default major to which nothing was added."""
    install = servers.default_install()
    with ephemeral_cluster(install) as cluster, connect(cluster.conninfo("postgres")) as conn:
        yield conn


def test_the_caller_is_who_the_token_says(each_project: Connection) -> None:
    conn, me = each_project, uuid.uuid4()
    assert one(conn, "SELECT auth.uid()") is None
    claims = f'{{"sub": "{me}", "role": "authenticated", "email": "a@b.c", "n": {{"m": 1}}}}'
    conn.execute("SELECT set_config('request.jwt.claims', %s, false)", [claims])
    assert one(conn, "SELECT auth.uid()") == me
    assert one(conn, "SELECT auth.role()") == "authenticated"
    assert one(conn, "SELECT auth.email()") == "a@b.c"
    assert one(conn, "SELECT auth.jwt() -> 'n' ->> 'm'") == "1"


def test_single_claims_of_older_servers_count_too(each_project: Connection) -> None:
    me = uuid.uuid4()
    each_project.execute("SELECT set_config('request.jwt.claim.sub', %s, false)", [str(me)])
    assert one(each_project, "SELECT auth.uid()") == me


def test_a_policy_lets_everybody_see_only_his_own(each_project: Connection) -> None:
    conn, me = each_project, uuid.uuid4()
    conn.execute("INSERT INTO auth.users (id, email) VALUES (%s, 'a@b.c')", [me])
    conn.execute("INSERT INTO storage.buckets (id, name) VALUES ('photos', 'photos')")
    conn.execute("INSERT INTO storage.objects (bucket_id, name) VALUES ('photos', 'other/a.png')")
    conn.execute(
        "INSERT INTO storage.objects (bucket_id, name) VALUES ('photos', %s)", [f"{me}/a.png"]
    )
    conn.execute(
        "CREATE POLICY own ON storage.objects FOR SELECT TO authenticated"
        " USING ((storage.foldername(name))[1] = auth.uid()::text)"
    )
    conn.execute("SELECT set_config('request.jwt.claims', %s, false)", [f'{{"sub": "{me}"}}'])
    conn.execute("SET ROLE authenticated")
    assert one(conn, "SELECT array_agg(name) FROM storage.objects") == [f"{me}/a.png"]
    conn.execute("RESET ROLE; SET ROLE service_role")
    assert one(conn, "SELECT count(*) FROM storage.objects") == 2


def test_the_parts_of_a_path_are_told_apart(each_project: Connection) -> None:
    path = "a/b/c.tar.gz"
    assert one(each_project, "SELECT storage.foldername(%s)", path) == ["a", "b"]
    assert one(each_project, "SELECT storage.filename(%s)", path) == "c.tar.gz"
    assert one(each_project, "SELECT storage.extension(%s)", path) == "gz"


def test_old_files_may_delete_stored_objects_and_the_protection_is_there(
    each_shadow: Cluster, fresh_database: FreshDatabase
) -> None:
    database = fresh_database(each_shadow)
    with connect(database) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("DELETE FROM storage.objects")
    settings = session_settings(SUPABASE).items()
    options = " ".join(f"-c {name}={value}" for name, value in settings if " " not in value)
    with connect(make_conninfo(database, options=options)) as conn:
        conn.execute("DISCARD ALL")
        conn.execute("DELETE FROM storage.objects")


def test_realtime_sends_and_its_topics_have_policies(each_project: Connection) -> None:
    conn = each_project
    conn.execute("CREATE TABLE public.room (id int PRIMARY KEY)")
    conn.execute("ALTER PUBLICATION supabase_realtime ADD TABLE public.room")
    conn.execute(
        "CREATE FUNCTION public.told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM realtime.broadcast_changes('room:' || new.id, tg_op, tg_op, tg_table_name,"
        " tg_table_schema, new, old); RETURN new; END $$"
    )
    conn.execute(
        "CREATE TRIGGER told AFTER INSERT ON public.room"
        " FOR EACH ROW EXECUTE FUNCTION public.told()"
    )
    conn.execute("INSERT INTO public.room VALUES (1)")
    conn.execute("SELECT realtime.send('{}'::jsonb, 'event', 'topic', false)")
    conn.execute(
        "CREATE POLICY hear ON realtime.messages FOR SELECT TO authenticated"
        " USING (realtime.topic() = 'topic')"
    )
    published = "SELECT tablename FROM pg_publication_tables WHERE pubname = 'supabase_realtime'"
    assert one(conn, published) == "room"


def test_what_extensions_bring_is_granted_by_event_triggers(each_project: Connection) -> None:
    conn = each_project
    conn.execute("CREATE EXTENSION pg_cron WITH SCHEMA pg_catalog")
    conn.execute("CREATE EXTENSION IF NOT EXISTS pg_net WITH SCHEMA extensions")
    conn.execute("CREATE EXTENSION IF NOT EXISTS pg_graphql WITH SCHEMA graphql")
    assert one(conn, "SELECT has_schema_privilege('anon', 'net', 'USAGE')")
    assert one(conn, "SELECT has_schema_privilege('anon', 'graphql', 'USAGE')")
    assert not one(conn, "SELECT has_schema_privilege('anon', 'cron', 'USAGE')")
    conn.execute("DROP EXTENSION pg_graphql")
    assert one(conn, "SELECT graphql_public.graphql() ? 'errors'")


def test_functions_of_pg_net_work_before_the_extension_and_after(each_project: Connection) -> None:
    each_project.execute("SELECT net.http_get('http://localhost')")
    each_project.execute("CREATE EXTENSION pg_net WITH SCHEMA extensions")
    each_project.execute("SELECT net.http_get('http://localhost')")
    each_project.execute("DROP EXTENSION pg_net")


def test_pg_net_can_be_put_into_its_own_schema(each_project: Connection) -> None:
    """Supabase's documentation had it so until 2022, and where pg_net is there it is skipped."""
    conn = each_project
    conn.execute("CREATE SCHEMA IF NOT EXISTS net")
    conn.execute("CREATE EXTENSION IF NOT EXISTS pg_net WITH SCHEMA net")
    conn.execute("SELECT net.http_post(url := 'http://localhost')")
    assert (
        one(
            conn,
            "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_net'",
        )
        == "net"
    )
    conn.execute("DROP EXTENSION pg_net")
    conn.execute("CREATE EXTENSION pg_net WITH SCHEMA extensions")
    conn.execute("SELECT net.http_post(url := 'http://localhost')")
    assert one(conn, "SELECT has_schema_privilege('anon', 'net', 'USAGE')")


def test_owners_are_the_services(each_project: Connection) -> None:
    rows = each_project.execute(
        "SELECT oid::regclass::text, relowner::regrole::text FROM pg_class WHERE oid = ANY ("
        "'{auth.users, storage.objects, realtime.messages, vault.secrets}'::regclass[])"
    ).fetchall()
    assert dict(rows) == {
        "auth.users": "supabase_auth_admin",
        "storage.objects": "supabase_storage_admin",
        "realtime.messages": "supabase_realtime_admin",
        "vault.secrets": "supabase_admin",
    }


@pytest.mark.parametrize("exposed", [True, False])
def test_new_tables_are_granted_as_config_toml_says(own: Connection, exposed: bool) -> None:
    load_platform(own, SUPABASE, servers.default_install().major, auto_expose_new_tables=exposed)
    own.execute("SET ROLE postgres")
    own.execute("CREATE TABLE public.t (id int GENERATED ALWAYS AS IDENTITY)")
    own.execute("CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    for role in ("anon", "authenticated", "service_role"):
        can = "SELECT has_table_privilege(%s, 'public.t', 'SELECT, INSERT, UPDATE, DELETE')"
        assert one(own, can, role) is exposed
        can = "SELECT has_sequence_privilege(%s, 'public.t_id_seq', 'USAGE')"
        assert one(own, can, role) is exposed
    acl = "SELECT proacl::text LIKE '%%anon=X%%' FROM pg_proc WHERE proname = 'f'"
    assert bool(one(own, acl)) is exposed


def test_roles_that_exist_are_left_alone_and_the_others_are_named(lent: Connection) -> None:
    lent.execute("CREATE ROLE anon LOGIN CONNECTION LIMIT 3")
    lent.execute("ALTER ROLE anon SET statement_timeout = '9s'")
    major = servers.default_install().major
    loaded = load_platform(lent, SUPABASE, major, auto_expose_new_tables=True)
    assert one(lent, "SELECT rolcanlogin AND rolconnlimit = 3 FROM pg_roles WHERE rolname='anon'")
    assert one(lent, "SELECT rolconfig FROM pg_roles WHERE rolname = 'anon'") == [
        "statement_timeout=9s"
    ]
    assert "anon" not in loaded.roles
    assert {"authenticated", "service_role", "supabase_auth_admin"} <= set(loaded.roles)
    assert ("pg_monitor", "postgres") in loaded.memberships
    assert {"pg_net", "vector"} <= loaded.absent


def test_a_lent_server_is_itself_again_when_what_was_made_is_dropped(lent: Connection) -> None:
    before = one(lent, "SELECT array_agg(rolname::text ORDER BY 1) FROM pg_roles")
    lent.execute("CREATE DATABASE leased")
    with connect(make_conninfo(lent.info.dsn, dbname="leased")) as conn:
        major = servers.default_install().major
        loaded = load_platform(conn, SUPABASE, major, auto_expose_new_tables=True)
    lent.execute("DROP DATABASE leased")
    lent.execute(f"DROP ROLE {', '.join(loaded.roles)}".encode())
    for role, member in loaded.memberships:
        lent.execute(f"REVOKE {role} FROM {member}".encode())
    assert one(lent, "SELECT array_agg(rolname::text ORDER BY 1) FROM pg_roles") == before


def test_only_a_superuser_can_load_it(lent: Connection) -> None:
    lent.execute("CREATE ROLE plain LOGIN CREATEDB CREATEROLE")
    with connect(make_conninfo(lent.info.dsn, user="plain")) as conn:
        with pytest.raises(CannotTell) as caught:
            load_platform(conn, SUPABASE, 17, auto_expose_new_tables=True)
        assert caught.value.code == "platform_needs_superuser"
        load_platform(conn, POSTGRES, 17, auto_expose_new_tables=True)


@pytest.mark.parametrize("kind", ["own", "lent"])
def test_a_dump_tells_extensions_by_name_and_nothing_of_what_they_made(
    request: pytest.FixtureRequest, kind: str
) -> None:
    """On our own server PostgreSQL registers their objects, on a lent one we do."""
    conn: Connection = request.getfixturevalue(kind)
    missing = frozenset(standins()) - extension_names(servers.default_install())
    absent = absent_extensions(conn)
    assert absent == (missing if kind == "lent" else frozenset())
    prepare(conn, absent)
    conn.execute("CREATE SCHEMA extensions; CREATE SCHEMA graphql; CREATE SCHEMA vault")
    for name in sorted(missing):
        text = f'CREATE EXTENSION IF NOT EXISTS "{name}" CASCADE'
        conn.execute(rewrite(text, standing_in=missing, absent=absent).text.encode())
    program = servers.default_install().tool("pg_dump")
    command = [str(program), "--schema-only", conn.info.dsn]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    made = [line for line in done.stdout.splitlines() if line.startswith(("CREATE", "GRANT"))]
    extensions = [line for line in made if line.startswith("CREATE EXTENSION")]
    assert len(extensions) >= len(missing)
    assert all(line.startswith("CREATE SCHEMA") for line in made if line not in extensions)


def test_an_extension_nobody_can_stand_in_for_names_the_ways_out(each_project: Connection) -> None:
    with pytest.raises(StatementFailed) as caught:
        run_file(each_project, "CREATE TABLE a ();\nCREATE EXTENSION postgis;", "1_map.sql")
    major = each_project.info.server_version // 10000
    error = explain_unavailable(caught.value, major)
    assert error.code == "extension_unavailable"
    assert error.location == caught.value.location
    assert '"postgis"' in error.message
    for way in (f"postgresql-{major}-postgis-3", "--shadow-url", f"supabase/postgres:{major}"):
        assert way in (error.hint or "")


def test_other_errors_are_passed_on_as_they_are(each_project: Connection) -> None:
    with pytest.raises(StatementFailed) as caught:
        run_file(each_project, "SELECT nowhere()", "1_a.sql")
    assert explain_unavailable(caught.value, 17) is caught.value


def test_the_key_tells_data_and_options_apart() -> None:
    keys = {
        platform_key(SUPABASE, 15, auto_expose_new_tables=True),
        platform_key(SUPABASE, 17, auto_expose_new_tables=True),
        platform_key(SUPABASE, 17, auto_expose_new_tables=False),
        platform_key(POSTGRES, 17),
    }
    assert len(keys) == 4
    assert platform(SUPABASE, 15, auto_expose_new_tables=True).version in keys


def test_a_plain_project_has_no_platform() -> None:
    assert platform_scripts(POSTGRES, 17, auto_expose_new_tables=True) == ()
    assert session_settings(POSTGRES) == {}
    with pytest.raises(ValueError, match="no platform"):
        platform_scripts("nhost", 17, auto_expose_new_tables=True)
