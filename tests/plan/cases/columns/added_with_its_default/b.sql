CREATE FUNCTION next() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE size AS ENUM ('s', 'm');
CREATE DOMAIN price AS numeric CHECK (VALUE > 0);
CREATE TABLE t (a integer, b integer DEFAULT next() NOT NULL, c size DEFAULT 's', d price DEFAULT 1, e text COLLATE "C" NOT NULL DEFAULT 'x', f varchar(9) CHECK (f IN ('x', 'y')));
