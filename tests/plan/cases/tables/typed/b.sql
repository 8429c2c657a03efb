CREATE TYPE pair AS (a integer, b text, c date);
CREATE TABLE t OF pair (PRIMARY KEY (a), b DEFAULT 'x' NOT NULL);
