CREATE FUNCTION eq(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = eq);
CREATE TABLE t (a integer, CHECK (a === 1));
CREATE VIEW v AS SELECT a === 2 AS same FROM t;
CREATE TYPE p AS (x integer);
CREATE CAST (integer AS p) WITH INOUT;
