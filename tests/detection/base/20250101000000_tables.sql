-- What every case of the table starts from: at least one object of each kind.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'detect_reader') THEN
        CREATE ROLE detect_reader;
        CREATE ROLE detect_writer;
    END IF;
END
$$;

CREATE SCHEMA app;
CREATE SCHEMA outside;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE point3 AS (x integer, y integer, z integer);
CREATE TYPE span AS RANGE (subtype = numeric);
CREATE DOMAIN price AS numeric(10, 2) DEFAULT 0 CONSTRAINT price_positive CHECK (VALUE >= 0);
CREATE DOMAIN code AS text NOT NULL;
CREATE DOMAIN outside.elsewhere AS integer;
CREATE TYPE loose AS ENUM ('a');
CREATE TYPE loose_pair AS (a integer);
CREATE DOMAIN loose_domain AS integer;

CREATE SEQUENCE ticket AS integer INCREMENT 5 MINVALUE 1 MAXVALUE 10000 START 10 CACHE 3;
CREATE SEQUENCE lonely;

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(40) NOT NULL,
    name text DEFAULT 'nobody',
    feeling mood DEFAULT 'ok',
    born date,
    score integer DEFAULT 0 NOT NULL,
    doubled integer GENERATED ALWAYS AS (score * 2) STORED,
    tags text[] DEFAULT '{}',
    search tsvector,
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_score_check CHECK (score >= 0)
);

CREATE TABLE orders (
    id serial PRIMARY KEY,
    user_id bigint NOT NULL,
    other_user bigint,
    number integer DEFAULT nextval('ticket'),
    total price,
    during tsrange,
    note text,
    CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT orders_other_fkey FOREIGN KEY (other_user) REFERENCES users (id)
        ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT orders_no_overlap EXCLUDE USING gist (during WITH &&),
    CONSTRAINT orders_number_key UNIQUE (number) DEFERRABLE
);
ALTER TABLE orders
    ADD CONSTRAINT orders_note_check CHECK (note <> '') NOT VALID,
    ADD CONSTRAINT orders_total_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;

CREATE TABLE plain (
    a integer,
    b text,
    c text COLLATE "C",
    d jsonb,
    e varchar(20)
);
CREATE TABLE spare (a integer);
CREATE TABLE app.settings (key text PRIMARY KEY, value jsonb);
CREATE TABLE outside.foreign_matter (a integer);

CREATE INDEX users_born_idx ON users (born);
CREATE INDEX users_lower_idx ON users (lower(email));
CREATE INDEX users_partial_idx ON users (score) WHERE score > 10;
CREATE INDEX users_search_idx ON users USING gin (search);
CREATE UNIQUE INDEX plain_a_idx ON plain (a);
CREATE INDEX plain_b_idx ON plain (b) WITH (fillfactor = 80);

CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, kind text)
    PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events
    FOR VALUES FROM ('2024-01-01+00') TO ('2025-01-01+00');
CREATE TABLE events_2025 PARTITION OF events
    FOR VALUES FROM ('2025-01-01+00') TO ('2026-01-01+00');
CREATE TABLE events_loose (id bigint NOT NULL, at timestamptz NOT NULL, kind text);
ALTER TABLE events ADD CONSTRAINT events_pkey PRIMARY KEY (id, at);
CREATE INDEX events_kind_idx ON events (kind);

CREATE TABLE animals (id integer, name text);
CREATE TABLE dogs (breed text) INHERITS (animals);
CREATE TABLE cats (id integer, name text, lives integer);

CREATE TABLE typed OF point3;

CREATE STATISTICS users_stats (dependencies) ON born, score FROM users;

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY users_read ON users FOR SELECT TO detect_reader USING (score > 0);
CREATE POLICY users_write ON users FOR UPDATE USING (true) WITH CHECK (score < 100);

-- Values whose text depends on the settings of the session that reads it.
CREATE TABLE constants (
    moment timestamptz DEFAULT '2024-02-03 04:05:06+00',
    day date DEFAULT '2024-02-03',
    pause interval DEFAULT '1 day 02:03:04',
    bytes bytea DEFAULT '\x00ff5c',
    ratio double precision DEFAULT 0.1::double precision / 3,
    quoted text DEFAULT 'a\b''c',
    fee money DEFAULT '1234.50'
);
CREATE INDEX constants_day_idx ON constants (moment) WHERE moment > '2024-02-03 04:05:06+00';
CREATE INDEX constants_pause_idx ON constants (pause);
ALTER TABLE constants CLUSTER ON constants_pause_idx;

COMMENT ON TABLE users IS 'people';
