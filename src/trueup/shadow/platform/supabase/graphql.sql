-- pg_graphql has been off by default since April 2026: the schema that the extension once lived in
-- stays, and a placeholder answers in its place. Sources: see SOURCES.md, "graphql.sql".
create schema graphql authorization supabase_admin;
create schema graphql_public authorization supabase_admin;
grant usage on schema graphql_public to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema graphql_public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema graphql_public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema graphql_public
  grant all on sequences to postgres, anon, authenticated, service_role;

set role supabase_admin;
create function graphql_public.graphql(
  "operationName" text default null, query text default null,
  variables jsonb default null, extensions jsonb default null
) returns jsonb language plpgsql as $$
begin
  return '{"errors": [{"message": "pg_graphql extension is not enabled."}]}';
end
$$;
reset role;
