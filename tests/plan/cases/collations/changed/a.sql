CREATE COLLATION c (provider = libc, locale = 'C');
CREATE TABLE t (a text COLLATE c);
CREATE INDEX t_a ON t (a);
