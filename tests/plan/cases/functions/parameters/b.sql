CREATE FUNCTION f(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION g(OUT a integer, OUT c text) LANGUAGE sql AS $$SELECT 1, 'x'$$;
CREATE FUNCTION h(y integer) RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION k(named integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
