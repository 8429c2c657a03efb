-- case: an enum's values
-- says: type s.e: value 'first' added before 'sad'
-- says: type s.e: value 'x' added after 'ok'
create type e as enum ('sad', 'ok', 'happy');
-- change
alter type e add value 'x' after 'ok';
alter type e add value 'first' before 'sad';

-- case: an enum in another order with one value less
-- says: type s.e: value 'c' dropped
-- says: type s.e: value order changed: 'a', 'b', 'd' -> 'a', 'd', 'b'
create type e as enum ('a', 'b', 'c', 'd');
-- change
drop type e;
create type e as enum ('a', 'd', 'b');

-- case: a composite type
-- says: type s.c: attribute "d" added
-- says: type s.c: attribute "a" dropped
-- says: type s.c: attribute "b" type changed from text to character varying(3)
-- says: type s.c: attribute "c" collation pg_catalog."C" dropped
create type c as (a integer, b text, c text collate "C");
-- change
alter type c drop attribute a, alter attribute b type varchar(3),
    alter attribute c type text, add attribute d date[];

-- case: a range type
-- says: type s.r: SUBTYPE_DIFF float8mi added
create type r as range (subtype = float8);
-- change
drop type r;
create type r as range (subtype = float8, subtype_diff = float8mi);

-- case: an enum becomes a composite type
-- says: type s.e: changed from enum to composite type
create type e as enum ('a');
-- change
drop type e;
create type e as (a integer);

-- case: a domain
-- says: domain s.d: is now NOT NULL
-- says: domain s.d: default changed from 'x'::text to 'z'::text
-- says: domain s.d: constraint "l" added: CHECK (VALUE <> ''::text)
-- says: domain s.d: constraint "k" dropped: CHECK (VALUE <> 'y'::text)
create domain d as text default 'x' constraint k check (value <> 'y');
-- change
alter domain d set default 'z';
alter domain d set not null;
alter domain d drop constraint k;
alter domain d add constraint l check (value <> '');

-- case: a domain of another type, with another check
-- says: domain s.d: base type changed from character varying(10) to character varying(20)
-- says: domain s.d: collation pg_catalog."C" added
-- says: domain s.d: constraint "k" condition changed from (length((VALUE)::text) > 1) to (length((VALUE)::text) > 2)
create domain d as varchar(10) constraint k check (length(value) > 1);
-- change
drop domain d;
create domain d as varchar(20) collate "C"
    constraint k check (length(value) > 2);

-- case: a domain's constraint that is not valid
-- says: constraint k on s.d: created
create domain d as integer;
-- change
alter domain d add constraint k check (value > 1) not valid;
