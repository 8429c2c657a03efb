CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE t (id integer, feels mood DEFAULT 'sad' NOT NULL, was text DEFAULT 'glad', many text[]);
CREATE INDEX t_feels ON t (feels);
CREATE INDEX t_was ON t (was) WHERE was = 'sad';
