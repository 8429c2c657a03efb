-- case: a table's rights
-- says: privileges on table s.t: words_anon may now UPDATE
-- says: privileges on table s.t: words_anon may no longer INSERT
-- says: privileges on table s.t: words_other may now grant SELECT to others
-- says: privileges on table s.t: "Words Weird" may now DELETE
create table t (a integer, b text, c integer);
grant select, insert on t to words_anon;
grant select on t to words_other;
-- change
grant update on t to words_anon;
revoke insert on t from words_anon;
grant select on t to words_other with grant option;
grant delete on t to "Words Weird";

-- case: the first right on a table
-- says: privileges on table s.t: words_anon may now SELECT with grant option
create table t (a integer, b text, c integer);
-- change
grant select on t to words_anon with grant option;

-- case: everything, and then less
-- says: privileges on table s.t: words_anon may now do everything (ALL)
-- says: privileges on table s.u: words_anon may no longer DELETE, TRUNCATE
create table t (a integer, b text, c integer);
create table u (a integer);
grant all on u to words_anon;
-- change
grant all on t to words_anon;
revoke delete, truncate on u from words_anon;

-- case: rights that are built in
-- says: privileges on function s.f(): PUBLIC may no longer EXECUTE
-- says: privileges on function s.f(): words_anon may now EXECUTE
create function f() returns integer language sql as 'select 1';
-- change
revoke execute on function f() from public;
grant execute on function f() to words_anon;

-- case: rights of the owner
-- says: privileges on table s.t: postgres may no longer INSERT, UPDATE
create table t (a integer, b text, c integer);
-- change
revoke insert, update on t from current_user;

-- case: a column's rights
-- says: privileges on column s.t.b: words_anon may now SELECT, REFERENCES (b)
-- says: privileges on column s.t.b: words_anon may no longer UPDATE (b)
create table t (a integer, b text, c integer);
grant update (b) on t to words_anon;
-- change
revoke update (b) on t from words_anon;
grant select (b), references (b) on t to words_anon;

-- case: sequences and types
-- says: privileges on sequence s.q: words_anon may now SELECT, USAGE
-- says: privileges on type s.e: PUBLIC may no longer USAGE
create sequence q;
create type e as enum ('a');
-- change
grant usage, select on sequence q to words_anon;
revoke usage on type e from public;

-- case: default privileges
-- says: default privileges for functions for role postgres in schema s: words_anon may now EXECUTE on new functions
-- says: default privileges for tables for role postgres in schema s: words_anon may now INSERT on new tables
-- says: default privileges for tables for role postgres in schema s: words_other may no longer SELECT on new tables
alter default privileges in schema {schema} grant select on tables to words_other,
    words_anon;
-- change
alter default privileges in schema {schema} grant select, insert on tables to words_anon;
alter default privileges in schema {schema} grant execute on functions to words_anon;
alter default privileges in schema {schema} revoke select on tables from words_other;
