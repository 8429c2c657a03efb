CREATE TABLE a (x integer);
CREATE TABLE b (y integer);
CREATE TABLE c (x integer, z integer, y integer);
ALTER TABLE c INHERIT b;
