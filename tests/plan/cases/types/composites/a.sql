CREATE TYPE c AS (a integer, b text);
CREATE TYPE held AS (a integer);
CREATE TABLE t (h held, hs held[]);
CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS 'SELECT $1';
CREATE VIEW v AS SELECT (h).a FROM t;
