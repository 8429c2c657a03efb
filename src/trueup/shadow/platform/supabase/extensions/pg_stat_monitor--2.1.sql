create function get_histogram_timings() returns text language sql parallel safe
  as $$ select ''::text $$;
create function range() returns text[] language sql as $$ select '{}'::text[] $$;
create function pg_stat_monitor_version() returns text language sql parallel safe
  as $$ select '2.1.0'::text $$;
create function pg_stat_monitor_reset() returns void language sql parallel safe as 'select';
create function get_cmd_type(cmd_type integer) returns text language sql parallel safe
  as $$ select ''::text $$;
create function decode_error_level(elevel integer) returns text language sql parallel safe
  as $$ select ''::text $$;
create view pg_stat_monitor as
  select null::bigint as bucket, null::timestamptz as bucket_start_time, null::oid as userid,
    null::name as username, null::oid as dbid, null::text as datname, null::inet as client_ip,
    null::bigint as pgsm_query_id, null::bigint as queryid, null::boolean as toplevel,
    null::bigint as top_queryid, null::text as query, null::text as comments,
    null::bigint as planid, null::text as query_plan, null::text as top_query,
    null::text as application_name, null::text[] as relations, null::integer as cmd_type,
    null::text as cmd_type_text, null::integer as elevel, null::text as sqlcode,
    null::text as message, null::bigint as calls, null::double precision as total_exec_time,
    null::double precision as min_exec_time, null::double precision as max_exec_time,
    null::double precision as mean_exec_time, null::double precision as stddev_exec_time,
    null::bigint as rows
  where false;
grant select on pg_stat_monitor to public;
