CREATE TABLE t (a text, b text STORAGE external, c text COLLATE "C", d numeric);
ALTER TABLE t ALTER a SET STATISTICS 7, ALTER b SET COMPRESSION pglz, ALTER d SET (n_distinct = 5);
