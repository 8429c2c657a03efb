-- case: operations and roots
-- says: publication words_p: operation delete added
-- says: publication words_p: operation update dropped
-- says: publication words_p: publish_via_partition_root true added
create publication words_p with (publish = 'insert, update');
-- change
alter publication words_p set (publish = 'insert, delete',
    publish_via_partition_root = true);

-- case: all tables
-- says: publication words_q: is now FOR ALL TABLES
create publication words_q;
-- change
drop publication words_q;
create publication words_q for all tables;

-- case: columns and rows of a table
-- postgres: 15-
-- says: table s.t in publication words_r: column list changed from (a, b) to (a)
-- says: table s.t in publication words_r: row filter (c > 3) added
create table t (a integer, b text, c integer);
create publication words_r for table t (a, b);
-- change
alter publication words_r set table t (a) where (c > 3);

-- case: tables come and go
-- says: table s.t in publication words_u: removed from the publication
-- says: table s.u in publication words_u: added to the publication
create table t (a integer, b text, c integer);
create table u (a integer);
create publication words_u for table t;
-- change
alter publication words_u set table u;

-- case: a subscription
-- says: subscription words_s: connection changed
-- says: subscription words_s: publication q added
-- says: subscription words_s: synchronous_commit on added
create subscription words_s connection 'host=a password=sekrit' publication p
    with (connect = false, slot_name = none);
-- change
alter subscription words_s connection 'host=b password=secret';
alter subscription words_s set publication p, q with (refresh = false);
alter subscription words_s set (synchronous_commit = 'on');
