-- Real ones are fetched from database.dev and installed through pg_tle. What they then install
-- can't be known here: its CREATE EXTENSION says so.
create schema dbdev;
create function dbdev.install(
  package_name text, base_url text default 'https://api.database.dev/rest/v1/',
  api_key text default ''
) returns boolean language sql as 'select true';
