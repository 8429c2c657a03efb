CREATE TABLE base (id integer DEFAULT 1, note text);
CREATE TABLE child (more integer) INHERITS (base);
ALTER TABLE child ALTER id SET DEFAULT 2;
CREATE VIEW v AS SELECT id FROM child;
CREATE TABLE free (id integer);
