CREATE TYPE a AS ENUM ('x');
CREATE TYPE b AS (x integer);
CREATE TABLE t (a a, b b);
