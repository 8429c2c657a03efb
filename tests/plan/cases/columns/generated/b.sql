CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 3) STORED, c integer, d integer GENERATED ALWAYS AS (a + 1) STORED);
CREATE VIEW v AS SELECT b FROM t;
CREATE INDEX t_b ON t (b);
