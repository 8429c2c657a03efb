-- The ledger that the Supabase CLI makes before the first migration.
-- Sources: see SOURCES.md, "migrations.sql".
create schema supabase_migrations authorization postgres;
create table supabase_migrations.schema_migrations (
  version text not null primary key,
  statements text[],
  name text
);
alter table supabase_migrations.schema_migrations owner to postgres;
