-- Queues are real tables and messages real rows, as with the real one. Partitioned queues need
-- pg_partman, which is not stood in for.
create table pgmq.meta (
  queue_name varchar not null,
  is_partitioned boolean not null,
  is_unlogged boolean not null,
  created_at timestamptz default now() not null,
  constraint meta_queue_name_key unique (queue_name)
);
grant usage on schema pgmq to pg_monitor;
grant select on pgmq.meta to pg_monitor;
alter default privileges in schema pgmq grant select on tables to pg_monitor;
alter default privileges in schema pgmq grant select on sequences to pg_monitor;

create type pgmq.message_record as (
  msg_id bigint, read_ct integer, enqueued_at timestamptz, vt timestamptz, message jsonb,
  headers jsonb
);
create type pgmq.queue_record as (
  queue_name varchar, is_partitioned boolean, is_unlogged boolean, created_at timestamptz
);
create type pgmq.metrics_result as (
  queue_name text, queue_length bigint, newest_msg_age_sec integer, oldest_msg_age_sec integer,
  total_messages bigint, scrape_time timestamptz, queue_visible_length bigint
);

create function pgmq.format_table_name(queue_name text, prefix text) returns text
  language plpgsql as $$
begin
  if queue_name ~ '[$;'']|--' then
    raise exception 'queue name contains invalid characters: $, ;, --, or \''';
  end if;
  return lower(prefix || '_' || queue_name);
end
$$;
create function pgmq.validate_queue_name(queue_name text) returns void language plpgsql as $$
begin
  if length(queue_name) > 47 then
    raise exception 'queue name is too long, maximum length is 47 characters';
  end if;
end
$$;
create function pgmq._extension_exists(extension_name text) returns boolean language sql
  as 'select exists (select from pg_extension where extname = extension_name)';
create function pgmq._belongs_to_pgmq(table_name text) returns boolean language plpgsql as $$
begin
  return exists (
    select from pg_depend d
    where d.objid = to_regclass(format('pgmq.%I', table_name)) and d.deptype = 'e'
  );
end
$$;
create function pgmq._get_pg_partman_schema() returns text language sql
  as $$ select extnamespace::regnamespace::text from pg_extension where extname = 'pg_partman' $$;
create function pgmq._get_pg_partman_major_version() returns integer language sql as $$
  select split_part(extversion, '.', 1)::integer from pg_extension where extname = 'pg_partman'
$$;
create function pgmq._get_partition_col(partition_interval text) returns text language sql as $$
  select case when partition_interval ~ '^[0-9]+$' then 'msg_id' else 'enqueued_at' end
$$;
create function pgmq._ensure_pg_partman_installed() returns void language plpgsql as $$
begin
  raise exception 'pg_partman is required for partitioned queues';
end
$$;

create function pgmq.create_non_partitioned(queue_name text) returns void language plpgsql as $$
declare
  q text := pgmq.format_table_name(queue_name, 'q');
  a text := pgmq.format_table_name(queue_name, 'a');
begin
  perform pgmq.validate_queue_name(queue_name);
  if to_regclass(format('pgmq.%I', q)) is not null then
    return;
  end if;
  execute format('create table pgmq.%I (
    msg_id bigint primary key generated always as identity,
    read_ct int default 0 not null,
    enqueued_at timestamptz default now() not null,
    vt timestamptz not null,
    message jsonb,
    headers jsonb
  )', q);
  execute format('create table if not exists pgmq.%I (
    msg_id bigint primary key,
    read_ct int default 0 not null,
    enqueued_at timestamptz default now() not null,
    archived_at timestamptz default now() not null,
    vt timestamptz not null,
    message jsonb,
    headers jsonb
  )', a);
  if pgmq._extension_exists('pgmq') then
    execute format('alter extension pgmq add table pgmq.%I', q);
    execute format('alter extension pgmq add sequence pgmq.%I', q || '_msg_id_seq');
    if not pgmq._belongs_to_pgmq(a) then
      execute format('alter extension pgmq add table pgmq.%I', a);
    end if;
  end if;
  execute format('create index if not exists %I on pgmq.%I (vt)', q || '_vt_idx', q);
  execute format(
    'create index if not exists %I on pgmq.%I (archived_at)', 'archived_at_idx_' || queue_name, a);
  insert into pgmq.meta (queue_name, is_partitioned, is_unlogged)
  values ($1, false, false) on conflict do nothing;
end
$$;
create function pgmq.create_unlogged(queue_name text) returns void language plpgsql as $$
declare
  q text := pgmq.format_table_name(queue_name, 'q');
begin
  perform pgmq.create_non_partitioned(queue_name);
  execute format('alter table pgmq.%I set unlogged', q);
  update pgmq.meta m set is_unlogged = true where m.queue_name = $1;
end
$$;
create function pgmq."create"(queue_name text) returns void language plpgsql as $$
begin
  perform pgmq.create_non_partitioned(queue_name);
end
$$;
create function pgmq.create_partitioned(
  queue_name text, partition_interval text default '10000',
  retention_interval text default '100000'
) returns void language plpgsql as $$
begin
  perform pgmq._ensure_pg_partman_installed();
end
$$;
create function pgmq.convert_archive_partitioned(
  table_name text, partition_interval text default '10000',
  retention_interval text default '100000', leading_partition integer default 10
) returns void language plpgsql as $$
begin
  perform pgmq._ensure_pg_partman_installed();
end
$$;
create function pgmq.detach_archive(queue_name text) returns void language plpgsql as $$
begin
  execute format('alter extension pgmq drop table pgmq.%I',
    pgmq.format_table_name(queue_name, 'a'));
end
$$;
create function pgmq.drop_queue(queue_name text) returns boolean language plpgsql as $$
declare
  q text := pgmq.format_table_name(queue_name, 'q');
  a text := pgmq.format_table_name(queue_name, 'a');
begin
  if to_regclass(format('pgmq.%I', q)) is null then
    raise notice 'pgmq queue `%` does not exist', queue_name;
    return false;
  end if;
  if pgmq._belongs_to_pgmq(q) then
    execute format('alter extension pgmq drop table pgmq.%I', q);
    execute format('alter extension pgmq drop sequence pgmq.%I', q || '_msg_id_seq');
  end if;
  if pgmq._belongs_to_pgmq(a) then
    execute format('alter extension pgmq drop table pgmq.%I', a);
  end if;
  execute format('drop table if exists pgmq.%I', q);
  execute format('drop table if exists pgmq.%I', a);
  delete from pgmq.meta m where m.queue_name = $1;
  return true;
end
$$;
create function pgmq.drop_queue(queue_name text, partitioned boolean) returns boolean
  language plpgsql as $$
begin
  perform pgmq.drop_queue(queue_name);
  return true;
end
$$;

create function pgmq.send(queue_name text, msg jsonb, headers jsonb, delay timestamptz)
  returns setof bigint language plpgsql as $$
begin
  return query execute format(
    'insert into pgmq.%I (vt, message, headers) values ($1, $2, $3) returning msg_id',
    pgmq.format_table_name(queue_name, 'q')) using delay, msg, headers;
end
$$;
create function pgmq.send(queue_name text, msg jsonb) returns setof bigint
  language sql as 'select * from pgmq.send(queue_name, msg, null, clock_timestamp())';
create function pgmq.send(queue_name text, msg jsonb, headers jsonb) returns setof bigint
  language sql as 'select * from pgmq.send(queue_name, msg, headers, clock_timestamp())';
create function pgmq.send(queue_name text, msg jsonb, delay integer) returns setof bigint
  language sql as
  'select * from pgmq.send(queue_name, msg, null, clock_timestamp() + make_interval(secs => delay))';
create function pgmq.send(queue_name text, msg jsonb, delay timestamptz) returns setof bigint
  language sql as 'select * from pgmq.send(queue_name, msg, null, delay)';
create function pgmq.send(queue_name text, msg jsonb, headers jsonb, delay integer)
  returns setof bigint language sql as
  'select * from pgmq.send(queue_name, msg, headers, clock_timestamp() + make_interval(secs => delay))';
create function pgmq.send_batch(
  queue_name text, msgs jsonb[], headers jsonb[], delay timestamptz
) returns setof bigint language plpgsql as $$
begin
  return query execute format(
    'insert into pgmq.%I (vt, message, headers)
     select $1, m, h from unnest($2, $3) u(m, h) returning msg_id',
    pgmq.format_table_name(queue_name, 'q')) using delay, msgs, headers;
end
$$;
create function pgmq.send_batch(queue_name text, msgs jsonb[]) returns setof bigint
  language sql as 'select * from pgmq.send_batch(queue_name, msgs, null, clock_timestamp())';
create function pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[])
  returns setof bigint
  language sql as 'select * from pgmq.send_batch(queue_name, msgs, headers, clock_timestamp())';
create function pgmq.send_batch(queue_name text, msgs jsonb[], delay integer)
  returns setof bigint language sql as
  'select * from pgmq.send_batch(queue_name, msgs, null, clock_timestamp() + make_interval(secs => delay))';
create function pgmq.send_batch(queue_name text, msgs jsonb[], delay timestamptz)
  returns setof bigint
  language sql as 'select * from pgmq.send_batch(queue_name, msgs, null, delay)';
create function pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[], delay integer)
  returns setof bigint language sql as
  'select * from pgmq.send_batch(queue_name, msgs, headers, clock_timestamp() + make_interval(secs => delay))';

create function pgmq.read(
  queue_name text, vt integer, qty integer, conditional jsonb default '{}'
) returns setof pgmq.message_record language plpgsql as $$
begin
  return query execute format(
    'update pgmq.%1$I m set vt = clock_timestamp() + $1, read_ct = read_ct + 1
     where msg_id in (
       select msg_id from pgmq.%1$I where vt <= clock_timestamp() and message @> $3
       order by msg_id limit $2
     )
     returning m.msg_id, m.read_ct, m.enqueued_at, m.vt, m.message, m.headers',
    pgmq.format_table_name(queue_name, 'q')) using make_interval(secs => $2), qty, conditional;
end
$$;
create function pgmq.read_with_poll(
  queue_name text, vt integer, qty integer, max_poll_seconds integer default 5,
  poll_interval_ms integer default 100, conditional jsonb default '{}'
) returns setof pgmq.message_record
  language sql as 'select * from pgmq.read(queue_name, vt, qty, conditional)';
create function pgmq.pop(queue_name text) returns setof pgmq.message_record
  language plpgsql as $$
begin
  return query execute format(
    'delete from pgmq.%1$I where msg_id = (
       select msg_id from pgmq.%1$I where vt <= clock_timestamp() order by msg_id limit 1
     )
     returning msg_id, read_ct, enqueued_at, vt, message, headers',
    pgmq.format_table_name(queue_name, 'q'));
end
$$;
create function pgmq.set_vt(queue_name text, msg_id bigint, vt integer)
  returns setof pgmq.message_record language plpgsql as $$
begin
  return query execute format(
    'update pgmq.%I set vt = clock_timestamp() + $1 where msg_id = $2
     returning msg_id, read_ct, enqueued_at, vt, message, headers',
    pgmq.format_table_name(queue_name, 'q')) using make_interval(secs => $3), $2;
end
$$;
create function pgmq.archive(queue_name text, msg_ids bigint[]) returns setof bigint
  language plpgsql as $$
begin
  return query execute format(
    'with gone as (delete from pgmq.%I where msg_id = any ($1) returning *)
     insert into pgmq.%I (msg_id, vt, read_ct, enqueued_at, message, headers)
     select msg_id, vt, read_ct, enqueued_at, message, headers from gone returning msg_id',
    pgmq.format_table_name(queue_name, 'q'), pgmq.format_table_name(queue_name, 'a'))
    using msg_ids;
end
$$;
create function pgmq.archive(queue_name text, msg_id bigint) returns boolean
  language sql as 'select exists (select from pgmq.archive(queue_name, array[msg_id]))';
create function pgmq.delete(queue_name text, msg_ids bigint[]) returns setof bigint
  language plpgsql as $$
begin
  return query execute format(
    'delete from pgmq.%I where msg_id = any ($1) returning msg_id',
    pgmq.format_table_name(queue_name, 'q')) using msg_ids;
end
$$;
create function pgmq.delete(queue_name text, msg_id bigint) returns boolean
  language sql as 'select exists (select from pgmq.delete(queue_name, array[msg_id]))';
create function pgmq.purge_queue(queue_name text) returns bigint language plpgsql as $$
declare
  gone bigint;
begin
  execute format('delete from pgmq.%I', pgmq.format_table_name(queue_name, 'q'));
  get diagnostics gone = row_count;
  return gone;
end
$$;
create function pgmq.list_queues() returns setof pgmq.queue_record language plpgsql as $$
begin
  return query select m.queue_name, m.is_partitioned, m.is_unlogged, m.created_at from pgmq.meta m;
end
$$;
create function pgmq.metrics(queue_name text) returns pgmq.metrics_result language plpgsql as $$
declare
  found pgmq.metrics_result;
begin
  execute format(
    'select $1, count(*), extract(epoch from now() - max(enqueued_at))::int,
       extract(epoch from now() - min(enqueued_at))::int, coalesce(max(msg_id), 0), now(),
       count(*) filter (where vt <= clock_timestamp())
     from pgmq.%I', pgmq.format_table_name(queue_name, 'q')) into found using queue_name;
  return found;
end
$$;
create function pgmq.metrics_all() returns setof pgmq.metrics_result
  language sql as 'select (pgmq.metrics(queue_name)).* from pgmq.meta';
