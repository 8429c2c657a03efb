-- case: comments come, change and go
-- says: comment on column s.t.a: text 'it''s a' dropped
-- says: comment on table s.t: text changed from 'hello' to 'hello\nworld'
-- says: comment on trigger g on s.t: text 'why' added
create table t (a integer, b text, c integer);
comment on table t is 'hello';
comment on column t.a is 'it''s a';
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger g before insert on t for each row execute function f();
-- change
comment on table t is 'hello
world';
comment on column t.a is null;
comment on trigger g on t is 'why';

-- case: long comments show where they part
-- says: comment on table s.t: text changed from … words, a lot of words, the end' to … words, a lot of words, no end'
create table t (a integer, b text, c integer);
comment on table t is 'a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, the end';
-- change
comment on table t is 'a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, a lot of words, no end';

-- case: comments on what belongs to a domain, a function, a type
-- says: comment on constraint k on domain s.d: text 'x' added
-- says: comment on domain s.d: text 'y' added
-- says: comment on function s.f(a integer, b text): text 'z' added
create domain d as integer constraint k check (value > 1);
create function f(a integer, b text) returns integer language sql as 'select 1';
-- change
comment on constraint k on domain d is 'x';
comment on domain d is 'y';
comment on function f(integer, text) is 'z';
