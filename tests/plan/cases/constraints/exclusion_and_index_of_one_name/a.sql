CREATE TABLE t (r int4range, n integer, EXCLUDE USING gist (r WITH &&));
CREATE UNIQUE INDEX t_n ON t (n);
