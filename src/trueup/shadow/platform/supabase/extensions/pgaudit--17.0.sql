-- Its event triggers would only cost time here.
create function pgaudit_ddl_command_end() returns event_trigger
  language plpgsql security definer set search_path to 'pg_catalog, pg_temp' as 'begin end';
create function pgaudit_sql_drop() returns event_trigger
  language plpgsql security definer set search_path to 'pg_catalog, pg_temp' as 'begin end';
