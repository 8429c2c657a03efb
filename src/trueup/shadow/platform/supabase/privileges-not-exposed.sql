-- [api].auto_expose_new_tables = false, the default since 30 May 2026: what postgres creates in
-- public is not within reach of the API until it is granted. TRUNCATE, REFERENCES and TRIGGER stay,
-- as they do on Supabase. Sources: see SOURCES.md, "privileges-not-exposed.sql".
alter default privileges for role postgres in schema public
  revoke select, insert, update, delete on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke usage, select on sequences from anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  revoke execute on functions from anon, authenticated, service_role;
