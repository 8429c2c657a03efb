CREATE TABLE base (id bigint DEFAULT 1 NOT NULL, at date, CHECK (id > 0));
CREATE TABLE child (more integer) INHERITS (base);
ALTER TABLE child ALTER id SET DEFAULT 3;
CREATE VIEW v AS SELECT id FROM child;
CREATE TABLE free (id integer);
