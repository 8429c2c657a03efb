CREATE TABLE t (a integer, b text, c boolean, d varchar(10), e text[], f integer, g timestamptz, h integer[], i jsonb, j numeric(10,2), k uuid);
