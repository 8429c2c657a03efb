create function pg_stat_statements_reset(
  userid oid default 0, dbid oid default 0, queryid bigint default 0
) returns void language sql strict parallel safe as 'select';
create function pg_stat_statements_info(out dealloc bigint, out stats_reset timestamptz)
  returns record language sql volatile strict parallel safe
  as 'select 0::bigint, null::timestamptz';
create function pg_stat_statements(
  showtext boolean, out userid oid, out dbid oid, out toplevel boolean, out queryid bigint,
  out query text, out plans bigint, out total_plan_time double precision,
  out min_plan_time double precision, out max_plan_time double precision,
  out mean_plan_time double precision, out stddev_plan_time double precision, out calls bigint,
  out total_exec_time double precision, out min_exec_time double precision,
  out max_exec_time double precision, out mean_exec_time double precision,
  out stddev_exec_time double precision, out rows bigint, out shared_blks_hit bigint,
  out shared_blks_read bigint, out shared_blks_dirtied bigint, out shared_blks_written bigint,
  out local_blks_hit bigint, out local_blks_read bigint, out local_blks_dirtied bigint,
  out local_blks_written bigint, out temp_blks_read bigint, out temp_blks_written bigint,
  out blk_read_time double precision, out blk_write_time double precision,
  out temp_blk_read_time double precision, out temp_blk_write_time double precision,
  out wal_records bigint, out wal_fpi bigint, out wal_bytes numeric, out jit_functions bigint,
  out jit_generation_time double precision, out jit_inlining_count bigint,
  out jit_inlining_time double precision, out jit_optimization_count bigint,
  out jit_optimization_time double precision, out jit_emission_count bigint,
  out jit_emission_time double precision
) returns setof record language plpgsql volatile strict parallel safe as 'begin end';
create view pg_stat_statements as select * from pg_stat_statements(true);
create view pg_stat_statements_info as select * from pg_stat_statements_info();
grant select on pg_stat_statements, pg_stat_statements_info to public;
revoke all on function pg_stat_statements_reset(oid, oid, bigint) from public;
