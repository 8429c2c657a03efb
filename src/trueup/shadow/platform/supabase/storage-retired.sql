-- What the Storage service has given up since (migrations 0048, 0052, 0059) and nothing current
-- clashes with: migrations pulled from a project while it had these revoke, drop and hang triggers
-- on them, and were right when they ran. Sources: see SOURCES.md, "storage-retired.sql".
set role supabase_storage_admin;

create function storage.get_level(name text) returns integer language sql immutable strict
  as $$ select array_length(string_to_array(name, '/'), 1) $$;
create function storage.get_prefix(name text) returns text language sql immutable strict
  as $$ select coalesce(substring(name from '^(.*)/[^/]+/?$'), '') $$;
create function storage.get_prefixes(name text) returns text[]
  language plpgsql immutable strict as $$
declare
  parts text[] := string_to_array(name, '/');
begin
  return array(
    select array_to_string(parts[1:n], '/') from generate_series(1, cardinality(parts) - 1) n
  );
end
$$;
create table storage.prefixes (
  bucket_id text,
  name text collate "C" not null,
  level integer generated always as (storage.get_level(name)) stored,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint prefixes_pkey primary key (bucket_id, level, name),
  constraint "prefixes_bucketId_fkey" foreign key (bucket_id) references storage.buckets(id)
);
alter table storage.prefixes enable row level security;

create function storage.add_prefixes(_bucket_id text, _name text) returns void
  language plpgsql security definer as 'begin end';
create function storage.delete_prefix(_bucket_id text, _name text) returns boolean
  language plpgsql security definer as 'begin return false; end';
create function storage.lock_top_prefixes(bucket_ids text[], names text[]) returns void
  language plpgsql security definer as 'begin end';
create function storage.delete_leaf_prefixes(bucket_ids text[], names text[]) returns void
  language plpgsql security definer as 'begin end';
do $$
declare
  f text;
begin
  foreach f in array array[
    'prefixes_insert_trigger', 'prefixes_delete_cleanup', 'objects_insert_prefix_trigger',
    'objects_update_prefix_trigger', 'objects_update_level_trigger', 'objects_update_cleanup',
    'objects_delete_cleanup', 'delete_prefix_hierarchy_trigger'
  ] loop
    execute format('create function storage.%I() returns trigger language plpgsql
      as ''begin return coalesce(new, old); end''', f);
  end loop;
  foreach f in array array['search_legacy_v1', 'search_v1_optimised'] loop
    execute format('create function storage.%I(
        prefix text, bucketname text, limits integer default 100, levels integer default 1,
        offsets integer default 0, search text default '''', sortcolumn text default ''name'',
        sortorder text default ''asc''
      ) returns table (
        name text, id uuid, updated_at timestamptz, created_at timestamptz,
        last_accessed_at timestamptz, metadata jsonb
      ) language plpgsql stable as ''begin end''', f);
  end loop;
end
$$;

-- Keys that are gone, by the names under which files drop them.
alter table storage.iceberg_namespaces
  add constraint iceberg_namespaces_bucket_id_fkey check (true);
alter table storage.iceberg_tables
  add constraint iceberg_tables_bucket_id_fkey check (true);
reset role;
