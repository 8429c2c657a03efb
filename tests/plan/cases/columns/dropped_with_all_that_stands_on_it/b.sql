CREATE TABLE t (id integer PRIMARY KEY, m integer);
CREATE TABLE u (n integer);
CREATE VIEW v AS SELECT id FROM t;
