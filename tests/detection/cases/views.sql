-- case: a view is created
-- expect: VIEW | public | minors
CREATE VIEW minors AS SELECT id FROM users WHERE born > '2010-01-01';

-- case: a view is dropped
-- expect: VIEW | public | editable
DROP VIEW editable;

-- case: a view says something else
-- expect: VIEW | public | adults
CREATE OR REPLACE VIEW adults AS SELECT id, email FROM users WHERE born < '1990-01-01';

-- case: a view gets another column
-- expect: VIEW | public | adults
CREATE OR REPLACE VIEW adults AS SELECT id, email, name FROM users WHERE born < '2000-01-01';

-- case: the column of a view is renamed
-- expect: VIEW | public | adults
ALTER VIEW adults RENAME COLUMN email TO mail;

-- case: a view becomes a barrier
-- expect: VIEW | public | adults
ALTER VIEW adults SET (security_barrier = true);

-- case: a view acts with the rights of who asks
-- postgres: 15-
-- expect: VIEW | public | adults
ALTER VIEW adults SET (security_invoker = true);

-- case: a view checks what is written through it
-- expect: VIEW | public | adults
CREATE OR REPLACE VIEW adults AS SELECT id, email FROM users WHERE born < '2000-01-01'
    WITH LOCAL CHECK OPTION;

-- case: a view is renamed
-- expect: VIEW | public | adults
-- expect: VIEW | public | grown_ups
ALTER VIEW adults RENAME TO grown_ups;

-- case: a materialized view is created
-- expect: MATERIALIZED VIEW | public | counts
CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM users;

-- case: a materialized view is dropped
-- expect: INDEX | public | totals_user_idx
-- expect: MATERIALIZED VIEW | public | totals
DROP MATERIALIZED VIEW totals;

-- case: a materialized view says something else
-- expect: MATERIALIZED VIEW | public | totals
DROP MATERIALIZED VIEW totals;
CREATE MATERIALIZED VIEW totals AS SELECT user_id, max(total) AS total FROM orders
    GROUP BY user_id;
CREATE UNIQUE INDEX totals_user_idx ON totals (user_id);

-- case: a materialized view gets a fill factor
-- expect: MATERIALIZED VIEW | public | totals
ALTER MATERIALIZED VIEW totals SET (fillfactor = 90);

-- case: a column of a materialized view gets a statistics target
-- expect: MATERIALIZED VIEW | public | totals
ALTER MATERIALIZED VIEW totals ALTER COLUMN total SET STATISTICS 200;

-- case: a rule is created
-- expect: RULE | public | plain log_insert
CREATE RULE log_insert AS ON INSERT TO plain DO ALSO NOTIFY plain_changed;

-- case: a rule is dropped
-- expect: RULE | public | plain plain_no_delete
DROP RULE plain_no_delete ON plain;

-- case: a rule says something else
-- expect: RULE | public | plain plain_no_delete
CREATE OR REPLACE RULE plain_no_delete AS ON DELETE TO plain WHERE old.a = 2 DO INSTEAD NOTHING;

-- case: a rule is disabled
-- expect: RULE | public | plain plain_no_delete
ALTER TABLE plain DISABLE RULE plain_no_delete;

-- case: two views that need each other are created
-- expect: RULE | public | left_hand _RETURN
-- expect: VIEW | public | left_hand
-- expect: VIEW | public | right_hand
CREATE VIEW left_hand AS SELECT 1 AS n;
CREATE VIEW right_hand AS SELECT n FROM left_hand;
CREATE OR REPLACE VIEW left_hand AS SELECT n FROM right_hand;
