-- The roles of a project, their attributes, memberships and settings.
-- Sources: see SOURCES.md, "roles.sql".
-- Roles belong to the whole cluster: the loader runs this file statement by statement and passes
-- over what concerns a role that was there before (see load.py).

create role supabase_admin superuser createdb createrole replication bypassrls login;
create role anon;
create role authenticated;
create role service_role bypassrls;
create role authenticator noinherit login;
create role supabase_auth_admin noinherit login;
create role supabase_storage_admin noinherit createrole login;
create role supabase_realtime_admin noinherit createrole replication login;
create role supabase_functions_admin noinherit createrole login;
create role supabase_replication_admin replication login;
create role supabase_etl_admin replication bypassrls login;
create role supabase_read_only_user bypassrls login;
create role supabase_privileged_role;
create role dashboard_user createdb createrole replication;
create role pgbouncer login;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres;
grant anon, authenticated, service_role to supabase_realtime_admin;
grant authenticator to supabase_storage_admin;
grant supabase_functions_admin to postgres;
grant supabase_privileged_role to postgres, supabase_etl_admin;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
grant pg_monitor, pg_read_all_data to supabase_etl_admin, supabase_read_only_user;

alter role postgres set search_path = "$user", public, extensions;
alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role supabase_admin set log_statement = 'none';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60000';
alter role supabase_auth_admin set log_statement = 'none';
alter role supabase_storage_admin set search_path = storage;
alter role supabase_storage_admin set log_statement = 'none';
alter role supabase_realtime_admin set search_path = realtime;
alter role supabase_functions_admin set search_path = supabase_functions;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
