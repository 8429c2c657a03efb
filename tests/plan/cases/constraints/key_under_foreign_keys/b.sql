CREATE TABLE p (a integer, b integer NOT NULL, c text, PRIMARY KEY (b), UNIQUE NULLS NOT DISTINCT (a));
CREATE TABLE t (a integer REFERENCES p (a), b integer REFERENCES p (b));
CREATE VIEW v AS SELECT b, c FROM p GROUP BY b;
