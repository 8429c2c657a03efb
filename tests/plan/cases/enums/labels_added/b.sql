CREATE TYPE m AS ENUM ('a', 'b', 'c', 'd', 'it''s');
CREATE TABLE t (x m DEFAULT 'c', CHECK (x <> 'it''s'));
CREATE TYPE quiet AS ENUM ('x', 'y', 'z');
