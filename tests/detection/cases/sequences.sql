-- case: a sequence is created
-- expect: SEQUENCE | public | counter
CREATE SEQUENCE counter;

-- case: a sequence is dropped
-- expect: SEQUENCE | public | lonely
DROP SEQUENCE lonely;

-- case: a sequence counts in other steps
-- expect: SEQUENCE | public | ticket
ALTER SEQUENCE ticket INCREMENT 7;

-- case: a sequence has another least value
-- expect: SEQUENCE | public | ticket
ALTER SEQUENCE ticket MINVALUE 5;

-- case: a sequence has no greatest value
-- expect: SEQUENCE | public | ticket
ALTER SEQUENCE ticket NO MAXVALUE;

-- case: a sequence starts at another value
-- expect: SEQUENCE | public | ticket
ALTER SEQUENCE ticket START 100;

-- case: a sequence hands out more at once
-- expect: SEQUENCE | public | ticket
ALTER SEQUENCE ticket CACHE 20;

-- case: a sequence starts over at its end
-- expect: SEQUENCE | public | ticket
ALTER SEQUENCE ticket CYCLE;

-- case: a sequence is of another type
-- expect: SEQUENCE | public | lonely
ALTER SEQUENCE lonely AS smallint;

-- case: a sequence belongs to a column
-- expect: SEQUENCE OWNED BY | public | lonely
ALTER SEQUENCE lonely OWNED BY plain.a;

-- case: a sequence no longer belongs to a column
-- expect: DEFAULT | public | orders id
-- expect: SEQUENCE OWNED BY | public | orders_id_seq
-- expect: TABLE | public | orders
ALTER SEQUENCE orders_id_seq OWNED BY NONE;

-- case: a sequence is not logged
-- postgres: 15-
-- expect: SEQUENCE | public | lonely
ALTER SEQUENCE lonely SET UNLOGGED;

-- case: a sequence is renamed
-- expect: SEQUENCE | public | alone
-- expect: SEQUENCE | public | lonely
ALTER SEQUENCE lonely RENAME TO alone;

-- case: statistics are created
-- expect: STATISTICS | public | orders_stats
CREATE STATISTICS orders_stats ON user_id, number FROM orders;

-- case: statistics are dropped
-- expect: STATISTICS | public | users_stats
DROP STATISTICS users_stats;

-- case: statistics are of another kind
-- expect: STATISTICS | public | users_stats
DROP STATISTICS users_stats;
CREATE STATISTICS users_stats (ndistinct, mcv) ON born, score FROM users;

-- case: statistics are of an expression
-- expect: STATISTICS | public | users_stats
DROP STATISTICS users_stats;
CREATE STATISTICS users_stats ON lower(email), score FROM users;

-- case: statistics get a target
-- expect: STATISTICS | public | users_stats
ALTER STATISTICS users_stats SET STATISTICS 400;
