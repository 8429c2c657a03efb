CREATE TABLE t (r int4range, n integer, CONSTRAINT t_n UNIQUE (n));
ALTER TABLE t ADD CONSTRAINT t_r_excl EXCLUDE USING gist (r WITH -|-) WHERE (n > 1);
