-- Supabase's own event triggers. Those that watch DDL for PostgREST have empty bodies here: nobody
-- listens to a shadow. Those that hand out rights when an extension comes do so.
-- Sources: see SOURCES.md, "event_triggers.sql".
set role supabase_admin;

create function extensions.pgrst_ddl_watch() returns event_trigger
  language plpgsql as 'begin end';
create function extensions.pgrst_drop_watch() returns event_trigger
  language plpgsql as 'begin end';

create function extensions.grant_pg_cron_access() returns event_trigger
  language plpgsql set search_path to '' as $$
begin
  if not exists (
    select from pg_catalog.pg_event_trigger_ddl_commands() c
    join pg_catalog.pg_extension e on e.oid = c.objid and e.extname = 'pg_cron'
  ) then
    return;
  end if;
  grant usage on schema cron to postgres with grant option;
  grant all on all tables in schema cron to postgres with grant option;
  revoke all on cron.job from postgres;
  grant select on cron.job to postgres with grant option;
  revoke trigger on cron.job_run_details from postgres;
  alter default privileges for role supabase_admin in schema cron
    grant all on tables to postgres with grant option;
  alter default privileges for role supabase_admin in schema cron
    grant all on sequences to postgres with grant option;
  alter default privileges for role supabase_admin in schema cron
    grant all on functions to postgres with grant option;
end
$$;

create function extensions.grant_pg_net_access() returns event_trigger
  language plpgsql set search_path to '' as $$
begin
  if exists (
    select from pg_catalog.pg_event_trigger_ddl_commands() c
    join pg_catalog.pg_extension e on e.oid = c.objid and e.extname = 'pg_net'
  ) then
    grant usage on schema net
      to supabase_functions_admin, postgres, anon, authenticated, service_role;
  end if;
end
$$;

create function extensions.grant_pg_graphql_access() returns event_trigger
  language plpgsql set search_path to '' as $$
begin
  if not exists (
    select from pg_catalog.pg_event_trigger_ddl_commands() c
    join pg_catalog.pg_extension e on e.oid = c.objid and e.extname = 'pg_graphql'
  ) then
    return;
  end if;
  drop function if exists graphql_public.graphql(text, text, jsonb, jsonb);
  create function graphql_public.graphql(
    "operationName" text default null, query text default null,
    variables jsonb default null, extensions jsonb default null
  ) returns jsonb language sql set search_path to '' as $f$
    select graphql.resolve(query, coalesce(variables, '{}'), "operationName", extensions)
  $f$;
  -- a member of the extension: it goes with it, and the placeholder comes back
  alter extension pg_graphql add function graphql_public.graphql(text, text, jsonb, jsonb);
  grant usage on schema graphql to postgres with grant option;
  grant usage on schema graphql to anon, authenticated, service_role;
  grant usage on schema graphql_public to postgres with grant option;
  grant execute on function graphql.resolve to postgres, anon, authenticated, service_role;
end
$$;

create function extensions.set_graphql_placeholder() returns event_trigger
  language plpgsql set search_path to '' as $$
begin
  if not exists (
    select from pg_catalog.pg_event_trigger_dropped_objects() d
    where d.schema_name = 'graphql_public'
  ) then
    return;
  end if;
  create or replace function graphql_public.graphql(
    "operationName" text default null, query text default null,
    variables jsonb default null, extensions jsonb default null
  ) returns jsonb language plpgsql set search_path to '' as $f$
  begin
    return '{"errors": [{"message": "pg_graphql extension is not enabled."}]}';
  end
  $f$;
end
$$;

reset role;
grant execute on function extensions.pgrst_ddl_watch(), extensions.pgrst_drop_watch(),
  extensions.grant_pg_graphql_access(), extensions.set_graphql_placeholder()
  to postgres with grant option;
grant execute on function extensions.grant_pg_net_access(), extensions.grant_pg_cron_access()
  to dashboard_user;
revoke all on function extensions.grant_pg_net_access() from postgres;

set role supabase_admin;
create event trigger issue_pg_cron_access on ddl_command_end
  when tag in ('CREATE EXTENSION') execute function extensions.grant_pg_cron_access();
create event trigger issue_pg_net_access on ddl_command_end
  when tag in ('CREATE EXTENSION') execute function extensions.grant_pg_net_access();
create event trigger issue_pg_graphql_access on ddl_command_end
  when tag in ('CREATE EXTENSION') execute function extensions.grant_pg_graphql_access();
create event trigger issue_graphql_placeholder on sql_drop
  when tag in ('DROP EXTENSION') execute function extensions.set_graphql_placeholder();
create event trigger pgrst_ddl_watch on ddl_command_end
  execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop
  execute function extensions.pgrst_drop_watch();
reset role;
