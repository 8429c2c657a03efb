"""Each stand-in, tried with the statements that migrations use it in; also on servers that have
the real extension, which keeps the statements honest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from benches import Bench
from trueup.shadow.platform import standins, stood_in


@dataclass(frozen=True)
class Case:
    """`create` is the statement projects have; `uses` what they then do; `answers` what comes."""

    create: str
    uses: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    schema: str = "extensions"


IN_EXTENSIONS = 'create extension if not exists "{}" with schema extensions;'
CASES = {
    "http": Case(
        IN_EXTENSIONS,
        """create function ping() returns int language sql as
             $$ select status from extensions.http_get('http://localhost') $$;
           create function send(body jsonb) returns void language plpgsql as $$
             declare answer extensions.http_response;
             begin
               select * into answer from extensions.http((
                 'POST', 'http://localhost', array[extensions.http_header('a', 'b')],
                 'application/json', body::text)::extensions.http_request);
             end $$;""",
    ),
    "pg_net": Case(
        IN_EXTENSIONS,
        """create table orders (id int);
           create function told() returns trigger language plpgsql as $$ begin
             perform net.http_post(url := 'http://localhost', body := to_jsonb(new),
               headers := '{"Content-Type": "application/json"}'::jsonb,
               timeout_milliseconds := 5000);
             return new;
           end $$;
           create trigger told after insert on orders for each row execute function told();
           insert into orders values (1);
           grant usage on schema net to public;""",
        {"select count(*) from net._http_response": 0},
    ),
    "pg_cron": Case(
        "create extension pg_cron with schema pg_catalog;",
        """select cron.schedule('nightly', '0 3 * * *', 'vacuum');
           select cron.schedule('nightly', '0 4 * * *', $$ select 1 $$);
           select cron.schedule('30 3 * * 6', 'select 1');
           select cron.unschedule('nightly');
           delete from cron.job where jobname = 'gone';
           grant usage on schema cron to public;""",
        {
            "select count(*) from cron.job": 1,
            "select count(*) from cron.job_run_details": 0,
            "select schedule from cron.job": "30 3 * * 6",
        },
        schema="pg_catalog",
    ),
    "pgsodium": Case(
        "create extension if not exists pgsodium;",
        """create table secret (id uuid, key_id uuid references pgsodium.key(id), nonce bytea
             default pgsodium.crypto_aead_det_noncegen());
           select id from pgsodium.create_key(name := 'mine');
           grant pgsodium_keyiduser to current_user;""",
        {"select count(*) from pgsodium.valid_key": 1},
        schema="pgsodium",
    ),
    "supabase_vault": Case(
        "create schema vault; create extension supabase_vault with schema vault cascade;",
        """select vault.create_secret('s3cret', 'api_key', 'a key');
           select vault.update_secret(id, 'other') from vault.secrets where name = 'api_key';""",
        {"select decrypted_secret from vault.decrypted_secrets where name = 'api_key'": "other"},
        schema="vault",
    ),
    "pg_graphql": Case(
        "create schema graphql; create extension if not exists pg_graphql with schema graphql;",
        """comment on schema public is '@graphql({"inflect_names": true})';
           select graphql.resolve('{ __typename }');""",
        schema="graphql",
    ),
    "pgjwt": Case(
        "create extension pgcrypto schema extensions;" + IN_EXTENSIONS,
        "select extensions.sign('{\"sub\": \"1\"}'::json, 'secret', 'HS256');",
        {"select valid from extensions.verify('a.b.c', 'secret')": None},
    ),
    "pgmq": Case(
        "create extension if not exists pgmq;",
        """select pgmq.create('jobs');
           select pgmq.create_unlogged('fast');
           select pgmq.send('jobs', '{"a": 1}'::jsonb, 0);
           select pgmq.send(queue_name := 'jobs', msg := '{"a": 2}'::jsonb);
           alter table pgmq.q_jobs enable row level security;
           select pgmq.archive('jobs', 1::bigint);
           select pgmq.drop_queue('fast');""",
        {
            "select count(*) from pgmq.q_jobs": 1,
            "select count(*) from pgmq.a_jobs": 1,
            "select queue_name from pgmq.list_queues()": "jobs",
            "select (message ->> 'a') from pgmq.read('jobs', 30, 1)": "2",
        },
        schema="pgmq",
    ),
    "pg_jsonschema": Case(
        IN_EXTENSIONS,
        """create table doc (body jsonb check (
             extensions.jsonb_matches_schema('{"type": "object"}', body)));
           insert into doc values ('{}');""",
    ),
    "pg_tle": Case(
        "create extension if not exists pg_tle;",
        """select pgtle.uninstall_extension_if_exists('mine');
           select pgtle.install_extension('mine', '1.0', 'of my own', 'select 1');""",
        schema="pgtle",
    ),
    "supabase-dbdev": Case(
        "create extension http schema extensions; create extension pg_tle;"
        'create extension "supabase-dbdev";',
        "select dbdev.install('somebody-something');",
        schema="public",
    ),
    "pgaudit": Case(IN_EXTENSIONS),
    "hypopg": Case(
        IN_EXTENSIONS,
        "select * from hypopg_create_index('create index on pg_class (relname)');",
    ),
    "index_advisor": Case(
        "create extension index_advisor with schema extensions cascade;",
        "select * from index_advisor('select 1');",
    ),
    "wrappers": Case(
        IN_EXTENSIONS,
        """create foreign data wrapper stripe_wrapper
             handler extensions.stripe_fdw_handler validator extensions.stripe_fdw_validator;
           create server stripe foreign data wrapper stripe_wrapper options (api_key_id 'x');
           create foreign table customers (id text, attrs jsonb)
             server stripe options (object 'customers', rowid_column 'id');""",
    ),
    "uuid-ossp": Case(
        IN_EXTENSIONS,
        """create table t (id uuid primary key default extensions.uuid_generate_v4(),
             other uuid default uuid_generate_v1mc(), n uuid default uuid_nil());
           insert into t default values;""",
        {"select uuid_generate_v5(uuid_ns_dns(), 'a') is not null": True},
    ),
    "pgcrypto": Case(
        IN_EXTENSIONS,
        """create table t (id uuid default gen_random_uuid(), token text
             default encode(gen_random_bytes(16), 'hex'));
           insert into t default values;""",
        {
            "select encode(digest('a', 'sha256'), 'hex')": (
                "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
            ),
            "select crypt('pw', crypt('pw', gen_salt('bf'))) is not null": True,
            "select length(token) from t": 32,
        },
    ),
    "pg_stat_statements": Case(
        IN_EXTENSIONS,
        "grant select on pg_stat_statements to public; create view v as "
        "select query, calls from extensions.pg_stat_statements;",
    ),
    "pg_stat_monitor": Case(IN_EXTENSIONS, "grant select on pg_stat_monitor to public;"),
    "pg_repack": Case("create extension pg_repack;", schema="public"),
    "plpgsql_check": Case(
        IN_EXTENSIONS, "select * from plpgsql_check_function('now()'::regprocedure::oid);"
    ),
    "pg_hashids": Case(
        IN_EXTENSIONS,
        """create table t (id int generated always as identity, short text generated always as
             (id_encode(7, 'salt', 8)) stored);
           insert into t default values;""",
    ),
    "pgroonga": Case(
        IN_EXTENSIONS,
        """create table memo (content text, tags text[]);
           create index on memo using pgroonga (content);
           create index on memo
             using pgroonga (tags extensions.pgroonga_text_array_full_text_search_ops_v2)
             with (tokenizer = 'TokenMecab');
           insert into memo values ('a', '{b}');
           create function found(q text) returns setof memo language sql as
             $$ select * from memo where content &@~ q $$;""",
    ),
    "plv8": Case(
        "create extension plv8;",
        "create function js() returns int language plv8 as $$ return 1 $$;",
        schema="pg_catalog",
    ),
    "pgtap": Case(
        IN_EXTENSIONS,
        """select plan(2);
           select is(1, 1, 'one');
           select has_table('public', 't', 'there');
           select * from finish();""",
    ),
    "vector": Case(
        IN_EXTENSIONS,
        """create table doc (id int, embedding vector(3), half extensions.halfvec(3), bits bit(3),
             sparse sparsevec(3));
           insert into doc values (1, '[1,2,3]', '[1,2,3]', '101', '{1:1}/3');
           create index on doc using hnsw (embedding vector_cosine_ops) with (m = 16);
           create index flat on doc using ivfflat (embedding vector_l2_ops) with (lists = 100);
           create index on doc using hnsw (half halfvec_ip_ops);
           create index on doc using hnsw (bits bit_hamming_ops);
           create index on doc using hnsw (sparse sparsevec_l2_ops);
           create index on doc using hnsw ((embedding::halfvec(3)) halfvec_l2_ops);
           create function nearest(q vector(3)) returns setof doc language sql stable as
             $$ select * from doc order by embedding <=> q limit 5 $$;
           alter table doc alter column embedding type vector(1536) using null;
           create view sums as select avg(embedding) from doc;""",
        {
            "select format_type(atttypid, atttypmod) from pg_attribute where attname = 'embedding' "
            "and attrelid = 'doc'::regclass": "vector(1536)",
            "select indexdef ~ 'flat .embedding.' from pg_indexes where indexname = 'flat'": True,
            "select round(('[1,2]'::vector <-> '[1,4]'::vector)::numeric, 3)": 2,
            "select round((1 - ('[1,0]'::vector <=> '[1,0]'::vector))::numeric, 3)": 1,
            "select array[1, 2]::vector::text": "[1,2]",
        },
    ),
    "citext": Case(
        IN_EXTENSIONS,
        """create table person (email citext unique, check (email ~* '^.+@.+$'));
           insert into person values ('A@b');
           insert into person values ('a@B') on conflict (email) do nothing;
           create domain mail as citext check (value ~ '@');
           create index on person using hash (email);""",
        {"select count(*) from person where email = 'a@b'": 1, "select 'B'::citext > 'a'": True},
    ),
    "pg_trgm": Case(
        IN_EXTENSIONS,
        """create table song (title text);
           create index on song using gin (title gin_trgm_ops);
           create index on song using gist (title extensions.gist_trgm_ops);
           insert into song values ('Help');
           create function like_it(q text) returns setof song language sql as
             $$ select * from song where title % q order by similarity(title, q) desc $$;
           grant all on function gtrgm_in(cstring) to public;""",
        {"select similarity('word', 'word')": 1.0, "select count(*) from like_it('Help')": 1},
    ),
    "unaccent": Case(
        IN_EXTENSIONS,
        """create text search configuration fr (copy = simple);
           alter text search configuration fr alter mapping for hword, hword_part, word
             with unaccent, simple;""",
        {"select unaccent('Hôtel')": "Hotel"},
    ),
    "moddatetime": Case(
        IN_EXTENSIONS,
        """create table t (id int, updated_at timestamptz default '2000-01-01');
           create trigger touch before update on t
             for each row execute procedure extensions.moddatetime(updated_at);
           insert into t values (1);
           update t set id = 2;""",
        {"select id = 2 and updated_at > '2020-01-01' from t": True},
    ),
    "btree_gist": Case(
        IN_EXTENSIONS,
        """create table booking (room int, during tstzrange,
             exclude using gist (room with =, during with &&));
           insert into booking values (1, '[2020-01-01, 2020-01-02)'),
             (2, '[2020-01-01, 2020-01-02)');""",
    ),
    "btree_gin": Case(
        IN_EXTENSIONS,
        """create table t (id uuid, at timestamptz, tags text[]);
           create index on t using gin (id, at, tags);
           insert into t values (gen_random_uuid(), now(), '{a}');""",
    ),
    "fuzzystrmatch": Case(IN_EXTENSIONS, answers={"select soundex('Robert')": "R163"}),
    "hstore": Case(
        IN_EXTENSIONS,
        """create table t (attributes hstore not null default '', other hstore
             default hstore('a', 'b'));
           create index on t using gin (attributes);
           insert into t default values;""",
        {"select other::text from t": '"a"=>"b"'},
    ),
    "intarray": Case(
        IN_EXTENSIONS,
        """create table t (ids int[]);
           create index on t using gin (ids gin__int_ops);
           create index on t using gist (ids gist__int_ops);
           insert into t values ('{1,2}');""",
        {"select '{1,2}'::int[] & '{2,3}'::int[]": [2]},
    ),
    "ltree": Case(
        IN_EXTENSIONS,
        """create table place (path ltree primary key);
           create index on place using gist (path);
           insert into place values ('a'), ('a.b'), ('a.b.c');""",
        {
            "select count(*) from place where path <@ 'a.b'": 2,
            "select nlevel('a.b.c'::ltree)": 3,
            "select subpath('a.b.c'::ltree, 0, 2)::text": "a.b",
        },
    ),
}


def test_every_stand_in_has_a_case() -> None:
    assert set(CASES) == set(standins())


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_stand_in_carries_what_migrations_do_with_it(bench: Bench, name: str) -> None:
    case = CASES[name]
    bench.run(case.create.format(name))
    found = bench.conn.execute(
        "SELECT extversion, extnamespace::regnamespace::text FROM pg_extension WHERE extname = %s",
        [name],
    ).fetchone()
    if name in bench.missing:
        assert found == (standins()[name].version, case.schema)
        assert stood_in(set(standins()) - bench.missing, [name]) == (name,)
    bench.run(case.uses)
    for query, wanted in case.answers.items():
        assert bench.one(query) == wanted, query


EVERYTHING = """
SELECT classid::regclass, objid FROM (
  SELECT 'pg_class'::regclass AS classid, oid AS objid FROM pg_class
  UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc
  UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type
  UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
  UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
  UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
  UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
  UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
  UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace
) o WHERE objid >= 16384 ORDER BY 1, 2
"""


@pytest.mark.parametrize("name", sorted(CASES))
def test_dropping_a_stand_in_leaves_nothing_of_it(bench: Bench, name: str) -> None:
    if name not in bench.missing:
        pytest.skip("this server has the extension itself")
    case = CASES[name]
    # What stays is made before: the schema, which is nobody's, and what the extension requires.
    if case.schema not in ("public", "pg_catalog"):
        bench.run(f"create schema if not exists {case.schema}")
    *_, create = case.create.format(name).rstrip(";").split(";")
    for needed in standins()[name].requires:
        bench.run(f'create extension if not exists "{needed}" schema extensions')
    there = bench.conn.execute(EVERYTHING).fetchall()
    bench.run(create)
    if name != "pgaudit":  # it has no objects
        assert bench.conn.execute(EVERYTHING).fetchall() != there
    bench.conn.execute(f'DROP EXTENSION "{name}"'.encode())
    assert bench.conn.execute(EVERYTHING).fetchall() == there


def test_pg_net_uses_a_schema_net_that_is_there(bench: Bench) -> None:
    if "pg_net" not in bench.missing:
        pytest.skip("this server has the extension itself")
    for schema in ("net", "extensions"):
        bench.run("create schema if not exists net")
        bench.run(f"create extension pg_net with schema {schema}")
        bench.run("select net.http_get('http://localhost')")
        bench.conn.execute("DROP EXTENSION pg_net")
        assert bench.one("SELECT to_regclass('net.http_request_queue')") is None


def test_an_exclusion_constraint_over_stand_in_operators_holds(bench: Bench) -> None:
    bench.run(CASES["btree_gist"].create.format("btree_gist") + CASES["btree_gist"].uses)
    with pytest.raises(psycopg.errors.ExclusionViolation):
        bench.conn.execute("INSERT INTO booking VALUES (1, '[2020-01-01, 2020-01-03)')")


def test_create_extension_says_what_the_real_one_would(bench: Bench) -> None:
    cases = {
        "create extension pgmq schema public": psycopg.errors.FeatureNotSupported,
        "create extension pg_cron; create extension pg_cron": psycopg.errors.DuplicateObject,
        "create extension index_advisor": psycopg.errors.UndefinedObject,
        "create extension http schema nowhere": psycopg.errors.InvalidSchemaName,
    }
    for text, error in cases.items():
        bench.conn.execute("SAVEPOINT here")
        with pytest.raises(error):
            bench.run(text)
        bench.conn.execute("ROLLBACK TO here")


def test_create_extension_works_inside_blocks_and_where_no_schema_is_searched(bench: Bench) -> None:
    bench.run(
        """select set_config('search_path', '', false);
        create extension if not exists pgmq;
        create schema if not exists pgsodium;
        create extension if not exists "pgsodium" with schema "pgsodium";
        do $$
        begin
          if not exists (select from pg_extension where extname = 'pg_cron') then
            create extension pg_cron with schema pg_catalog;
          end if;
          execute 'create extension if not exists pg_net with schema extensions';
        exception when others then raise;
        end
        $$;
        """,
    )
    rows = bench.conn.execute("SELECT extname FROM pg_extension").fetchall()
    assert {"pgmq", "pgsodium", "pg_cron", "pg_net"} <= {row[0] for row in rows}
