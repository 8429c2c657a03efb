CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED, c integer GENERATED ALWAYS AS (a) STORED, d integer);
CREATE VIEW v AS SELECT b FROM t;
CREATE INDEX t_b ON t (b);
