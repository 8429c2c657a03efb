CREATE TABLE t (a bigint, b boolean, c integer, d jsonb, e smallint, f regtype, g inet[], h money);
