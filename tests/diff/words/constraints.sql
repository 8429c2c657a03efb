-- case: a primary key has another column
-- says: constraint pk on s.t: columns changed from (a) to (a, b)
create table t (a integer not null, b integer not null, constraint pk primary key (a));
-- change
alter table t drop constraint pk, add constraint pk primary key (a, b);

-- case: a foreign key deletes along and is deferrable
-- says: constraint fk on s.t: ON DELETE changed from NO ACTION to CASCADE
-- says: constraint fk on s.t: is now DEFERRABLE
-- says: constraint fk on s.t: is now INITIALLY DEFERRED
create table p (id integer primary key);
create table t (a integer constraint fk references p);
-- change
alter table t drop constraint fk, add constraint fk foreign key (a) references p
    on delete cascade deferrable initially deferred;

-- case: a foreign key is validated
-- says: constraint fk on s.t: is now validated
create table p (id integer primary key);
create table t (a integer);
alter table t add constraint fk foreign key (a) references p not valid;
-- change
alter table t validate constraint fk;

-- case: a foreign key leads elsewhere
-- says: constraint fk on s.t: references changed from s.p(id) to s.q(id)
create table p (id integer primary key);
create table q (id integer primary key);
create table t (a integer constraint fk references p);
-- change
alter table t drop constraint fk, add constraint fk foreign key (a) references q;

-- case: a check is not valid any more
-- says: constraint x on s.t: dropped
-- says: table s.t: constraint "x" added: CHECK (a > 1)
create table t (a integer);
alter table t add constraint x check (a > 1) not valid;
-- change
alter table t validate constraint x;

-- case: a unique constraint with included columns
-- says: constraint u on s.t: included column b added
-- says: constraint u on s.t: option fillfactor 50 added
create table t (a integer, b integer, constraint u unique (a));
-- change
alter table t drop constraint u, add constraint u unique (a) include (b) with (fillfactor=50);

-- case: nulls are not distinct
-- postgres: 15-
-- says: constraint u on s.t: is now NULLS NOT DISTINCT
create table t (a integer, constraint u unique (a));
-- change
alter table t drop constraint u, add constraint u unique nulls not distinct (a);

-- case: an exclusion constraint has a condition
-- says: constraint e on s.t: WHERE (NOT isempty(a)) added
create table t (a int4range, constraint e exclude using gist (a with &&));
-- change
alter table t drop constraint e,
    add constraint e exclude using gist (a with &&) where (not isempty(a));

-- case: an exclusion constraint has other elements
-- says: constraint e on s.t: elements changed from gist (a WITH &&) to gist (a WITH =)
create table t (a int4range, constraint e exclude using gist (a with &&));
-- change
alter table t drop constraint e, add constraint e exclude using gist (a with =);

-- case: a unique constraint becomes the primary key
-- says: constraint k on s.t: kind changed from UNIQUE to PRIMARY KEY
create table t (a integer not null, constraint k unique (a));
-- change
alter table t drop constraint k, add constraint k primary key (a);

-- case: a constraint is not enforced
-- postgres: 18-
-- says: constraint x on s.t: created
-- says: table s.t: constraint "x" dropped: CHECK (a > 1)
create table t (a integer, constraint x check (a > 1));
-- change
alter table t drop constraint x, add constraint x check (a > 1) not enforced;

-- case: a primary key without overlaps
-- postgres: 18-
-- says: constraint k on s.t: columns changed from (a, b) to (a, b WITHOUT OVERLAPS)
create table t (a int4range, b int4range, constraint k primary key (a, b));
-- change
alter table t drop constraint k, add constraint k primary key (a, b without overlaps);

-- case: a primary key is what a table is clustered on
-- says: constraint k on s.t: is now the index to cluster on
create table t (a integer constraint k primary key);
-- change
alter table t cluster on k;

-- case: the table of a foreign key is partitioned now
-- says: constraint fk on s.t: now includes the partitions of its table
-- says: table s.t: partition key LIST (a) added
create table p (id integer primary key);
create table t (a integer constraint fk references p);
-- change
drop table t;
create table t (a integer constraint fk references p) partition by list (a);
