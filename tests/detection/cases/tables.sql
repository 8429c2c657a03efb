-- case: a table is created
-- expect: TABLE | public | surprise
CREATE TABLE surprise (a integer, b text);

-- case: a table with a primary key is created in another schema of ours
-- expect: CONSTRAINT | app | surprise surprise_pkey
-- expect: TABLE | app | surprise
CREATE TABLE app.surprise (a integer PRIMARY KEY);

-- case: a table without any column is created
-- expect: TABLE | public | bare
CREATE TABLE bare ();

-- case: a table whose name needs quotes is created
-- expect: TABLE | public | Odd "Name", with; all
CREATE TABLE "Odd ""Name"", with; all" ("Column One" integer);

-- case: a table is dropped
-- expect: TABLE | public | spare
DROP TABLE spare;

-- case: a table is renamed
-- expect: TABLE | public | spare
-- expect: TABLE | public | spared
ALTER TABLE spare RENAME TO spared;

-- case: a table moves to another schema of ours
-- expect: TABLE | app | spare
-- expect: TABLE | public | spare
ALTER TABLE spare SET SCHEMA app;

-- case: a table moves out of our schemas
-- expect: TABLE | public | spare
ALTER TABLE spare SET SCHEMA outside;

-- case: a table is no longer logged
-- expect: TABLE | public | spare
ALTER TABLE spare SET UNLOGGED;

-- case: a table gets a fill factor
-- expect: TABLE | public | spare
ALTER TABLE spare SET (fillfactor = 70);

-- case: a table gets its own vacuum settings
-- expect: TABLE | public | users
ALTER TABLE users SET (autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false);

-- case: a table identifies its rows by all columns for replication
-- expect: TABLE | public | plain
ALTER TABLE plain REPLICA IDENTITY FULL;

-- case: a table identifies its rows by an index for replication
-- expect: INDEX | public | plain_a_idx
-- expect: TABLE | public | plain
ALTER TABLE plain ALTER COLUMN a SET NOT NULL;
ALTER TABLE plain REPLICA IDENTITY USING INDEX plain_a_idx;

-- case: a table is to be clustered on an index
-- expect: INDEX | public | users_born_idx
ALTER TABLE users CLUSTER ON users_born_idx;

-- case: a table is stored by another access method
-- postgres: 15-
-- expect: TABLE | public | spare
ALTER TABLE spare SET ACCESS METHOD heap_too;

-- case: a table moves to another tablespace
-- postgres: 15-
-- expect: TABLE | public | spare
-- first: CREATE TABLESPACE detect_space LOCATION ''
-- after drop: DROP TABLESPACE detect_space
ALTER TABLE spare SET TABLESPACE detect_space;

-- case: a table no longer has the type it was made of
-- expect: TABLE | public | typed
ALTER TABLE typed NOT OF;

-- case: a table becomes one of a type
-- expect: TABLE | public | shaped
CREATE TABLE shaped OF loose_pair;

-- case: row security is switched on
-- expect: ROW SECURITY | public | orders
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;

-- case: row security is switched off
-- expect: ROW SECURITY | public | users
ALTER TABLE users DISABLE ROW LEVEL SECURITY;

-- case: row security is forced on the owner
-- expect: TABLE | public | users
ALTER TABLE users FORCE ROW LEVEL SECURITY;

-- case: a partition is attached
-- expect: CONSTRAINT | public | events_loose events_loose_pkey
-- expect: INDEX | public | events_loose_kind_idx
-- expect: INDEX ATTACH | public | events_loose_kind_idx
-- expect: INDEX ATTACH | public | events_loose_pkey
-- expect: TABLE ATTACH | public | events_loose
ALTER TABLE events ATTACH PARTITION events_loose
    FOR VALUES FROM ('2026-01-01+00') TO ('2027-01-01+00');

-- case: a partition is detached
-- expect: INDEX ATTACH | public | events_2024_kind_idx
-- expect: INDEX ATTACH | public | events_2024_pkey
-- expect: TABLE ATTACH | public | events_2024
ALTER TABLE events DETACH PARTITION events_2024;

-- case: a default partition is created
-- expect: CONSTRAINT | public | events_rest events_rest_pkey
-- expect: INDEX | public | events_rest_kind_idx
-- expect: INDEX ATTACH | public | events_rest_kind_idx
-- expect: INDEX ATTACH | public | events_rest_pkey
-- expect: TABLE | public | events_rest
-- expect: TABLE ATTACH | public | events_rest
CREATE TABLE events_rest PARTITION OF events DEFAULT;

-- case: a partition gets other bounds
-- expect: TABLE ATTACH | public | events_2025
ALTER TABLE events DETACH PARTITION events_2025;
ALTER TABLE events ATTACH PARTITION events_2025
    FOR VALUES FROM ('2025-01-01+00') TO ('2025-07-01+00');

-- case: a partition is dropped
-- expect: CONSTRAINT | public | events_2024 events_2024_pkey
-- expect: INDEX | public | events_2024_kind_idx
-- expect: INDEX ATTACH | public | events_2024_kind_idx
-- expect: INDEX ATTACH | public | events_2024_pkey
-- expect: TABLE | public | events_2024
-- expect: TABLE ATTACH | public | events_2024
DROP TABLE events_2024;

-- case: a table partitioned by hash is created
-- expect: TABLE | public | spread
CREATE TABLE spread (a integer) PARTITION BY HASH (a);

-- case: a table begins to inherit
-- expect: TABLE | public | cats
ALTER TABLE cats INHERIT animals;

-- case: a table no longer inherits
-- expect: TABLE | public | dogs
ALTER TABLE dogs NO INHERIT animals;

-- case: a column is added to a table that others inherit from
-- expect: TABLE | public | animals
ALTER TABLE animals ADD COLUMN age integer;

-- case: a column is added to an inheriting table
-- expect: TABLE | public | dogs
ALTER TABLE dogs ADD COLUMN age integer;

-- case: a foreign table is created
-- expect: FOREIGN TABLE | public | farther
CREATE FOREIGN TABLE farther (id integer) SERVER remote;

-- case: a foreign table gets another option
-- expect: FOREIGN TABLE | public | far
ALTER FOREIGN TABLE far OPTIONS (SET path '/b');

-- case: a column of a foreign table gets another option
-- expect: FOREIGN TABLE | public | far
ALTER FOREIGN TABLE far ALTER COLUMN word OPTIONS (SET encoding 'y');

-- case: a foreign table is dropped
-- expect: FOREIGN TABLE | public | far
DROP FOREIGN TABLE far;
