CREATE TABLE t (a text, b integer, c integer, d varchar(20), e integer[], f integer[], g date, h text, i text, j integer, k bytea);
