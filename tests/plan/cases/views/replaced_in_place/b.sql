CREATE TABLE t (a integer, b text);
CREATE VIEW v WITH (security_invoker = true) AS SELECT a, b FROM t WHERE a > 0 WITH CHECK OPTION;
CREATE VIEW w AS SELECT a FROM v;
