CREATE TABLE t (a boolean, b numeric, c money, d integer, e jsonb, f oid, g character(12), h smallint);
INSERT INTO t VALUES (true, 1, 2, 3, '4', 5, '10.0.0.1', 7);
