-- Requests are queued, as the real one queues them, and never sent.
-- The Supabase platform has schema net and what is in it from the start (net.sql); then these become
-- members of the extension, else they are made. A schema that the extension itself is put into can
-- be no member of it: WITH SCHEMA net, as the documentation once had it.
do $install$
declare
  member text;
begin
  if to_regnamespace('net') is null then
    create schema net;
  elsif not exists (
    select from pg_extension where extname = 'pg_net' and extnamespace = 'net'::regnamespace
  ) then
    alter extension pg_net add schema net;
  end if;
  if to_regclass('net.http_request_queue') is not null then
    for member in
      select 'table ' || oid::regclass from pg_class
        where relnamespace = 'net'::regnamespace and relkind = 'r'
      union all select 'sequence ' || oid::regclass from pg_class
        where relnamespace = 'net'::regnamespace and relkind = 'S'
      union all select 'function ' || oid::regprocedure from pg_proc
        where pronamespace = 'net'::regnamespace
      union all select 'type ' || t.oid::regtype from pg_type t
        left join pg_class c on c.oid = t.typrelid
        where typnamespace = 'net'::regnamespace and (typtype in ('d', 'e') or c.relkind = 'c')
    loop
      execute 'alter extension pg_net add ' || member;
    end loop;
    return;
  end if;
  execute $ddl$
create domain net.http_method as text
  check (value ilike 'get' or value ilike 'post' or value ilike 'delete');
create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (status_code integer, headers jsonb, body text);
create type net.http_response_result as (
  status net.request_status, message text, response net.http_response
);
create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds integer not null
);
create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz default now() not null
);
create index _http_response_created_idx on net._http_response (created);

create function net.check_worker_is_up() returns void language plpgsql as 'begin end';
create function net._await_response(request_id bigint) returns boolean
  language plpgsql as 'begin return true; end';
create function net._urlencode_string(string varchar) returns text
  language sql immutable as 'select string::text';
create function net._encode_url_with_params_array(url text, params_array text[]) returns text
  language sql immutable as $$
  select concat_ws('?', url, nullif(array_to_string(params_array, '&'), ''))
$$;
create function net.worker_restart() returns boolean language sql as 'select true';
create function net.wait_until_running() returns void language sql as 'select';
create function net.wake() returns void language sql as 'select';
create function net.http_get(
  url text, params jsonb default '{}', headers jsonb default '{}',
  timeout_milliseconds integer default 5000
) returns bigint language plpgsql as $$
declare
  made bigint;
begin
  insert into net.http_request_queue as q (method, url, headers, timeout_milliseconds)
  values ('GET', $1, $3, $4) returning q.id into made;
  return made;
end
$$;
create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds integer default 5000
) returns bigint language plpgsql as $$
declare
  made bigint;
begin
  insert into net.http_request_queue as q (method, url, headers, body, timeout_milliseconds)
  values ('POST', $1, $4, convert_to($2::text, 'UTF8'), $5) returning q.id into made;
  return made;
end
$$;
create function net.http_delete(
  url text, params jsonb default '{}', headers jsonb default '{}',
  timeout_milliseconds integer default 5000, body jsonb default null
) returns bigint language plpgsql as $$
declare
  made bigint;
begin
  insert into net.http_request_queue as q (method, url, headers, body, timeout_milliseconds)
  values ('DELETE', $1, $3, convert_to($5::text, 'UTF8'), $4) returning q.id into made;
  return made;
end
$$;
create function net._http_collect_response(request_id bigint, async boolean default true)
  returns net.http_response_result language plpgsql as 'begin return null; end';
create function net.http_collect_response(request_id bigint, async boolean default true)
  returns net.http_response_result language plpgsql as 'begin return null; end';

grant usage on schema net to public;
grant all on all sequences in schema net to public;
grant all on all tables in schema net to public;
  $ddl$;
end
$install$;
