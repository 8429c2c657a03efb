-- case: a function is created
-- expect: FUNCTION | public | one()
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';

-- case: a function is dropped
-- expect: FUNCTION | public | many()
DROP FUNCTION many();

-- case: a function gets a namesake with other arguments
-- expect: FUNCTION | public | add(text)
CREATE FUNCTION add(a text) RETURNS text LANGUAGE sql AS 'SELECT a';

-- case: a function does something else
-- expect: FUNCTION | public | add(integer, integer)
CREATE OR REPLACE FUNCTION add(a integer, b integer DEFAULT 1) RETURNS integer
    LANGUAGE sql AS 'SELECT a - b';

-- case: the body of a trigger function gets a comment
-- expect: FUNCTION | public | touch()
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- nothing to do
    RETURN NEW;
END
$$;

-- case: a function returns another type
-- expect: FUNCTION | public | many()
DROP FUNCTION many();
CREATE FUNCTION many() RETURNS SETOF bigint LANGUAGE sql AS 'SELECT generate_series(1, 3)';

-- case: an argument gets another default
-- expect: FUNCTION | public | add(integer, integer)
CREATE OR REPLACE FUNCTION add(a integer, b integer DEFAULT 2) RETURNS integer
    LANGUAGE sql AS 'SELECT a + b';

-- case: an argument gets another name
-- expect: FUNCTION | public | int_eq(integer, integer)
CREATE OR REPLACE FUNCTION int_eq(one integer, two integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 = $2';

-- case: a function becomes stable
-- expect: FUNCTION | public | add(integer, integer)
ALTER FUNCTION add(integer, integer) STABLE;

-- case: a function is no longer immutable
-- expect: FUNCTION | public | int_eq(integer, integer)
ALTER FUNCTION int_eq(integer, integer) VOLATILE;

-- case: a function becomes strict
-- expect: FUNCTION | public | add(integer, integer)
ALTER FUNCTION add(integer, integer) STRICT;

-- case: a function runs with the rights of its owner
-- expect: FUNCTION | public | add(integer, integer)
ALTER FUNCTION add(integer, integer) SECURITY DEFINER;

-- case: a function is said to be leakproof
-- expect: FUNCTION | public | add(integer, integer)
ALTER FUNCTION add(integer, integer) LEAKPROOF;

-- case: a function may run in parallel
-- expect: FUNCTION | public | add(integer, integer)
ALTER FUNCTION add(integer, integer) PARALLEL SAFE;

-- case: a function gets another cost
-- expect: FUNCTION | public | add(integer, integer)
ALTER FUNCTION add(integer, integer) COST 5;

-- case: a function is said to return fewer rows
-- expect: FUNCTION | public | many()
ALTER FUNCTION many() ROWS 3;

-- case: a function gets a support function
-- expect: FUNCTION | public | many()
ALTER FUNCTION many() SUPPORT pg_catalog.generate_series_int4_support;

-- case: a function gets a setting
-- expect: FUNCTION | public | add(integer, integer)
ALTER FUNCTION add(integer, integer) SET search_path = pg_catalog, public;

-- case: a setting of a function changes
-- expect: FUNCTION | public | configured()
ALTER FUNCTION configured() SET work_mem = '16MB';

-- case: a function loses its setting
-- expect: FUNCTION | public | configured()
ALTER FUNCTION configured() RESET ALL;

-- case: a function is written in another language
-- expect: FUNCTION | public | add(integer, integer)
CREATE OR REPLACE FUNCTION add(a integer, b integer DEFAULT 1) RETURNS integer
    LANGUAGE plpgsql AS 'BEGIN RETURN a + b; END';

-- case: a function with a body of statements does something else
-- expect: FUNCTION | public | newer(integer)
CREATE OR REPLACE FUNCTION newer(x integer) RETURNS integer LANGUAGE sql
    BEGIN ATOMIC SELECT x + 2; END;

-- case: a function returns a table
-- expect: FUNCTION | public | pairs(integer)
CREATE FUNCTION pairs(n integer) RETURNS TABLE (a integer, b text) LANGUAGE sql
    AS $$SELECT 1, 'x'$$;

-- case: a function moves to another schema of ours
-- expect: FUNCTION | app | many()
-- expect: FUNCTION | public | many()
ALTER FUNCTION many() SET SCHEMA app;

-- case: a function depends on an extension
-- needs: citext
-- expect: EXTENSION |  | citext
-- expect: FUNCTION | public | many()
CREATE EXTENSION citext;
ALTER FUNCTION many() DEPENDS ON EXTENSION citext;

-- case: a procedure is created
-- expect: PROCEDURE | public | clean()
CREATE PROCEDURE clean() LANGUAGE sql AS 'SELECT 1';

-- case: a procedure does something else
-- expect: PROCEDURE | public | tidy(integer)
CREATE OR REPLACE PROCEDURE tidy(INOUT n integer) LANGUAGE plpgsql AS 'BEGIN n := n + 2; END';

-- case: a procedure runs with the rights of its owner
-- expect: PROCEDURE | public | tidy(integer)
ALTER PROCEDURE tidy(integer) SECURITY DEFINER;

-- case: a procedure is dropped
-- expect: PROCEDURE | public | tidy(integer)
DROP PROCEDURE tidy(integer);

-- case: an aggregate is created
-- expect: AGGREGATE | public | product_of(integer)
CREATE AGGREGATE product_of (integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '1');

-- case: an aggregate starts from another value
-- expect: AGGREGATE | public | total_of(integer)
CREATE OR REPLACE AGGREGATE total_of (integer)
    (SFUNC = int4pl, STYPE = integer, INITCOND = '1');

-- case: an aggregate may run in parallel
-- expect: AGGREGATE | public | total_of(integer)
CREATE OR REPLACE AGGREGATE total_of (integer)
    (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = safe);

-- case: an aggregate is dropped
-- expect: AGGREGATE | public | total_of(integer)
DROP AGGREGATE total_of (integer);
