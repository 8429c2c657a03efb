-- case: a body
-- says: function s.f(): body changed: select 1 -> select 2
create function f() returns integer language sql as 'select 1';
-- change
create or replace function f() returns integer language sql as 'select 2';

-- case: every attribute
-- says: function s.f(): volatility changed from VOLATILE to IMMUTABLE
-- says: function s.f(): parallel safety changed from UNSAFE to SAFE
-- says: function s.f(): cost changed from the default to 5
-- says: function s.f(): rows changed from the default to 7
-- says: function s.f(): is now STRICT
-- says: function s.f(): is now LEAKPROOF
-- says: function s.f(): is now SECURITY DEFINER
-- says: function s.f(): SET search_path a, b added
-- says: function s.f(): SET work_mem 1MB added
create function f() returns setof integer language plpgsql as 'begin end';
-- change
create or replace function f() returns setof integer language plpgsql
    immutable strict security definer leakproof parallel safe cost 5 rows 7
    set search_path = a, b set work_mem = '1MB' as 'begin end';

-- case: less of it
-- says: function s.f(): is no longer STRICT
-- says: function s.f(): is now SECURITY INVOKER
-- says: function s.f(): SET search_path changed from '' to pg_temp
create function f() returns integer language sql strict security definer
    set search_path = '' as 'select 1';
-- change
alter function f() called on null input;
alter function f() security invoker;
alter function f() set search_path = pg_temp;

-- case: arguments have other names and defaults
-- says: function s.f(integer, integer, text): argument "a" renamed to "b"
-- says: function s.f(integer, integer, text): argument 2 default changed from 1 to 2
create function f(a integer, integer default 1, c text default 'x') returns integer
    language sql as 'select 1';
-- change
drop function f;
create function f(b integer, integer default 2, c text default 'x')
    returns integer language sql as 'select 1';

-- case: a result type and a language
-- says: function s.f(integer): result type changed from integer to TABLE(x integer, y text)
-- says: function s.f(integer): language changed from sql to plpgsql
-- says: function s.f(integer): body changed: select 1 -> begin end
create function f(a integer) returns integer language sql as 'select 1';
-- change
drop function f;
create function f(a integer) returns table (x integer, y text)
    language plpgsql as 'begin end';

-- case: an OUT argument more
-- says: function s.f(integer): arguments changed from (a integer, OUT b integer) to (a integer, OUT b integer, OUT c text)
-- says: function s.f(integer): result type changed from integer to record
-- says: function s.f(integer): body changed: select 1 -> select 1, null
create function f(a integer, out b integer) language sql as 'select 1';
-- change
drop function f;
create function f(a integer, out b integer, out c text)
    language sql as 'select 1, null';

-- case: an argument of another mode
-- says: procedure s.p(integer): argument "a" mode changed from IN to INOUT
create procedure p(in a integer) language plpgsql as 'begin end';
-- change
drop procedure p;
create procedure p(inout a integer) language plpgsql as 'begin end';

-- case: a body in SQL
-- says: function s.f(integer): body changed: SELECT (a + 1); -> SELECT (a + 2);
create function f(a integer) returns integer begin atomic select a + 1;
end;
-- change
create or replace function f(a integer) returns integer begin atomic select a + 2;
end;

-- case: a returned expression
-- says: function s.f(integer): body changed: (a + 1) -> (a + 2)
create function f(a integer) returns integer return a + 1;
-- change
create or replace function f(a integer) returns integer return a + 2;

-- case: a type of a result
-- says: function s.f(): result type changed from SETOF integer to integer
create function f() returns setof integer language sql as 'select 1';
-- change
drop function f;
create function f() returns integer language sql as 'select 1';

-- case: a C function
-- says: function s.f(internal): body changed: int4in -> int8in
create function f(internal) returns void language internal as 'int4in';
-- change
create or replace function f(internal) returns void language internal as 'int8in';

-- case: an aggregate
-- says: aggregate s.g(integer): INITCOND 0 added
-- says: aggregate s.g(integer): PARALLEL safe added
create aggregate g(integer) (sfunc = int4pl, stype = integer);
-- change
create or replace aggregate g(integer)
    (sfunc = int4pl, stype = integer, initcond = '0', parallel = safe);

-- case: names with blanks and capitals
-- says: comment on function s."Odd f"(a integer): text 'x' added
-- says: comment on operator class s."Odd c" using btree: text 'y' added
-- says: function s."Odd f"(integer): is now STRICT
-- says: operator class s."Odd c" using btree: member OPERATOR 2 <=(integer,integer) added
create function "Odd f"(a integer) returns integer language sql as 'select 1';
create operator class "Odd c" for type integer using btree as
    operator 1 <, function 1 btint4cmp(integer, integer);
-- change
alter function "Odd f"(integer) strict;
comment on function "Odd f"(integer) is 'x';
drop operator class "Odd c" using btree;
create operator class "Odd c" for type integer using btree family "Odd c" as
    operator 1 <, operator 2 <=, function 1 btint4cmp(integer, integer);
comment on operator class "Odd c" using btree is 'y';
