CREATE TABLE t (id integer PRIMARY KEY, n integer UNIQUE, m integer, CHECK (n > m));
CREATE TABLE u (n integer REFERENCES t (n));
CREATE INDEX t_nm ON t (m, n);
CREATE VIEW v AS SELECT id, n FROM t;
CREATE POLICY p ON t USING (n > 2);
COMMENT ON COLUMN t.n IS 'gone';
