CREATE TYPE r AS RANGE (subtype = integer);
CREATE TABLE t (r r, m r_multirange, i integer);
CREATE INDEX t_r ON t USING gist (r);
