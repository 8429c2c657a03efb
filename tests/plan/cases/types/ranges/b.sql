CREATE TYPE r AS RANGE (subtype = bigint, multirange_type_name = rs);
CREATE TABLE t (r r, m rs, i integer);
CREATE INDEX t_r ON t USING gist (r);
