CREATE TABLE p (a integer, b integer, c text, PRIMARY KEY (a), UNIQUE (b));
CREATE TABLE t (a integer REFERENCES p (a), b integer REFERENCES p (b));
CREATE VIEW v AS SELECT a, c FROM p GROUP BY a;
