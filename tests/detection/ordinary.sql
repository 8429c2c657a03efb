-- What a role can make that is no superuser but owns the database.
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE t (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    m mood DEFAULT 'a',
    v varchar CHECK (v IN ('x', 'y')),
    at timestamptz DEFAULT now()
);
CREATE TABLE "Odd ""name"" with
a newline" ("Column" integer REFERENCES t (id));
CREATE TABLE app.t (id integer);
CREATE VIEW v AS SELECT * FROM t;
CREATE FUNCTION f() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Some policy" ON t USING (current_user = 'x');
COMMENT ON TABLE t IS 'c';
CREATE PUBLICATION news FOR TABLE t;
CREATE SEQUENCE s;
CREATE INDEX ON t (m);
CREATE TRIGGER "a trigger" BEFORE UPDATE ON t FOR EACH ROW
    EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
GRANT SELECT ON t TO PUBLIC;
