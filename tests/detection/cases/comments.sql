-- case: a table gets another comment
-- expect: COMMENT | public | TABLE users
COMMENT ON TABLE users IS 'customers';

-- case: a table loses its comment
-- expect: COMMENT | public | TABLE users
COMMENT ON TABLE users IS NULL;

-- case: a table gets a comment
-- expect: COMMENT | public | TABLE plain
COMMENT ON TABLE plain IS E'two\nlines; it''s "quoted"';

-- case: a column gets a comment
-- expect: COMMENT | public | COLUMN users.email
COMMENT ON COLUMN users.email IS 'where to write';

-- case: a constraint gets a comment
-- expect: COMMENT | public | CONSTRAINT users_email_key ON users
COMMENT ON CONSTRAINT users_email_key ON users IS 'c';

-- case: a check gets a comment
-- expect: COMMENT | public | CONSTRAINT users_score_check ON users
COMMENT ON CONSTRAINT users_score_check ON users IS 'c';

-- case: an index gets a comment
-- expect: COMMENT | public | INDEX users_born_idx
COMMENT ON INDEX users_born_idx IS 'c';

-- case: a view gets a comment
-- expect: COMMENT | public | VIEW adults
COMMENT ON VIEW adults IS 'c';

-- case: the column of a view gets a comment
-- expect: COMMENT | public | COLUMN adults.email
COMMENT ON COLUMN adults.email IS 'c';

-- case: a materialized view gets a comment
-- expect: COMMENT | public | MATERIALIZED VIEW totals
COMMENT ON MATERIALIZED VIEW totals IS 'c';

-- case: a function gets a comment
-- expect: COMMENT | public | FUNCTION add(a integer, b integer)
COMMENT ON FUNCTION add(integer, integer) IS 'c';

-- case: a procedure gets a comment
-- expect: COMMENT | public | PROCEDURE tidy(INOUT n integer)
COMMENT ON PROCEDURE tidy(integer) IS 'c';

-- case: an aggregate gets a comment
-- expect: COMMENT | public | AGGREGATE total_of(integer)
COMMENT ON AGGREGATE total_of(integer) IS 'c';

-- case: an operator gets a comment
-- expect: COMMENT | public | OPERATOR === (integer, integer)
COMMENT ON OPERATOR === (integer, integer) IS 'c';

-- case: an operator class gets a comment
-- expect: COMMENT | public | OPERATOR CLASS int_hash_ops USING hash
COMMENT ON OPERATOR CLASS int_hash_ops USING hash IS 'c';

-- case: an operator family gets a comment
-- expect: COMMENT | public | OPERATOR FAMILY loose_ops USING btree
COMMENT ON OPERATOR FAMILY loose_ops USING btree IS 'c';

-- case: a cast gets a comment
-- expect: COMMENT |  | CAST (public.mood AS integer)
COMMENT ON CAST (mood AS integer) IS 'c';

-- case: a transform gets a comment
-- expect: COMMENT |  | TRANSFORM FOR integer LANGUAGE sql
COMMENT ON TRANSFORM FOR integer LANGUAGE sql IS 'c';

-- case: a language gets a comment
-- expect: COMMENT |  | LANGUAGE plown
COMMENT ON LANGUAGE plown IS 'c';

-- case: an access method gets a comment
-- expect: COMMENT |  | ACCESS METHOD heap_too
COMMENT ON ACCESS METHOD heap_too IS 'c';

-- case: a trigger gets a comment
-- expect: COMMENT | public | TRIGGER users_touch ON users
COMMENT ON TRIGGER users_touch ON users IS 'c';

-- case: an event trigger gets a comment
-- expect: COMMENT |  | EVENT TRIGGER watch_ddl
COMMENT ON EVENT TRIGGER watch_ddl IS 'c';

-- case: a rule gets a comment
-- expect: COMMENT | public | RULE plain_no_delete ON plain
COMMENT ON RULE plain_no_delete ON plain IS 'c';

-- case: a policy gets a comment
-- expect: COMMENT | public | POLICY users_read ON users
COMMENT ON POLICY users_read ON users IS 'c';

-- case: an enum gets a comment
-- expect: COMMENT | public | TYPE mood
COMMENT ON TYPE mood IS 'c';

-- case: a composite type gets a comment
-- expect: COMMENT | public | TYPE point3
COMMENT ON TYPE point3 IS 'c';

-- case: an attribute of a composite type gets a comment
-- expect: COMMENT | public | COLUMN point3.x
COMMENT ON COLUMN point3.x IS 'c';

-- case: a domain gets a comment
-- expect: COMMENT | public | DOMAIN price
COMMENT ON DOMAIN price IS 'c';

-- case: the check of a domain gets a comment
-- expect: COMMENT | public | CONSTRAINT price_positive ON DOMAIN price
COMMENT ON CONSTRAINT price_positive ON DOMAIN price IS 'c';

-- case: a collation gets a comment
-- expect: COMMENT | public | COLLATION bytewise
COMMENT ON COLLATION bytewise IS 'c';

-- case: a conversion gets a comment
-- expect: COMMENT | public | CONVERSION to_latin
COMMENT ON CONVERSION to_latin IS 'c';

-- case: a text search configuration gets a comment
-- expect: COMMENT | public | TEXT SEARCH CONFIGURATION ours
COMMENT ON TEXT SEARCH CONFIGURATION ours IS 'c';

-- case: a text search dictionary gets a comment
-- expect: COMMENT | public | TEXT SEARCH DICTIONARY short
COMMENT ON TEXT SEARCH DICTIONARY short IS 'c';

-- case: a text search parser gets a comment
-- expect: COMMENT | public | TEXT SEARCH PARSER words
COMMENT ON TEXT SEARCH PARSER words IS 'c';

-- case: a text search template gets a comment
-- expect: COMMENT | public | TEXT SEARCH TEMPLATE snow
COMMENT ON TEXT SEARCH TEMPLATE snow IS 'c';

-- case: a sequence gets a comment
-- expect: COMMENT | public | SEQUENCE lonely
COMMENT ON SEQUENCE lonely IS 'c';

-- case: statistics get a comment
-- expect: COMMENT | public | STATISTICS users_stats
COMMENT ON STATISTICS users_stats IS 'c';

-- case: a schema of ours gets a comment
-- expect: COMMENT |  | SCHEMA app
COMMENT ON SCHEMA app IS 'c';

-- case: the schema public gets another comment
-- expect: COMMENT |  | SCHEMA public
COMMENT ON SCHEMA public IS 'ours';

-- case: the schema public loses its comment
-- expect: COMMENT |  | SCHEMA public
COMMENT ON SCHEMA public IS NULL;

-- case: a publication gets a comment
-- expect: COMMENT |  | PUBLICATION news
COMMENT ON PUBLICATION news IS 'c';

-- case: a foreign data wrapper gets a comment
-- expect: COMMENT |  | FOREIGN DATA WRAPPER nowhere
COMMENT ON FOREIGN DATA WRAPPER nowhere IS 'c';

-- case: a foreign server gets a comment
-- expect: COMMENT |  | SERVER remote
COMMENT ON SERVER remote IS 'c';

-- case: a foreign table gets a comment
-- expect: COMMENT | public | FOREIGN TABLE far
COMMENT ON FOREIGN TABLE far IS 'c';

-- case: a partition gets a comment
-- expect: COMMENT | public | TABLE events_2024
COMMENT ON TABLE events_2024 IS 'c';
