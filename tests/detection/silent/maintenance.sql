-- What keeps a server in shape.
VACUUM;
VACUUM FULL users;
VACUUM FREEZE orders;
ANALYZE;
REINDEX TABLE users;
REINDEX INDEX CONCURRENTLY users_born_idx;
REINDEX TABLE CONCURRENTLY plain;
CLUSTER;
CHECKPOINT;
REFRESH MATERIALIZED VIEW totals;
REFRESH MATERIALIZED VIEW CONCURRENTLY totals;
REFRESH MATERIALIZED VIEW totals WITH NO DATA;
SELECT pg_stat_reset();
SELECT pg_stat_reset_shared('bgwriter');
SELECT pg_stat_force_next_flush();
SELECT pg_switch_wal();
SELECT pg_reload_conf();
