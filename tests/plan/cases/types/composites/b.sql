CREATE TYPE c AS (b varchar(9), d date);
CREATE TYPE held AS (a bigint);
CREATE TABLE t (h held, hs held[]);
CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1';
CREATE VIEW v AS SELECT (h).a FROM t;
