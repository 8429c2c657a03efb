-- case: an index is created
-- expect: INDEX | public | users_name_idx
CREATE INDEX users_name_idx ON users (name);

-- case: an index is created on the side
-- expect: INDEX | public | users_name_idx
CREATE INDEX CONCURRENTLY users_name_idx ON users (name);

-- case: an index is dropped
-- expect: INDEX | public | users_born_idx
DROP INDEX users_born_idx;

-- case: an index is renamed
-- expect: INDEX | public | born_idx
-- expect: INDEX | public | users_born_idx
ALTER INDEX users_born_idx RENAME TO born_idx;

-- case: an index becomes unique
-- expect: INDEX | public | users_born_idx
DROP INDEX users_born_idx;
CREATE UNIQUE INDEX users_born_idx ON users (born);

-- case: an index covers other rows
-- expect: INDEX | public | users_partial_idx
DROP INDEX users_partial_idx;
CREATE INDEX users_partial_idx ON users (score) WHERE score > 20;

-- case: an index covers another expression
-- expect: INDEX | public | users_lower_idx
DROP INDEX users_lower_idx;
CREATE INDEX users_lower_idx ON users (upper(email));

-- case: an index sorts the other way round
-- expect: INDEX | public | users_born_idx
DROP INDEX users_born_idx;
CREATE INDEX users_born_idx ON users (born DESC NULLS LAST);

-- case: an index gets another operator class
-- expect: INDEX | public | plain_b_idx
DROP INDEX plain_b_idx;
CREATE INDEX plain_b_idx ON plain (b text_pattern_ops) WITH (fillfactor = 80);

-- case: an index gets a parameter of its operator class
-- expect: INDEX | public | users_search_idx
DROP INDEX users_search_idx;
CREATE INDEX users_search_idx ON users USING gist (search tsvector_ops (siglen = 100));

-- case: an index gets another collation
-- expect: INDEX | public | plain_b_idx
DROP INDEX plain_b_idx;
CREATE INDEX plain_b_idx ON plain (b COLLATE "C") WITH (fillfactor = 80);

-- case: an index includes another column
-- expect: INDEX | public | users_born_idx
DROP INDEX users_born_idx;
CREATE INDEX users_born_idx ON users (born) INCLUDE (email);

-- case: an index gets another fill factor
-- expect: INDEX | public | plain_b_idx
ALTER INDEX plain_b_idx SET (fillfactor = 60);

-- case: an index loses its fill factor
-- expect: INDEX | public | plain_b_idx
ALTER INDEX plain_b_idx RESET (fillfactor);

-- case: an index is of another kind
-- expect: INDEX | public | users_born_idx
DROP INDEX users_born_idx;
CREATE INDEX users_born_idx ON users USING brin (born) WITH (pages_per_range = 32);

-- case: a gin index is updated at once
-- expect: INDEX | public | users_search_idx
ALTER INDEX users_search_idx SET (fastupdate = off);

-- case: a unique index no longer tells nulls apart
-- postgres: 15-
-- expect: INDEX | public | plain_a_idx
DROP INDEX plain_a_idx;
CREATE UNIQUE INDEX plain_a_idx ON plain (a) NULLS NOT DISTINCT;

-- case: an index gets a statistics target
-- expect: INDEX | public | users_lower_idx
ALTER INDEX users_lower_idx ALTER COLUMN 1 SET STATISTICS 300;

-- case: an index is not valid
-- expect: INDEX | public | users_born_idx
-- remarks: index_invalid
-- remedies: revert
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_born_idx'::regclass;

-- case: an index of a partitioned table is created on it alone
-- expect: INDEX | public | events_at_idx
-- remarks: index_invalid
CREATE INDEX events_at_idx ON ONLY events (at);

-- case: an index of a partitioned table is created with those of its partitions
-- expect: INDEX | public | events_2024_at_idx
-- expect: INDEX | public | events_2025_at_idx
-- expect: INDEX | public | events_at_idx
-- expect: INDEX ATTACH | public | events_2024_at_idx
-- expect: INDEX ATTACH | public | events_2025_at_idx
CREATE INDEX events_at_idx ON events (at);

-- case: an index of a materialized view is dropped
-- expect: INDEX | public | totals_user_idx
DROP INDEX totals_user_idx;
