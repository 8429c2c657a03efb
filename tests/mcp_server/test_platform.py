"""On Supabase the platform's schemas are out of bounds, but for what its users may do there."""

from __future__ import annotations

import pytest

from mcp_agents import agent, desk, yes
from projects import Project

pytestmark = pytest.mark.anyio

REFUSED = [
    "ALTER TABLE auth.users ADD COLUMN x int;",
    "DROP TABLE auth.users;",
    "CREATE TABLE auth.mine ();",
    "CREATE FUNCTION auth.mine() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    "CREATE INDEX i ON auth.users (email);",
    "CREATE VIEW storage.v AS SELECT 1;",
    "CREATE TYPE realtime.t AS ENUM ('a');",
    "DELETE FROM auth.users;",
    "UPDATE auth.users SET email = 'x';",
    "INSERT INTO auth.users (id) VALUES (gen_random_uuid());",
    "TRUNCATE storage.objects;",
    "WITH x AS (DELETE FROM auth.users RETURNING id) SELECT * FROM x;",
    "GRANT SELECT ON auth.users TO anon;",
    "GRANT USAGE ON SCHEMA vault TO anon;",
    "COMMENT ON TABLE auth.users IS 'x';",
    "ALTER SCHEMA auth RENAME TO mine;",
    "DROP SCHEMA storage CASCADE;",
    "ALTER TABLE auth.users DISABLE ROW LEVEL SECURITY;",
    "ALTER FUNCTION auth.uid() OWNER TO postgres;",
    "SET search_path TO auth; CREATE TABLE mine ();",
    "DO $$BEGIN ALTER TABLE auth.users ADD COLUMN x int; END$$;",
    "DO $$BEGIN EXECUTE 'ALTER TABLE auth.' || 'users ADD COLUMN x int'; END$$;",
    "DO $$BEGIN PERFORM set_config('search_path', 'auth', true); CREATE TABLE hidden (); END$$;",
]
ALLOWED = [
    "CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE);",
    "CREATE POLICY mine ON storage.objects FOR SELECT USING (owner = auth.uid());",
    "DROP POLICY IF EXISTS other ON storage.objects;",
    "INSERT INTO storage.buckets (id, name) VALUES ('avatars', 'avatars') ON CONFLICT DO NOTHING;",
    "CREATE FUNCTION public.new_user() RETURNS trigger LANGUAGE plpgsql"
    " AS $$BEGIN RETURN NEW; END$$;"
    " CREATE TRIGGER on_new_user AFTER INSERT ON auth.users"
    " FOR EACH ROW EXECUTE FUNCTION public.new_user();",
    "CREATE SCHEMA IF NOT EXISTS extensions;",
    "CREATE VIEW me AS SELECT auth.uid() AS id;",
]


@pytest.fixture
def supabase(project: Project) -> Project:
    """A Supabase project; its database need not be one for what is asked here."""
    (project.root / "supabase").mkdir()
    (project.root / "supabase/config.toml").write_text('project_id = "shop"\n')
    project.settings('migrations_dir = "migrations"\n')
    return project


async def test_the_platforms_own_is_refused_by_the_text_or_by_what_the_shadow_shows(
    supabase: Project,
) -> None:
    async with agent(desk(supabase, allow_destructive=True), answer=yes) as one:
        for query in REFUSED:
            answer = await one.call("apply_migration", name="a", query=query)
            assert answer.code == "sql_touches_managed_schema", query
            assert "belongs to the platform" in answer.error


async def test_what_supabase_lets_its_users_do_there_is_let_through(supabase: Project) -> None:
    async with agent(desk(supabase)) as one:
        for query in ALLOWED:
            said = (await one.call("validate_migration", query=query)).data
            assert said["valid"] is True, (query, said["error"])


async def test_elsewhere_these_are_schemas_like_others(shop: Project) -> None:
    query = "CREATE SCHEMA auth; CREATE TABLE auth.users (id int);"
    async with agent(desk(shop)) as one:
        assert (await one.call("apply_migration", name="a", query=query)).data["success"] is True
