-- case: text search
-- says: text search configuration s.c: mapping for word to changed from english_stem to simple
-- says: text search configuration s.c: mapping for uint to simple dropped
-- says: text search dictionary s.d: ACCEPT false added
create text search configuration c (copy = pg_catalog.english);
create text search dictionary d (template = simple, stopwords = 'english');
-- change
alter text search configuration c alter mapping for word with simple;
alter text search configuration c drop mapping for uint;
alter text search dictionary d (accept = false);

-- case: an operator
-- says: operator s.=== (integer, integer): is now HASHES
-- says: operator s.=== (integer, integer): RESTRICT eqsel added
create operator === (leftarg = integer, rightarg = integer, function = int4eq);
-- change
drop operator === (integer, integer);
create operator ===
    (leftarg = integer, rightarg = integer, function = int4eq, hashes, restrict = eqsel);

-- case: an operator class and a family
-- says: operator class s.k using btree: member OPERATOR 2 <=(integer,integer) added
-- says: operator family s.o2 using btree: member OPERATOR 1 <(smallint,bigint) added
create operator family o using btree;
create operator family o2 using btree;
create operator class k for type integer using btree family o as
    operator 1 <, function 1 btint4cmp(integer, integer);
-- change
drop operator class k using btree;
create operator class k for type integer
    using btree family o as operator 1 <, operator 2 <=, function 1 btint4cmp(integer, integer);
alter operator family o2 using btree add operator 1 < (int2, int8);

-- case: a cast
-- says: cast (s.e as integer): use changed from explicit only to AS ASSIGNMENT
create type e as enum ('a');
create cast (e as integer) with inout;
-- change
drop cast (e as integer);
create cast (e as integer) with inout as assignment;

-- case: a collation
-- says: collation s.l: LOCALE changed from C to POSIX
create collation l (provider = libc, locale = 'C');
-- change
drop collation l;
create collation l (provider = libc, locale = 'POSIX');

-- case: a conversion
-- says: conversion s.c: is now DEFAULT
create conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
-- change
drop conversion c;
create default conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;

-- case: statistics
-- says: statistics s.x: kind mcv added
-- says: statistics s.x: kind ndistinct dropped
-- says: statistics s.x: column c added
-- says: statistics s.x: column b dropped
-- says: statistics s.y: statistics target changed from the default to 50
create table t (a integer, b text, c integer);
create statistics x (ndistinct) on a, b from t;
create statistics y on a, b from t;
-- change
drop statistics x;
create statistics x (mcv) on a, c from t;
alter statistics y set statistics 50;

-- case: an access method
-- says: access method words_am: handler changed from heap_tableam_handler to bthandler
-- says: access method words_am: type changed from TABLE to INDEX
create access method words_am type table handler heap_tableam_handler;
-- change
drop access method words_am;
create access method words_am type index handler bthandler;

-- case: a schema
-- says: schema words_schema: created
-- change
create schema words_schema;
