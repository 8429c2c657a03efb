"""What a migration did is judged by its effect, in its own transaction, whatever form it has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NoReturn

import psycopg
import pytest

import servers
from trueup.errors import CannotTell, StatementFailed, TrueupError, ValidationFailed
from trueup.history.apply_one import Limits, apply_migration
from trueup.history.effects import Effects
from trueup.history.lock import migration_lock
from trueup.history.table import ensure_table
from trueup.model.hazard import Hazard
from trueup.model.migration import Migration
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import connect
from trueup.verdict.drafts import pieces, rereads

SETUP = """
CREATE TABLE deals (id int PRIMARY KEY, title text, price numeric(10,4) DEFAULT 1,
                    at timestamptz DEFAULT '2025-01-01 10:11:12+00');
INSERT INTO deals (id, title, price)
  SELECT g, 'deal ' || g, g + 0.1234 FROM generate_series(1, 37) g;
CREATE TABLE notes (id int PRIMARY KEY, deal int REFERENCES deals ON DELETE CASCADE, body text);
INSERT INTO notes SELECT g, g, 'note' FROM generate_series(1, 5) g;
CREATE TABLE logs (id int, y int) PARTITION BY LIST (y);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES IN (1);
CREATE TABLE logs_2 PARTITION OF logs FOR VALUES IN (2);
INSERT INTO logs VALUES (1, 1), (2, 2), (3, 2);
CREATE TABLE elsewhere (id serial PRIMARY KEY, v text);
INSERT INTO elsewhere (v) VALUES ('a'), ('b');
CREATE SEQUENCE counter; SELECT setval('counter', 40);
CREATE TYPE pair AS (a int, b int);
CREATE TABLE pairs (p pair); INSERT INTO pairs VALUES ((1, 2));
CREATE VIEW titles WITH (security_invoker = true) AS SELECT title FROM deals;
CREATE VIEW plain AS SELECT title FROM deals;
CREATE TABLE secrets (id int, owner text);
INSERT INTO secrets VALUES (1, 'ada');
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON secrets USING (owner = current_user);
CREATE POLICY few ON secrets AS RESTRICTIVE USING (id < 10);
CREATE FUNCTION who() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';
CREATE FUNCTION hidden() RETURNS int LANGUAGE sql AS 'SELECT 1';
REVOKE ALL ON FUNCTION hidden() FROM PUBLIC;
CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS
  $$BEGIN DELETE FROM public.deals; RETURN 1; END$$;
CREATE FUNCTION wipe(int) RETURNS int LANGUAGE plpgsql AS
  $$BEGIN DELETE FROM public.deals; RETURN $1; END$$;
CREATE FUNCTION wipe_immutable(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$BEGIN PERFORM public.wipe(); RETURN $1; END$$;
CREATE FUNCTION wipe_trigger() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN PERFORM public.wipe(); RETURN NEW; END$$;
CREATE FUNCTION empty() RETURNS int LANGUAGE plpgsql AS
  $$BEGIN TRUNCATE public.deals CASCADE; RETURN 1; END$$;
CREATE PROCEDURE wipe_all() LANGUAGE plpgsql AS $$BEGIN PERFORM public.wipe(); END$$;
CREATE PROCEDURE wipe_and_commit() LANGUAGE plpgsql AS
  $$BEGIN IF (SELECT count(*) FROM deals) > 0 THEN DELETE FROM public.deals; COMMIT; END IF; END$$;
CREATE FUNCTION wipe_event() RETURNS event_trigger LANGUAGE plpgsql AS
  $$BEGIN PERFORM public.wipe(); END$$;
CREATE MATERIALIZED VIEW wiped AS SELECT wipe(0) AS x WITH NO DATA;
SELECT lo_from_bytea(4711, 'abc');
CREATE TABLE distant (id int); INSERT INTO distant VALUES (1), (2);
CREATE EXTENSION postgres_fdw;
"""
DEALS = "37 rows of public.deals are deleted"
# What is said, and the SQL that leads there.
ASKED: dict[str, list[str]] = {
    DEALS: [
        "DELETE FROM deals;",
        "WITH gone AS (DELETE FROM deals RETURNING id) SELECT count(*) FROM gone;",
        "SELECT wipe();",
        "CREATE TABLE t AS SELECT wipe();",
        "SELECT wipe() INTO t;",
        "CREATE TABLE t (id int DEFAULT wipe()); INSERT INTO t DEFAULT VALUES;",
        "ALTER TABLE elsewhere ADD COLUMN x int DEFAULT wipe();",
        "ALTER TABLE elsewhere ADD CHECK (wipe() > 0);",
        "ALTER TABLE elsewhere ALTER COLUMN v TYPE int USING wipe();",
        "CREATE TABLE t (id int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW"
        " EXECUTE FUNCTION wipe_trigger(); INSERT INTO t VALUES (1);",
        "CREATE TABLE t (id int); CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM deals;"
        " INSERT INTO t VALUES (1);",
        "DECLARE c CURSOR FOR SELECT wipe(); FETCH c;",
        "CREATE VIEW v AS SELECT wipe() AS x; SELECT * FROM v;",
        "CREATE DOMAIN d AS int CHECK (wipe() > 0); SELECT 1::d;",
        "DO $$BEGIN DELETE FROM deals; END$$;",
        "DO $$BEGIN EXECUTE 'DEL' || 'ETE FROM deals'; END$$;",
        "CALL wipe_all();",
        "DO $$BEGIN CALL wipe_all(); END$$;",
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION wipe_event();"
        " CREATE TABLE t ();",
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (wipe_immutable(a)) STORED);"
        " INSERT INTO t VALUES (1);",
        "ALTER TABLE elsewhere ADD COLUMN g int GENERATED ALWAYS AS (wipe_immutable(id)) STORED;",
        "CREATE TABLE t (a int) PARTITION BY RANGE (wipe_immutable(a));"
        " CREATE TABLE t1 PARTITION OF t DEFAULT; INSERT INTO t VALUES (1);",
        "CREATE INDEX i ON elsewhere (wipe_immutable(id));",
        "CREATE INDEX i ON elsewhere (id) WHERE wipe_immutable(id) > 0;",
        "CREATE OPERATOR ### (RIGHTARG = int, FUNCTION = wipe); SELECT ### 1;",
        "CREATE TYPE e AS ENUM ('a'); CREATE FUNCTION c(e) RETURNS int LANGUAGE sql AS"
        " 'SELECT wipe()'; CREATE CAST (e AS int) WITH FUNCTION c(e); SELECT 'a'::e::int;",
        "MERGE INTO deals d USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE;",
        "REFRESH MATERIALIZED VIEW wiped;",
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON elsewhere DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION wipe_trigger(); INSERT INTO elsewhere VALUES (9, 'c');",
        "CREATE TABLE t (id int); INSERT INTO t SELECT wipe();",
        "EXPLAIN ANALYZE DELETE FROM deals;",
        "PREPARE p AS DELETE FROM deals; EXECUTE p;",
        "CREATE POLICY p ON elsewhere USING (wipe() > 0); SELECT count(*), wipe() FROM elsewhere;",
        "SELECT set_config('x.y', wipe()::text, true);",
        "CREATE AGGREGATE agg (int) (SFUNC = wipe2, STYPE = int); SELECT agg(id) FROM elsewhere;",
        "LOCK TABLE deals; SELECT wipe();",
        "CREATE STATISTICS st ON (wipe_immutable(id)), v FROM elsewhere; ANALYZE elsewhere;",
    ],
    "of public.deals are removed, or changed": [
        "TRUNCATE deals CASCADE;",
        "SELECT empty();",
        "DO $$BEGIN EXECUTE 'TRUNCATE deals CASCADE'; END$$;",
        "ALTER TABLE deals ADD COLUMN u uuid DEFAULT gen_random_uuid(); SELECT empty();",
        "SELECT empty(); INSERT INTO deals SELECT g FROM generate_series(1, 37) g;",
        "ALTER TABLE deals ALTER COLUMN at TYPE timestamptz USING now();",
        "ALTER TABLE deals ALTER COLUMN at TYPE date;",
        "ALTER TABLE deals ALTER COLUMN price TYPE numeric(10,2),"
        " ADD COLUMN u uuid DEFAULT gen_random_uuid();",
        "ALTER TABLE deals ALTER COLUMN price TYPE numeric(10,2);"
        " ALTER TABLE deals ALTER COLUMN price TYPE numeric(10,4);",
    ],
    "5 rows of public.notes are deleted": ["DELETE FROM deals WHERE id < 6;"],
    "1 row of public.notes is deleted": [
        "DELETE FROM notes WHERE id = 1;",
        "CREATE TABLE d (id int PRIMARY KEY); INSERT INTO d SELECT id FROM deals;"
        " ALTER TABLE notes ADD FOREIGN KEY (deal) REFERENCES d ON DELETE CASCADE;"
        " DELETE FROM d WHERE id = 1;",
    ],
    "5 rows of public.notes are changed": [
        "UPDATE notes SET body = 'x';",
        "UPDATE notes SET body = deal::text, deal = id;",
        "ALTER TABLE notes ADD COLUMN seen bool; UPDATE notes SET seen = true, body = '';",
        "ALTER TABLE notes ADD COLUMN seen bool; CREATE TRIGGER g BEFORE UPDATE ON notes FOR EACH"
        " ROW EXECUTE FUNCTION blank_body(); UPDATE notes SET seen = true;",
        "INSERT INTO notes SELECT id, deal, 'y' FROM notes ON CONFLICT (id) DO UPDATE"
        " SET body = excluded.body;",
        "MERGE INTO notes n USING (SELECT 1) x ON true WHEN MATCHED THEN UPDATE SET body = 'z';",
    ],
    "10 rows of public.notes are changed": [
        "ALTER TABLE notes ADD COLUMN seen bool; UPDATE notes SET seen = true;"
        " ALTER TABLE notes RENAME COLUMN body TO text; UPDATE notes SET text = 'x';",
    ],
    "3 rows of public.logs are deleted": ["DELETE FROM logs;", "UPDATE logs SET y = 3 - y;"],
    "table public.notes is dropped": [
        "DROP TABLE notes;",
        "DO $$BEGIN EXECUTE 'DROP TABLE not' || 'es'; END$$;",
        "DROP TABLE notes; CREATE TABLE notes (id int);",
    ],
    "table public.logs_1 is dropped": ["DROP TABLE logs_1;", "DROP TABLE logs;"],
    "column body of public.notes is dropped": [
        "ALTER TABLE notes DROP COLUMN body;",
        "ALTER TABLE notes DROP COLUMN body, ADD COLUMN body text;",
        "UPDATE pg_attribute SET attisdropped = true WHERE attrelid = 'notes'::regclass"
        " AND attname = 'body';",
    ],
    "column b of public.pair is dropped": ["ALTER TYPE pair DROP ATTRIBUTE b;"],
    "sequence public.counter is dropped": ["DROP SEQUENCE counter;"],
    "sequence public.counter goes back": [
        "ALTER SEQUENCE counter RESTART;",
        "ALTER SEQUENCE counter RESTART WITH 10;",
        "SELECT setval('counter', 1);",
        "DO $$BEGIN PERFORM setval('counter', 39); END$$;",
    ],
    "sequence public.elsewhere_id_seq goes back": [
        "SELECT setval('elsewhere_id_seq', 1);",
        "CREATE TABLE other (id int); TRUNCATE other; ALTER SEQUENCE elsewhere_id_seq RESTART;",
    ],
    "table public.deals is no longer logged": [
        "ALTER TABLE notes SET UNLOGGED; ALTER TABLE deals SET UNLOGGED;"
    ],
    "a foreign table is made and dropped again": [
        "CREATE FOREIGN TABLE near (id int) SERVER s OPTIONS (table_name 'distant');"
        " DELETE FROM near; DROP FOREIGN TABLE near;"
    ],
    "large objects are changed or removed": [
        "SELECT lo_unlink(4711);",
        "SELECT lo_put(4711, 0, 'x');",
    ],
    "may be changed on the other server": [
        "DELETE FROM far;",
        "DO $$BEGIN EXECUTE 'DEL' || 'ETE FROM far'; END$$;",
        "INSERT INTO far VALUES (7);",
        "DO $$BEGIN EXECUTE 'TRUN' || 'CATE far'; END$$;",
        "CREATE FOREIGN TABLE near (id int) SERVER s OPTIONS (table_name 'distant');"
        " DELETE FROM near;",
    ],
    "PUBLIC may now SELECT on table public.deals": [
        "GRANT SELECT ON deals TO PUBLIC;",
        "DO $$BEGIN EXECUTE 'GRANT SELECT ON deals TO PUB' || 'LIC'; END$$;",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;",
        "UPDATE pg_class SET relacl = ARRAY[concat('=r/', current_user)::aclitem]"
        " WHERE relname = 'deals';",
    ],
    "reader may now SELECT on table public.deals": ["GRANT SELECT ON deals TO reader;"],
    "reader may now SELECT, SELECT WITH GRANT OPTION on table": [
        "GRANT SELECT ON deals TO reader WITH GRANT OPTION;"
    ],
    "odd, role may now INSERT on table public.deals": ['GRANT INSERT ON deals TO "odd, role";'],
    "PUBLIC may now SELECT on column title of public.deals": [
        "GRANT SELECT (title) ON deals TO PUBLIC;"
    ],
    "PUBLIC may now EXECUTE on function public.hidden": [
        "GRANT EXECUTE ON FUNCTION hidden() TO PUBLIC;",
        "DROP FUNCTION hidden(); CREATE FUNCTION hidden() RETURNS int LANGUAGE sql AS 'SELECT 2';",
    ],
    "PUBLIC may now EXECUTE on function pg_catalog.pg_read_file": [
        "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO PUBLIC;"
    ],
    "PUBLIC may now CREATE on schema public": ["GRANT CREATE ON SCHEMA public TO PUBLIC;"],
    "PUBLIC may now SELECT on table pg_catalog.pg_authid": ["GRANT SELECT ON pg_authid TO PUBLIC;"],
    "PUBLIC may now USAGE on foreign server s": ["GRANT USAGE ON FOREIGN SERVER s TO PUBLIC;"],
    "PUBLIC may now CREATE on database": [
        "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO PUBLIC', current_database());"
        " END$$;"
    ],
    "PUBLIC may now SELECT on new tables of": [
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;",
    ],
    "row security of public.secrets is off": [
        "ALTER TABLE secrets DISABLE ROW LEVEL SECURITY;",
        "DROP TABLE secrets; CREATE TABLE secrets (id int);",
        "UPDATE pg_class SET relrowsecurity = false WHERE relname = 'secrets';",
    ],
    "no longer applies to its owner": ["ALTER TABLE secrets NO FORCE ROW LEVEL SECURITY;"],
    "policy own of public.secrets is changed": [
        "ALTER POLICY own ON secrets USING (true);",
        "ALTER POLICY own ON secrets TO reader;",
        "DROP POLICY own ON secrets; CREATE POLICY own ON secrets USING (true);",
    ],
    "policy more of public.secrets is new: it lets PUBLIC ALL": [
        "CREATE POLICY more ON secrets USING (true);",
        "CREATE POLICY more ON secrets USING (1 = 1);",
    ],
    "policy few of public.secrets, which restricted others, is gone": [
        "DROP POLICY few ON secrets;",
        "ALTER POLICY few ON secrets RENAME TO many;",
    ],
    "function public.who now runs with the rights of its owner": [
        "ALTER FUNCTION who() SECURITY DEFINER;",
        "CREATE OR REPLACE FUNCTION who() RETURNS text SECURITY DEFINER LANGUAGE sql AS"
        " 'SELECT current_user::text';",
        "DROP FUNCTION who(); CREATE FUNCTION who() RETURNS text SECURITY DEFINER LANGUAGE sql AS"
        " 'SELECT current_user::text';",
    ],
    "view public.titles loses security_invoker": [
        "CREATE OR REPLACE VIEW titles AS SELECT title FROM deals;",
        "ALTER VIEW titles RESET (security_invoker);",
        "ALTER VIEW titles SET (security_invoker = off);",
        "DROP VIEW titles; CREATE VIEW titles AS SELECT title FROM deals;",
    ],
    "table public.deals now belongs to reader": ["ALTER TABLE deals OWNER TO reader;"],
    "role root is made with superuser": [
        "CREATE ROLE root SUPERUSER;",
        "CREATE ROLE root SUPERUSER LOGIN;",
    ],
    "role root is made with login": ["CREATE USER root PASSWORD 'x';"],
    "role reader is changed": ["ALTER ROLE reader BYPASSRLS;", "ALTER ROLE reader LOGIN;"],
    "role reader is gone": ["DROP ROLE reader;"],
    "a role is changed, such as its password": [
        "ALTER ROLE reader PASSWORD 'x';",
        "CREATE ROLE fine; ALTER ROLE reader PASSWORD 'x';",
    ],
    "reader is now a member of pg_read_all_data": ["GRANT pg_read_all_data TO reader;"],
    "settings of reader are changed: role": ["ALTER ROLE reader SET role TO 'pg_monitor';"],
}
QUIET = [
    "CREATE TABLE t (id int PRIMARY KEY, deal int REFERENCES deals); INSERT INTO t VALUES (1, 1);",
    "CREATE TABLE t (id int); INSERT INTO t VALUES (1); UPDATE t SET id = 2; DELETE FROM t;"
    " TRUNCATE t; DROP TABLE t;",
    "CREATE INDEX i ON deals (title); REINDEX TABLE deals;",
    "CREATE VIEW v AS SELECT * FROM deals; CREATE OR REPLACE VIEW plain AS SELECT title, 1 AS n"
    " FROM deals; DROP VIEW titles;",
    "CREATE OR REPLACE FUNCTION who() RETURNS text LANGUAGE sql AS 'SELECT 1::text';"
    " CREATE FUNCTION f() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';",
    "ALTER TABLE deals ADD COLUMN a int DEFAULT 3 NOT NULL, ADD COLUMN b timestamptz DEFAULT"
    " now();",
    "ALTER TABLE deals ADD COLUMN u uuid DEFAULT gen_random_uuid();",
    "ALTER TABLE deals ADD COLUMN n bigserial; ALTER TABLE notes ADD COLUMN n int GENERATED ALWAYS"
    " AS IDENTITY;",
    "ALTER TABLE deals ADD COLUMN g text GENERATED ALWAYS AS (title || '!') STORED;",
    "ALTER TABLE deals ALTER COLUMN price TYPE numeric(12,4); ALTER TABLE elsewhere ALTER COLUMN id"
    " TYPE bigint; ALTER TABLE notes ALTER COLUMN body TYPE varchar(100);",
    "ALTER TABLE logs ADD COLUMN u uuid DEFAULT gen_random_uuid(); ALTER TABLE logs ALTER COLUMN id"
    " TYPE bigint;",
    "ALTER TABLE deals ADD COLUMN seen bool; UPDATE deals SET seen = true;"
    " ALTER TABLE deals ALTER COLUMN seen SET NOT NULL;",
    "ALTER TABLE logs ADD COLUMN seen bool; UPDATE logs SET seen = id > 1;",
    "ALTER TABLE deals ADD COLUMN seen bool; DO $$BEGIN UPDATE deals SET seen = true; END$$;",
    "UPDATE deals SET title = title;",
    "UPDATE deals SET title = '' WHERE id > 1000; DELETE FROM deals WHERE id > 1000;",
    "INSERT INTO elsewhere (v) VALUES ('c'); INSERT INTO deals VALUES (1) ON CONFLICT DO NOTHING;"
    " INSERT INTO deals (id) VALUES (99) ON CONFLICT (id) DO UPDATE SET title = 'x';",
    "SELECT setval('counter', 100); SELECT nextval('counter');"
    " SELECT setval('elsewhere_id_seq', (SELECT max(id) FROM elsewhere));"
    " ALTER SEQUENCE counter INCREMENT BY 5 CACHE 10 OWNED BY deals.id;",
    "ALTER SEQUENCE counter RESTART WITH 1000;",
    "COMMENT ON TABLE deals IS 'x'; ALTER TABLE deals RENAME TO offers; ALTER TABLE offers RENAME"
    " COLUMN title TO name; CREATE SCHEMA s2; ALTER TABLE notes SET SCHEMA s2;",
    "CREATE TABLE t (id int, who text); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
    " CREATE POLICY p ON t USING (true); GRANT ALL ON t TO PUBLIC; GRANT SELECT (id) ON t TO"
    " reader;",
    "ALTER TABLE deals ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON deals USING (true);",
    "CREATE POLICY fewer ON secrets AS RESTRICTIVE USING (id < 5); DROP POLICY own ON secrets;",
    "DROP POLICY own ON secrets; CREATE POLICY own ON secrets\n USING (owner = current_user);",
    "REVOKE EXECUTE ON FUNCTION who() FROM PUBLIC; REVOKE ALL ON deals FROM reader;"
    " ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;",
    "CREATE SCHEMA s2; GRANT USAGE ON SCHEMA s2 TO reader; ALTER DEFAULT PRIVILEGES IN SCHEMA s2"
    " GRANT SELECT ON TABLES TO reader;",
    "ALTER VIEW plain SET (security_invoker = true); ALTER VIEW titles SET (security_barrier);",
    "ALTER TABLE deals DROP CONSTRAINT deals_pkey CASCADE; ALTER TABLE deals ADD CHECK (id > 0);",
    "ALTER TABLE logs DETACH PARTITION logs_1; CREATE TABLE logs_3 PARTITION OF logs FOR VALUES"
    " IN (3); INSERT INTO logs VALUES (1, 3);",
    "CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood RENAME VALUE 'a' TO 'b'; ALTER TYPE pair ADD"
    " ATTRIBUTE c int;",
    "CREATE TRIGGER g AFTER DELETE ON notes FOR EACH ROW EXECUTE FUNCTION wipe_trigger();",
    "SELECT lo_from_bytea(0, 'x');",
    "CREATE FOREIGN TABLE near (id int) SERVER s;",
    "DO $$BEGIN CREATE TYPE m AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END$$;",
    "CREATE UNLOGGED TABLE cache_ (id int); CREATE TEMP TABLE scratch AS SELECT * FROM deals;"
    " DELETE FROM scratch;",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm;",
    "CLUSTER deals USING deals_pkey; ALTER TABLE deals SET (fillfactor = 70);",
    "SET search_path TO pg_temp; SELECT 1; SET statement_timeout TO '1ms'; SET lock_timeout TO 1;",
    "DO $$DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname ="
    " 'public' LOOP EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t); END LOOP;"
    " END$$;",
    "CREATE MATERIALIZED VIEW mv AS SELECT * FROM deals; REFRESH MATERIALIZED VIEW mv;",
]


class Asked(ValidationFailed):
    """Somebody would be asked."""

    def __init__(self, hazards: Iterable[Hazard]) -> None:
        super().__init__("asked")
        self.hazards = tuple(hazards)


def refuse(hazards: tuple[Hazard, ...]) -> NoReturn:
    raise Asked(hazards)


def attempt(url: str, sql: str, agreed: Collection[str] | None = frozenset()) -> Effects:
    """Applies a migration as an agent's is, and gives what looked at it."""
    watch = Effects(rereads(pieces(sql)), agreed, refuse)
    file = Migration("20250101000009", "x", "x.sql", sql.encode())
    with connect(url) as conn, migration_lock(conn, wait_seconds=5) as lock:
        apply_migration(conn, file, lock, watch=watch, limits=Limits(retries=0))
    return watch


def prepared(cluster: Cluster) -> str:
    url = servers.fresh_database(cluster)
    with psycopg.connect(url, autocommit=True) as conn:
        ensure_table(conn)
        roles = {name for (name,) in conn.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in {"reader", "odd, role"} - roles:
            conn.execute(f'CREATE ROLE "{role}"')
        conn.execute(SETUP)
        conn.execute(
            f"CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{conn.info.host}',"
            f" port '{conn.info.port}', dbname '{conn.info.dbname}');"
            "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'postgres');"
            "CREATE FOREIGN TABLE far (id int) SERVER s OPTIONS (table_name 'distant');"
            "CREATE FUNCTION wipe2(int, int) RETURNS int LANGUAGE sql AS 'SELECT wipe()';"
            "CREATE FUNCTION blank_body() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN NEW.body = ''; RETURN NEW; END$$"
        )
    return url


@pytest.fixture
def shop(pg: Cluster) -> str:
    return prepared(pg)


@pytest.fixture
def each_shop(each_pg: Cluster) -> str:
    with psycopg.connect(each_pg.conninfo("postgres")) as conn:
        listed = conn.execute(
            "SELECT FROM pg_available_extensions WHERE name = 'postgres_fdw'"
        ).fetchone()
    if listed is None:
        pytest.skip("this server has no extension postgres_fdw, which is among what is tried")
    return prepared(each_pg)


LOOK = """
SELECT string_agg(x, E'\\n' ORDER BY x) FROM (
    SELECT concat(oid, relname, relacl, relrowsecurity, relforcerowsecurity, reloptions, relowner,
                  relfilenode) FROM pg_class WHERE relkind <> 't'
    UNION ALL SELECT concat(attrelid, attname, attisdropped, attacl) FROM pg_attribute
    UNION ALL SELECT concat(oid, proname, proacl, prosecdef, proowner) FROM pg_proc
    UNION ALL SELECT concat(oid, polname, polroles, polqual) FROM pg_policy
    UNION ALL SELECT concat(oid, nspname, nspacl) FROM pg_namespace
    UNION ALL SELECT to_json(r)::text FROM pg_authid r
    UNION ALL SELECT concat(roleid, member) FROM pg_auth_members
    UNION ALL SELECT concat(defaclrole, defaclnamespace, defaclacl) FROM pg_default_acl
    UNION ALL SELECT concat(loid, data) FROM pg_largeobject
    UNION ALL SELECT concat('s ', last_value, is_called) FROM counter
    UNION ALL SELECT concat('s ', last_value, is_called) FROM elsewhere_id_seq
) AS t (x)
"""


def everything(url: str) -> list[Any]:
    """Rows, objects, rights, roles, sequences and history."""
    tables = ("deals", "notes", "logs", "elsewhere", "pairs", "secrets", "distant", "_migrations")
    with psycopg.connect(url) as conn:
        rows = [conn.execute(f"SELECT * FROM {it} ORDER BY 1").fetchall() for it in tables]
        return [*rows, *conn.execute(LOOK).fetchall()]


def said(problem: Asked) -> str:
    return "\n".join(hazard.message for hazard in problem.hazards)


def test_whatever_destroys_or_opens_is_asked_about_and_leaves_everything_as_it_was(
    each_shop: str,
) -> None:
    before = everything(each_shop)
    wrong = []
    for message, texts in ASKED.items():
        for text in texts:
            try:
                attempt(each_shop, text)
                wrong.append(f"not asked: {text}")
                break
            except Asked as problem:
                if message not in said(problem):
                    wrong.append(f"{text}: {said(problem)!r}, not {message!r}")
            except TrueupError as problem:
                wrong.append(f"{text}: {problem}")
            assert everything(each_shop) == before, text
    assert not wrong, "\n".join(wrong)
    assert sum(map(len, ASKED.values())) >= 100


@pytest.mark.parametrize("sql", QUIET)
def test_ordinary_work_is_not_asked_about(shop: str, sql: str) -> None:
    assert attempt(shop, sql).hazards == ()
    with psycopg.connect(shop) as conn:
        assert conn.execute("SELECT success FROM _migrations").fetchall() == [(True,)]


def test_who_agreed_to_a_subject_is_not_asked_about_it_again_but_about_others(shop: str) -> None:
    with pytest.raises(Asked) as caught:
        attempt(shop, "DELETE FROM deals;", {"deals"})
    assert {hazard.subject for hazard in caught.value.hazards} == {"public.notes"}
    watch = attempt(shop, "DELETE FROM deals;", {"deals", "public.notes"})
    assert [hazard.message for hazard in watch.hazards] == [
        DEALS,
        "5 rows of public.notes are deleted",
    ]


def test_a_bare_name_is_the_one_along_the_path_and_no_other(shop: str) -> None:
    with psycopg.connect(shop) as conn:
        conn.execute(
            "CREATE SCHEMA s; CREATE TABLE s.deals (id int); INSERT INTO s.deals VALUES (1)"
        )
    with pytest.raises(Asked, match="asked") as caught:
        attempt(shop, "SET search_path TO s; DELETE FROM deals;", {"deals"})
    assert said(caught.value) == "1 row of s.deals is deleted"


def test_consent_to_a_partitioned_table_is_one_to_its_partitions(shop: str) -> None:
    attempt(shop, "DELETE FROM logs;", {"logs"})


def test_consent_to_rows_is_none_to_rights_on_them(shop: str) -> None:
    text = "DELETE FROM notes; GRANT SELECT ON notes TO PUBLIC;"
    with pytest.raises(Asked) as caught:
        attempt(shop, text, {"public.notes"})
    assert said(caught.value) == "PUBLIC may now SELECT on table public.notes"
    attempt(shop, text, {"public.notes", *(h.subject for h in caught.value.hazards)})


def test_where_all_is_agreed_to_it_is_done_and_told(shop: str) -> None:
    assert next(h.message for h in attempt(shop, "SELECT wipe();", None).hazards) == DEALS


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$BEGIN EXECUTE 'DELETE FROM _migra' || 'tions'; END$$;",
        "DO $$BEGIN EXECUTE 'INSERT INTO _migra' || 'tions VALUES (''2'', ''x'', null, now(), null,"
        " 0, true)'; END$$;",
        "DO $$BEGIN EXECUTE 'ALTER TABLE _migra' || 'tions ADD COLUMN x int'; END$$;",
        "DO $$BEGIN EXECUTE 'CREATE TRIGGER g BEFORE INSERT ON _migra' || 'tions FOR EACH ROW"
        " EXECUTE FUNCTION wipe_trigger()'; END$$;",
    ],
)
def test_the_history_is_touched_by_nobody_whoever_agrees(shop: str, sql: str) -> None:
    with psycopg.connect(shop) as conn:
        conn.execute("INSERT INTO _migrations VALUES ('1', 'a', null, now(), null, 0, true)")
    before = everything(shop)
    with pytest.raises(ValidationFailed) as caught:
        attempt(shop, sql)
    assert caught.value.code == "sql_touches_history" or isinstance(caught.value, Asked)
    assert everything(shop) == before


@pytest.mark.parametrize(
    "sql",
    [
        "SET track_counts TO off; DELETE FROM deals;",
        "SELECT set_config('track_counts', 'off', false), wipe();",
        "CREATE FUNCTION f() RETURNS int SET track_counts TO off LANGUAGE sql AS 'SELECT wipe()';"
        " SELECT f();",
    ],
)
def test_counting_is_not_switched_off(shop: str, sql: str) -> None:
    before = everything(shop)
    with pytest.raises(ValidationFailed) as caught:
        attempt(shop, sql)
    assert caught.value.code == "sql_stops_counting"
    assert everything(shop) == before


def test_where_nothing_is_counted_it_is_switched_on_or_nothing_is_done(shop: str) -> None:
    with psycopg.connect(shop, autocommit=True) as conn:
        conn.execute(
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET track_counts TO off',"
            " current_database()); END$$"
        )
    with pytest.raises(Asked) as caught:
        attempt(shop, "SELECT wipe();")
    assert DEALS in said(caught.value)
    with psycopg.connect(shop, autocommit=True) as conn:
        conn.execute("ALTER ROLE reader LOGIN; GRANT ALL ON SCHEMA public TO reader")
        conn.execute("GRANT ALL ON _migrations TO reader")
    try:
        with pytest.raises(CannotTell) as told:
            attempt(psycopg.conninfo.make_conninfo(shop, user="reader"), "SELECT 1;")
        assert told.value.code == "effects_not_counted"
    finally:
        with psycopg.connect(shop, autocommit=True) as conn:
            conn.execute("ALTER ROLE reader NOLOGIN")


@pytest.mark.parametrize(
    "sql", ["CALL wipe_and_commit();", "DO $$BEGIN CALL wipe_and_commit(); END$$;"]
)
def test_what_commits_only_where_there_are_rows_is_not_run_in_parts(shop: str, sql: str) -> None:
    """The shadow has no rows, so nothing shows there."""
    before = everything(shop)
    with pytest.raises(StatementFailed) as caught:
        attempt(shop, sql)
    assert caught.value.sqlstate == "2D000"
    assert everything(shop) == before


def test_a_sequence_set_back_by_what_failed_is_put_where_it_was(shop: str) -> None:
    before = everything(shop)
    with pytest.raises(StatementFailed):
        attempt(shop, "SELECT setval('counter', 1); SELECT 1 / 0;")
    assert everything(shop) == before


def test_what_the_planner_estimates_is_said_of_what_is_not_counted(shop: str) -> None:
    with psycopg.connect(shop, autocommit=True) as conn:
        conn.execute("ANALYZE deals")
    with pytest.raises(Asked) as caught:
        attempt(shop, "SELECT empty();")
    assert "all rows (about 37) of public.deals are removed, or changed" in said(caught.value)
    with pytest.raises(Asked) as caught:
        attempt(shop, "DROP TABLE deals CASCADE;")
    assert "table public.deals is dropped with what it holds (about 37 rows)" in said(caught.value)


def test_a_table_too_large_to_be_read_twice_is_asked_about(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trueup.postgres.read import effects

    small = effects._READABLE.replace(str(effects.LARGEST), "1000")
    monkeypatch.setattr(effects, "_READABLE", small)
    with pytest.raises(Asked):
        attempt(shop, "ALTER TABLE deals ADD COLUMN u uuid DEFAULT gen_random_uuid();")


def test_a_role_without_rights_of_a_superuser_is_looked_at_as_well(shop: str) -> None:
    with psycopg.connect(shop, autocommit=True) as conn:
        conn.execute(
            "ALTER ROLE reader LOGIN; GRANT ALL ON SCHEMA public TO reader;"
            " GRANT ALL ON _migrations, notes TO reader; ALTER TABLE deals OWNER TO reader"
        )
    url = psycopg.conninfo.make_conninfo(shop, user="reader")
    try:
        with pytest.raises(Asked) as caught:
            attempt(url, "DELETE FROM deals WHERE id > 10;")
        assert said(caught.value) == "27 rows of public.deals are deleted"
        quiet = "ALTER TABLE deals ADD COLUMN u uuid DEFAULT gen_random_uuid();"
        assert attempt(url, quiet).hazards == ()
    finally:
        with psycopg.connect(shop, autocommit=True) as conn:
            conn.execute("ALTER TABLE deals OWNER TO CURRENT_USER; ALTER ROLE reader NOLOGIN")
            conn.execute("DROP OWNED BY reader")
