CREATE TYPE entry AS (id integer, name text);
CREATE TABLE book OF entry (PRIMARY KEY (id));
INSERT INTO book VALUES (1, 'x');
