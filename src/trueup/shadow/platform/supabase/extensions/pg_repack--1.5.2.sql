-- Schemas refer to nothing of it.
create schema repack;
create function repack.version() returns text language sql immutable
  as $$ select 'pg_repack 1.5.2'::text $$;
create function repack.version_sql() returns text language sql immutable
  as $$ select 'pg_repack 1.5.2'::text $$;
