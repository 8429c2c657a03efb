-- case: a publication is created
-- expect: PUBLICATION |  | gossip
CREATE PUBLICATION gossip;

-- case: a publication is dropped
-- expect: PUBLICATION |  | everything
DROP PUBLICATION everything;

-- case: a publication gets a table
-- expect: PUBLICATION TABLE | public | news users
ALTER PUBLICATION news ADD TABLE users;

-- case: a publication loses a table
-- expect: PUBLICATION TABLE | app | news settings
ALTER PUBLICATION news DROP TABLE app.settings;

-- case: a publication shows some columns only
-- postgres: 15-
-- expect: PUBLICATION TABLE | public | news plain
ALTER PUBLICATION news SET TABLE plain (a, b), app.settings;

-- case: a publication shows some rows only
-- postgres: 15-
-- expect: PUBLICATION TABLE | public | news plain
ALTER PUBLICATION news SET TABLE plain WHERE (a > 1), app.settings;

-- case: a publication gets a whole schema
-- postgres: 15-
-- expect: PUBLICATION TABLES IN SCHEMA | app | news app
ALTER PUBLICATION news ADD TABLES IN SCHEMA app;

-- case: a publication leaves out some operations
-- expect: PUBLICATION |  | news
ALTER PUBLICATION news SET (publish = 'insert');

-- case: a publication sends partitions under the name of the whole
-- expect: PUBLICATION |  | news
ALTER PUBLICATION news SET (publish_via_partition_root = true);

-- case: a subscription is created
-- expect: SUBSCRIPTION |  | reader
-- before drop: ALTER SUBSCRIPTION reader SET (slot_name = NONE); DROP SUBSCRIPTION reader
CREATE SUBSCRIPTION reader CONNECTION 'host=nowhere.invalid dbname=x' PUBLICATION p
    WITH (connect = false, slot_name = NONE);

-- case: a schema that is not ours is created
-- silent
CREATE SCHEMA elsewhere;

-- case: something changes in a schema that is not ours
-- silent
ALTER TABLE outside.foreign_matter ADD COLUMN b text;
COMMENT ON SCHEMA outside IS 'not ours';

-- case: a schema of ours is renamed
-- expect: CONSTRAINT | app | settings settings_pkey
-- expect: PUBLICATION TABLE | app | news settings
-- expect: SCHEMA |  | app
-- expect: TABLE | app | settings
ALTER SCHEMA app RENAME TO application;

-- case: an extension is installed
-- needs: citext
-- expect: EXTENSION |  | citext
CREATE EXTENSION citext;

-- case: an extension is installed into a schema of its own
-- needs: citext
-- expect: EXTENSION |  | citext
-- expect: SCHEMA |  | kept_apart
CREATE SCHEMA kept_apart;
CREATE EXTENSION citext SCHEMA kept_apart;

-- case: a foreign data wrapper is created
-- expect: FOREIGN DATA WRAPPER |  | elsewhere
CREATE FOREIGN DATA WRAPPER elsewhere;

-- case: a foreign data wrapper gets another option
-- expect: FOREIGN DATA WRAPPER |  | nowhere
ALTER FOREIGN DATA WRAPPER nowhere OPTIONS (SET debug 'off');

-- case: a foreign server is created
-- expect: SERVER |  | other
CREATE SERVER other FOREIGN DATA WRAPPER nowhere;

-- case: a foreign server gets another option
-- expect: SERVER |  | remote
ALTER SERVER remote OPTIONS (SET host 'here');

-- case: a foreign server is of another version
-- expect: SERVER |  | remote
ALTER SERVER remote VERSION '2';

-- case: a user mapping is created
-- expect: USER MAPPING |  | USER MAPPING detect_reader SERVER remote
CREATE USER MAPPING FOR detect_reader SERVER remote;

-- case: a user mapping gets another option
-- expect: USER MAPPING |  | USER MAPPING public SERVER remote
ALTER USER MAPPING FOR PUBLIC SERVER remote OPTIONS (SET who 'you');

-- case: a user mapping is dropped
-- expect: USER MAPPING |  | USER MAPPING public SERVER remote
DROP USER MAPPING FOR PUBLIC SERVER remote;

-- case: the owner of a table changes
-- silent
ALTER TABLE plain OWNER TO detect_writer;

-- case: the owner of a function changes
-- silent
ALTER FUNCTION many() OWNER TO detect_writer;

-- case: the database gets a comment and settings
-- silent
DO $$BEGIN
    EXECUTE format('COMMENT ON DATABASE %I IS ''ours''', current_database());
    EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''', current_database());
END$$;
