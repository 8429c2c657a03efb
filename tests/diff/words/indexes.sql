-- case: an index becomes unique, partial and covering
-- says: index s.i: is now UNIQUE
-- says: index s.i: included column b added
-- says: index s.i: WHERE (c > 3) added
create table t (a integer, b text, c integer);
create index i on t (a);
-- change
drop index i;
create unique index i on t (a) include (b) where c > 3;

-- case: an index on other columns with another method
-- says: index s.i: columns changed from (a) to (c)
-- says: index s.i: method changed from btree to hash
create table t (a integer, b text, c integer);
create index i on t (a);
-- change
drop index i;
create index i on t using hash (c);

-- case: another order, operator class and collation
-- says: index s.i: column a order changed from ASC to DESC NULLS LAST
-- says: index s.i: column lower(b) operator class changed from the default to text_pattern_ops
-- says: index s.i: column b collation changed from the default to "C"
create table t (a integer, b text, c integer);
create index i on t (a, lower(b), b);
-- change
drop index i;
create index i on t
    (a desc nulls last, lower(b) text_pattern_ops, b collate "C");

-- case: only the place of nulls
-- says: index s.i: column a order changed from ASC to ASC NULLS FIRST
create table t (a integer, b text, c integer);
create index i on t (a);
-- change
drop index i;
create index i on t (a nulls first);

-- case: another expression
-- says: index s.i: columns changed from (a + 1) to (a + 2)
create table t (a integer, b text, c integer);
create index i on t ((a + 1));
-- change
drop index i;
create index i on t ((a + 2));

-- case: options of an index, and statistics
-- says: index s.i: option fillfactor 60 added
-- says: index s.i: column 1 statistics target 300 added
create table t (a integer, b text, c integer);
create index i on t ((a + 1));
-- change
alter index i set (fillfactor = 60);
alter index i alter 1 set statistics 300;

-- case: options of an operator class
-- says: index s.i: column a operator class changed from the default to tsvector_ops (siglen='100')
create table t (a tsvector);
create index i on t using gist (a);
-- change
drop index i;
create index i on t using gist (a tsvector_ops (siglen = 100));

-- case: nulls are not distinct in an index
-- postgres: 15-
-- says: index s.i: is now NULLS NOT DISTINCT
create table t (a integer, b text, c integer);
create unique index i on t (a);
-- change
drop index i;
create unique index i on t (a) nulls not distinct;

-- case: another condition
-- says: index s.i: WHERE changed from ((c > 3) AND (b <> 'x'::text)) to ((c > 3) AND (b <> 'y'::text))
create table t (a integer, b text, c integer);
create index i on t (a) where c > 3 and b <> 'x';
-- change
drop index i;
create index i on t (a) where c > 3 and b <> 'y';

-- case: an index that no partition has
-- says: index s.i: is now UNIQUE
create table t (a integer) partition by list (a);
create index i on only t (a);
-- change
drop index i;
create unique index i on only t (a);

-- case: the other direction
-- says: index s.i: column a order changed from ASC to DESC
create table t (a integer);
create index i on t (a);
-- change
drop index i;
create index i on t (a desc);
