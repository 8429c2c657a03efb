CREATE TABLE t (a text STORAGE main, b text, c text, d numeric);
ALTER TABLE t ALTER b SET STATISTICS 8, ALTER d SET (n_distinct = 6, n_distinct_inherited = 7);
