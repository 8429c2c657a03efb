CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE t (id integer, feels text DEFAULT 'sad' NOT NULL, was mood DEFAULT 'glad', many mood[]);
CREATE INDEX t_feels ON t (feels);
CREATE INDEX t_was ON t (was) WHERE was = 'sad';
