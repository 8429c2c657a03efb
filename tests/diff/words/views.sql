-- case: a view's query
-- says: view s.v: query changed: WHERE (t.a > 1) -> WHERE (t.a > 2)
create table t (a integer, b text, c integer);
create view v as select t.a, u.b from t, t u where t.a > 1;
-- change
create or replace view v as select t.a, u.b from t, t u where t.a > 2;

-- case: a column is appended
-- says: view s.v: column "twice" added
-- says: view s.v: query changed
create table t (a integer, b text, c integer);
create view v as select a from t;
-- change
create or replace view v as select a, c * 2 as twice from t;

-- case: options and check option
-- says: view s.v: option security_barrier true added
-- says: view s.v: check option CASCADED added
create table t (a integer, b text, c integer);
create view v as select a from t where a > 1;
-- change
create or replace view v with (security_barrier = true) as
    select a from t where a > 1 with cascaded check option;

-- case: the right of the invoker
-- postgres: 15-
-- says: view s.v: option security_invoker true dropped
create table t (a integer, b text, c integer);
create view v with (security_invoker = true) as select a from t;
-- change
alter view v reset (security_invoker);

-- case: another check option
-- says: view s.v: check option changed from LOCAL to CASCADED
create table t (a integer, b text, c integer);
create view v as select a from t where a > 1 with local check option;
-- change
create or replace view v as select a from t where a > 1 with cascaded check option;

-- case: a view's column has a default
-- says: column s.v.a: default 7 added
create table t (a integer, b text, c integer);
create view v as select a from t;
-- change
alter view v alter a set default 7;

-- case: columns of a view change places
-- says: view s.v: column order changed: a, b -> b, a
-- says: view s.v: query changed
create table t (a integer, b text, c integer);
create view v as select a, b from t;
-- change
drop view v;
create view v as select b, a from t;

-- case: a materialized view
-- says: materialized view s.v: query changed: WHERE (t.c = 1) added
-- says: materialized view s.v: option fillfactor 50 added
-- says: materialized view s.v: column "a" statistics target 10 added
create table t (a integer, b text, c integer);
create materialized view v as select t.a, u.b from t, t u;
-- change
drop materialized view v;
create materialized view v with (fillfactor = 50) as select t.a, u.b from t, t u where t.c = 1;
alter materialized view v alter a set statistics 10;

-- case: a view becomes a table
-- says: table s.v: created
-- says: view s.v: dropped
create table t (a integer, b text, c integer);
create view v as select a from t;
-- change
drop view v;
create table v (a integer);

-- case: a union's columns
-- says: view s.v: column "x" added
-- says: view s.v: query changed
create table t (a integer, b text, c integer);
create view v as select a from t union all select c from t;
-- change
create or replace view v as select a, 1 as x from t union all select c, 2 from t;

-- case: rules
-- says: rule q on s.t: state changed from enabled to disabled
-- says: rule q on s.t: condition changed from (old.a > 1) to (old.a > 2)
-- says: rule r on s.t: is now INSTEAD
-- says: rule r on s.t: action changed: NOTIFY x -> NOTHING
create table t (a integer, b text, c integer);
create rule r as on insert to t do also notify x;
create rule q as on update to t where old.a > 1 do instead nothing;
-- change
create or replace rule r as on insert to t do instead nothing;
drop rule q on t;
create rule q as on update to t where old.a > 2 do instead nothing;
alter table t disable rule q;
