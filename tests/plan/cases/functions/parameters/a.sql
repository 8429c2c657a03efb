CREATE FUNCTION f(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION g(OUT a integer, OUT b text) LANGUAGE sql AS $$SELECT 1, 'x'$$;
CREATE FUNCTION h(x integer) RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION k(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
