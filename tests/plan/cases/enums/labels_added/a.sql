CREATE TYPE m AS ENUM ('b', 'd');
CREATE TABLE t (x m DEFAULT 'b');
CREATE TYPE quiet AS ENUM ('x');
