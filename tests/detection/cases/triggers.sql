-- case: a trigger is created
-- expect: TRIGGER | public | plain plain_touch
CREATE TRIGGER plain_touch AFTER INSERT ON plain FOR EACH STATEMENT EXECUTE FUNCTION touch();

-- case: a trigger is dropped
-- expect: TRIGGER | public | users users_touch
DROP TRIGGER users_touch ON users;

-- case: a trigger is renamed
-- expect: TRIGGER | public | users touch_users
-- expect: TRIGGER | public | users users_touch
ALTER TRIGGER users_touch ON users RENAME TO touch_users;

-- case: a trigger is disabled
-- expect: TRIGGER | public | users users_touch
ALTER TABLE users DISABLE TRIGGER users_touch;

-- case: a trigger fires always
-- expect: TRIGGER | public | users users_touch
ALTER TABLE users ENABLE ALWAYS TRIGGER users_touch;

-- case: a trigger fires on replicas
-- expect: TRIGGER | public | users users_touch
ALTER TABLE users ENABLE REPLICA TRIGGER users_touch;

-- case: a trigger fires after and not before
-- expect: TRIGGER | public | users users_touch
DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();

-- case: a trigger fires on another event
-- expect: TRIGGER | public | users users_touch
CREATE OR REPLACE TRIGGER users_touch BEFORE INSERT OR UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION touch();

-- case: a trigger looks at some columns only
-- expect: TRIGGER | public | users users_touch
CREATE OR REPLACE TRIGGER users_touch BEFORE UPDATE OF email ON users
    FOR EACH ROW EXECUTE FUNCTION touch();

-- case: a trigger gets a condition
-- expect: TRIGGER | public | users users_touch
CREATE OR REPLACE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW WHEN (old.score <> new.score) EXECUTE FUNCTION touch();

-- case: a trigger calls another function
-- expect: TRIGGER | public | users users_touch
CREATE OR REPLACE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION touch_too();

-- case: a trigger gets an argument
-- expect: TRIGGER | public | users users_touch
CREATE OR REPLACE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION touch('why');

-- case: a trigger sees whole sets of rows
-- expect: TRIGGER | public | users users_sets
CREATE TRIGGER users_sets AFTER UPDATE ON users REFERENCING OLD TABLE AS gone NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION touch();

-- case: a trigger stands in for a view
-- expect: TRIGGER | public | editable write_through
CREATE TRIGGER write_through INSTEAD OF INSERT ON editable
    FOR EACH ROW EXECUTE FUNCTION touch();

-- case: a constraint trigger is deferred
-- expect: TRIGGER | public | orders orders_touch
DROP TRIGGER orders_touch ON orders;
CREATE CONSTRAINT TRIGGER orders_touch AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION touch();

-- case: an event trigger is created
-- expect: EVENT TRIGGER |  | watch_drops
CREATE EVENT TRIGGER watch_drops ON sql_drop EXECUTE FUNCTION on_ddl();

-- case: an event trigger is dropped
-- expect: EVENT TRIGGER |  | watch_ddl
DROP EVENT TRIGGER watch_ddl;

-- case: an event trigger is enabled
-- expect: EVENT TRIGGER |  | watch_ddl
ALTER EVENT TRIGGER watch_ddl ENABLE;

-- case: an event trigger fires always
-- expect: EVENT TRIGGER |  | watch_ddl
ALTER EVENT TRIGGER watch_ddl ENABLE ALWAYS;

-- case: an event trigger watches other commands
-- expect: EVENT TRIGGER |  | watch_ddl
DROP EVENT TRIGGER watch_ddl;
CREATE EVENT TRIGGER watch_ddl ON ddl_command_end WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE')
    EXECUTE FUNCTION on_ddl();
ALTER EVENT TRIGGER watch_ddl DISABLE;

-- case: a policy is created
-- expect: POLICY | public | users users_delete
CREATE POLICY users_delete ON users FOR DELETE USING (score = 0);

-- case: a policy is dropped
-- expect: POLICY | public | users users_read
DROP POLICY users_read ON users;

-- case: a policy is renamed
-- expect: POLICY | public | users users_read
-- expect: POLICY | public | users users_see
ALTER POLICY users_read ON users RENAME TO users_see;

-- case: a policy shows other rows
-- expect: POLICY | public | users users_read
ALTER POLICY users_read ON users USING (score > 1);

-- case: a policy lets other rows in
-- expect: POLICY | public | users users_write
ALTER POLICY users_write ON users WITH CHECK (score < 1000);

-- case: a policy is for other roles
-- expect: POLICY | public | users users_read
ALTER POLICY users_read ON users TO detect_reader, detect_writer;

-- case: a policy is for everybody
-- expect: POLICY | public | users users_read
ALTER POLICY users_read ON users TO PUBLIC;

-- case: a policy is for another command
-- expect: POLICY | public | users users_read
DROP POLICY users_read ON users;
CREATE POLICY users_read ON users FOR ALL TO detect_reader USING (score > 0);

-- case: a policy only restricts
-- expect: POLICY | public | users users_read
DROP POLICY users_read ON users;
CREATE POLICY users_read ON users AS RESTRICTIVE FOR SELECT TO detect_reader USING (score > 0);

-- case: a trigger is disabled on one partition only
-- expect: TRIGGER | public | events_2024 events_touch
ALTER TABLE events_2024 DISABLE TRIGGER events_touch;

-- case: a trigger of a partitioned table is disabled
-- expect: TRIGGER | public | events events_touch
ALTER TABLE events DISABLE TRIGGER events_touch;

-- case: all triggers of a table are disabled
-- expect: TRIGGER | public | users users_touch
-- remarks: key_switched_off
-- remarks: key_switched_off
-- remarks: key_switched_off
ALTER TABLE users DISABLE TRIGGER ALL;
