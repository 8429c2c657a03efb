-- case: timing, events, level and function
-- says: trigger g on s.t: timing changed from BEFORE to AFTER
-- says: trigger g on s.t: events changed from INSERT to INSERT OR DELETE
-- says: trigger g on s.t: level changed from FOR EACH ROW to FOR EACH STATEMENT
-- says: trigger g on s.t: function changed from s.f to s.f2
create table t (a integer, b text, c integer);
create function f() returns trigger language plpgsql as 'begin return new; end';
create function f2() returns trigger language plpgsql as 'begin return new; end';
create trigger g before insert on t for each row execute function f();
-- change
create or replace trigger g after insert or delete on t for each statement
    execute function f2();

-- case: condition, columns and arguments
-- says: trigger g on s.t: columns a, b added
-- says: trigger g on s.t: WHEN (old.a IS DISTINCT FROM new.a) added
-- says: trigger g on s.t: function arguments changed from 'x' to 'x', 'y''z'
create table t (a integer, b text, c integer);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger g before update on t for each row execute function f('x');
-- change
create or replace trigger g before update of a, b on t for each row
    when (old.a is distinct from new.a) execute function f('x', 'y''z');

-- case: transition tables
-- says: trigger g on s.t: transition tables OLD TABLE AS o NEW TABLE AS n added
create table t (a integer, b text, c integer);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger g after update on t
    for each statement execute function f();
-- change
create or replace trigger g after update on t referencing old table as o new table as n
    for each statement execute function f();

-- case: whether it fires
-- says: trigger g on s.t: state changed from enabled to disabled
-- says: trigger h on s.t: state changed from enabled to enabled always
-- says: trigger i on s.t: state changed from disabled to enabled on replicas only
create table t (a integer, b text, c integer);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger g before insert on t for each row execute function f();
create trigger h before insert on t for each row execute function f();
create trigger i before insert on t for each row execute function f();
alter table t disable trigger i;
-- change
alter table t disable trigger g;
alter table t enable always trigger h;
alter table t enable replica trigger i;

-- case: a constraint trigger
-- says: trigger g on s.t: is now DEFERRABLE
-- says: trigger g on s.t: is now INITIALLY DEFERRED
create table t (a integer, b text, c integer);
create function f() returns trigger language plpgsql as 'begin return new; end';
create constraint trigger g after insert on t for each row execute function f();
-- change
drop trigger g on t;
create constraint trigger g after insert on t
    deferrable initially deferred for each row execute function f();

-- case: an event trigger
-- says: event trigger words_e: event changed from ddl_command_end to ddl_command_start
-- says: event trigger words_e: state changed from enabled to enabled on replicas only
-- says: event trigger words_e: tag CREATE VIEW added
create function e() returns event_trigger language plpgsql as 'begin end';
create event trigger words_e on ddl_command_end when tag in ('CREATE TABLE')
    execute function e();
-- change
drop event trigger words_e;
create event trigger words_e on ddl_command_start
    when tag in ('CREATE VIEW', 'CREATE TABLE') execute function e();
alter event trigger words_e enable replica;
