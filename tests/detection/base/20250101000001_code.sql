CREATE VIEW adults AS SELECT id, email FROM users WHERE born < '2000-01-01';
CREATE VIEW editable AS SELECT id, a FROM (SELECT 1 AS id, 2 AS a) AS t;
CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
CREATE UNIQUE INDEX totals_user_idx ON totals (user_id);

CREATE FUNCTION add(a integer, b integer DEFAULT 1) RETURNS integer
    LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEW;
END
$$;
CREATE FUNCTION touch_too() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION many() RETURNS SETOF integer LANGUAGE sql AS 'SELECT generate_series(1, 3)';
CREATE FUNCTION configured() RETURNS text LANGUAGE sql SET work_mem = '8MB' AS $$SELECT 'a'$$;
CREATE FUNCTION newer(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT x + 1; END;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION int_eq(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT $1 = $2';
CREATE FUNCTION mood_number(mood) RETURNS integer LANGUAGE sql IMMUTABLE
    AS 'SELECT length($1::text)';
CREATE PROCEDURE tidy(INOUT n integer) LANGUAGE plpgsql AS 'BEGIN n := n + 1; END';
CREATE AGGREGATE total_of (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');

CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int_eq, RESTRICT = eqsel);
CREATE OPERATOR FAMILY loose_ops USING btree;
CREATE OPERATOR CLASS int_hash_ops FOR TYPE integer USING hash AS
    OPERATOR 1 =, FUNCTION 1 hashint4(integer);
CREATE CAST (mood AS integer) WITH FUNCTION mood_number(mood);

CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE CONSTRAINT TRIGGER orders_touch AFTER INSERT ON orders
    FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER events_touch AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE plain_no_delete AS ON DELETE TO plain WHERE old.a = 1 DO INSTEAD NOTHING;

CREATE EVENT TRIGGER watch_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION on_ddl();
ALTER EVENT TRIGGER watch_ddl DISABLE;

CREATE COLLATION bytewise (provider = libc, locale = 'C');
CREATE CONVERSION to_latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH TEMPLATE snow (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH DICTIONARY short (TEMPLATE = pg_catalog.simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION ours (COPY = pg_catalog.simple);

CREATE PUBLICATION news FOR TABLE plain, app.settings;
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, update');

CREATE FOREIGN DATA WRAPPER nowhere OPTIONS (debug 'on');
CREATE SERVER remote TYPE 'files' VERSION '1' FOREIGN DATA WRAPPER nowhere
    OPTIONS (host 'there');
CREATE USER MAPPING FOR PUBLIC SERVER remote OPTIONS (who 'me');
CREATE FOREIGN TABLE far (id integer NOT NULL, word text OPTIONS (encoding 'x'))
    SERVER remote OPTIONS (path '/a');

CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE FUNCTION plown_handler() RETURNS language_handler LANGUAGE c
    AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE LANGUAGE plown HANDLER plown_handler;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal),
    TO SQL WITH FUNCTION int4recv(internal));

GRANT SELECT, INSERT ON orders TO detect_reader;
GRANT SELECT (a) ON plain TO detect_reader;
GRANT EXECUTE ON FUNCTION add(integer, integer) TO detect_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO detect_reader;
