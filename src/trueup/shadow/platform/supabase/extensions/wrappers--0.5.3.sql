-- Handlers and validators of every wrapper, so that servers and foreign tables can be made. Options
-- are taken as they are; reading a foreign table is an error.
do $$
declare
  w text;
begin
  foreach w in array array[
    'airtable', 'auth0', 'big_query', 'click_house', 'cognito', 'duckdb', 'dynamo_db', 'firebase',
    'hello_world', 'iceberg', 'logflare', 'mongodb', 'mssql', 'mysql', 'redis', 's3', 's3_vectors',
    'stripe', 'wasm'
  ] loop
    execute format(
      'create function %I() returns fdw_handler language internal strict as %L',
      w || '_fdw_handler', 'fdw_handler_in');
    execute format(
      'create function %I(options text[], catalog oid) returns void language internal as %L',
      w || '_fdw_validator', 'void_in');
    execute format(
      'create function %I() returns table (name text, version text, author text, website text)
       language plpgsql strict as %L', w || '_fdw_meta', 'begin end');
  end loop;
end
$$;
create table wrappers_fdw_stats (
  fdw_name text primary key,
  create_times bigint,
  rows_in bigint,
  rows_out bigint,
  bytes_in bigint,
  bytes_out bigint,
  metadata jsonb,
  created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null
);
