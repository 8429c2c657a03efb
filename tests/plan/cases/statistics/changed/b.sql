CREATE TABLE t (a integer, b integer);
CREATE STATISTICS s (mcv) ON a, b FROM t;
CREATE STATISTICS r ON a, b FROM t;
COMMENT ON STATISTICS s IS 'stat';
