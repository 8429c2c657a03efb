-- Schema realtime, as of the Realtime service's tenant migration 20260709120000.
-- Sources: see SOURCES.md, "realtime.sql".
create schema realtime authorization supabase_admin;
grant usage on schema realtime to postgres with grant option;
grant usage on schema realtime to anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin with grant option;
alter default privileges for role supabase_admin in schema realtime
  grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_admin in schema realtime
  grant all on sequences to postgres, dashboard_user;
alter default privileges for role supabase_admin in schema realtime
  grant all on routines to postgres, dashboard_user;

set role supabase_admin;
create table realtime.schema_migrations (
  version bigint,
  inserted_at timestamp(0) default now(),
  constraint schema_migrations_pkey primary key (version)
);
reset role;

-- Everything else belongs to the service's role.
set role supabase_realtime_admin;

create type realtime.action as enum ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ERROR');
create type realtime.equality_op as enum (
  'eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'in', 'like', 'ilike', 'is', 'match', 'imatch', 'isdistinct'
);
create type realtime.user_defined_filter as (
  column_name text, op realtime.equality_op, value text, negate boolean
);
create type realtime.wal_column as (
  name text, type_name text, type_oid oid, value jsonb, is_pkey boolean, is_selectable boolean
);
create type realtime.wal_rls as (
  wal jsonb, is_rls_enabled boolean, subscription_ids uuid[], errors text[]
);

create function realtime.to_regrole(role_name text) returns regrole
  language sql immutable as 'select role_name::regrole';

-- One partition a day is made by the service; a fresh project has none.
create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp default now() not null,
  inserted_at timestamp default now(),
  id uuid default gen_random_uuid(),
  binary_payload bytea,
  constraint messages_pkey primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages add constraint messages_payload_exclusive
  check (payload is null or binary_payload is null) not valid;
create index messages_inserted_at_topic_index on only realtime.messages (inserted_at desc, topic)
  where extension = 'broadcast' and private is true;
alter table realtime.messages enable row level security;

create table realtime.subscription (
  id bigint generated always as identity,
  subscription_id uuid not null,
  entity regclass not null,
  filters realtime.user_defined_filter[] default '{}' not null,
  claims jsonb not null,
  claims_role regrole generated always as (realtime.to_regrole(claims ->> 'role')) stored not null,
  created_at timestamp default timezone('utc', now()) not null,
  action_filter text default '*',
  selected_columns text[],
  constraint pk_subscription primary key (id),
  constraint subscription_action_filter_check
    check (action_filter in ('*', 'INSERT', 'UPDATE', 'DELETE'))
);
create index ix_realtime_subscription_entity on realtime.subscription (entity);
create unique index subscription_subscription_id_entity_filters_action_filter_selec
  on realtime.subscription (
    subscription_id, entity, filters, action_filter, coalesce(selected_columns, '{}')
  );

-- What policies and migrations call. Sending does nothing: nobody listens to a shadow.
create function realtime.topic() returns text
  language sql stable as $$ select nullif(current_setting('realtime.topic', true), '') $$;
create function realtime.send(
  payload jsonb, event text, topic text, private boolean default true
) returns void language plpgsql as 'begin end';
create function realtime.send_binary(
  payload bytea, event text, topic text, private boolean default true
) returns void language plpgsql as 'begin end';
create function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void language plpgsql as 'begin end';

-- What only the service calls; these answer with nothing.
create function realtime.subscription_check_filters() returns trigger
  language plpgsql as 'begin return new; end';
create function realtime."cast"(val text, type_ regtype) returns jsonb
  language plpgsql immutable as 'begin return to_jsonb(val); end';
create function realtime.check_equality_op(
  op realtime.equality_op, type_ regtype, val_1 text, val_2 text
) returns boolean language plpgsql immutable as 'begin return null; end';
create function realtime.check_equality_op(
  op realtime.equality_op, type_ regtype, val_1 text, val_2 text, negate boolean
) returns boolean language plpgsql stable as 'begin return null; end';
create function realtime.is_visible_through_filters(
  columns realtime.wal_column[], filters realtime.user_defined_filter[]
) returns boolean language sql stable as 'select null::boolean';
create function realtime.quote_wal2json(entity regclass) returns text
  language sql immutable strict as 'select entity::text';
create function realtime.wal2json_escape_identifier(name text) returns text
  language sql immutable strict as 'select name';
create function realtime.build_prepared_statement_sql(
  prepared_statement_name text, entity regclass, columns realtime.wal_column[]
) returns text language sql as 'select null::text';
create function realtime.apply_rls(wal jsonb, max_record_bytes integer default 1024 * 1024)
  returns setof realtime.wal_rls language plpgsql as 'begin end';
create function realtime.list_changes(
  publication name, slot_name name, max_changes integer, max_record_bytes integer
) returns table (
  wal jsonb, is_rls_enabled boolean, subscription_ids uuid[], errors text[],
  slot_changes_count bigint
) language sql as $$
  select null::jsonb, null::boolean, null::uuid[], null::text[], null::bigint where false
$$;

create trigger tr_check_filters
  before insert or update on realtime.subscription
  for each row execute function realtime.subscription_check_filters();

grant all on realtime.messages, realtime.subscription to postgres, dashboard_user;
grant all on sequence realtime.subscription_id_seq to postgres, dashboard_user;
grant all on all functions in schema realtime to postgres, dashboard_user;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
grant select on realtime.subscription to anon, authenticated, service_role;
grant usage on sequence realtime.subscription_id_seq to anon, authenticated, service_role;
grant execute on function
  realtime.apply_rls, realtime.build_prepared_statement_sql, realtime."cast",
  realtime.check_equality_op(realtime.equality_op, regtype, text, text),
  realtime.check_equality_op(realtime.equality_op, regtype, text, text, boolean),
  realtime.is_visible_through_filters, realtime.quote_wal2json,
  realtime.subscription_check_filters, realtime.to_regrole
  to anon, authenticated, service_role;

reset role;
-- Only a superuser may pin this setting to a function.
alter function realtime.list_changes(name, name, integer, integer) set log_min_messages = 'fatal';
