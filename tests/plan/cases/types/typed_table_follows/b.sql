CREATE TYPE entry AS (id bigint, name text);
CREATE TABLE book OF entry (PRIMARY KEY (id), name DEFAULT 'y');
