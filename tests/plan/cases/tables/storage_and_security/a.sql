CREATE TABLE t (a integer PRIMARY KEY, b text) WITH (fillfactor = 70, autovacuum_enabled = false);
CREATE INDEX t_b ON t (b);
ALTER TABLE t CLUSTER ON t_b;
ALTER TABLE t REPLICA IDENTITY FULL;
