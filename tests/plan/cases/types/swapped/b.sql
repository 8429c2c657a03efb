CREATE TYPE a AS (x integer);
CREATE TYPE b AS ENUM ('x');
CREATE TABLE t (a b, b a);
