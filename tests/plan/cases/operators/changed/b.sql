CREATE FUNCTION eq(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $2 = $1';
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = eq, COMMUTATOR = ===, RESTRICT = eqsel);
CREATE TABLE t (a integer, CHECK (a === 1));
CREATE VIEW v AS SELECT a === 2 AS same FROM t;
CREATE TYPE p AS (x integer);
CREATE CAST (integer AS p) WITH INOUT AS ASSIGNMENT;
CREATE OPERATOR CLASS oc FOR TYPE integer USING hash AS OPERATOR 1 ===, FUNCTION 1 hashint4(integer);
