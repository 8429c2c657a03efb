"""Nothing is destroyed before a person agreed to exactly that."""

from __future__ import annotations

import pytest
from mcp import Client, MCPError
from mcp.types import ElicitResult, InputRequiredResult

from mcp_agents import MODES, Answerer, agent, cancels, declines, desk, no, process, yes
from projects import Project
from trueup.mcp_server.server import build

pytestmark = pytest.mark.anyio
each_mode = pytest.mark.parametrize("mode", MODES)

LOSS = "ALTER TABLE customers DROP COLUMN email CASCADE;"
LOSSES = {
    "a table goes": "DROP TABLE customers CASCADE;",
    "a table goes, and one of its name comes": (
        "DROP TABLE IF EXISTS customers CASCADE; CREATE TABLE customers (id int);"
    ),
    "a column goes": LOSS,
    "a column goes inside a block": f"DO $$BEGIN {LOSS} END$$;",
    "a column goes by SQL put together": (
        "DO $$BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN email CASCADE', 'customers'); END$$;"
    ),
    "rows go": "DELETE FROM customers;",
    "rows go in a WITH": "WITH gone AS (DELETE FROM customers RETURNING id) SELECT * FROM gone;",
    "rows go inside a block": "DO $$BEGIN IF true THEN DELETE FROM customers; END IF; END$$;",
    "rows go by SQL that can't be read": "DO $$BEGIN EXECUTE 'DEL' || 'ETE FROM customers'; END$$;",
    "rows go by a constant": "DO $$BEGIN EXECUTE 'DELETE FROM customers'; END$$;",
    "all rows go": "TRUNCATE customers;",
    "values are overwritten": "UPDATE customers SET email = 'x';",
    "values are overwritten by a merge": (
        "MERGE INTO customers c USING (VALUES (1)) v(id) ON c.id = v.id WHEN MATCHED THEN DELETE;"
    ),
    "values are overwritten on conflict": (
        "INSERT INTO customers VALUES (1, 'y') ON CONFLICT (id) DO UPDATE SET email = 'x';"
    ),
    "values are rounded": "ALTER TABLE customers ALTER COLUMN id TYPE real;",
    "the schema goes with what it holds": "CREATE SCHEMA s; DROP SCHEMA s CASCADE;",
}


async def test_a_client_that_can_ask_nobody_is_refused(shop: Project) -> None:
    before = shop.files()
    async with agent(desk(shop)) as one:
        for said, query in LOSSES.items():
            answer = await one.call("apply_migration", name="loss", query=query)
            assert answer.code == "destructive_not_agreed", said
            assert "--allow-destructive" in answer.error
    assert shop.files() == before
    assert shop.query("SELECT email FROM customers") == [("ada@example.org",)]


@each_mode
async def test_a_person_who_agrees_has_it_done(shop: Project, mode: str) -> None:
    async with agent(desk(shop), mode=mode, answer=yes) as one:
        answer = await one.call("apply_migration", name="loss", query=LOSS)
    assert answer.data["success"] is True
    (question,) = one.questions
    assert "column email of customers is dropped" in question
    assert shop.query("SELECT count(*) FROM pg_attribute WHERE attname = 'email'") == [(0,)]


@each_mode
@pytest.mark.parametrize("person", [no, declines, cancels])
async def test_a_person_who_does_not_agree_is_obeyed(
    shop: Project, mode: str, person: Answerer
) -> None:
    before = shop.files()
    async with agent(desk(shop), mode=mode, answer=person) as one:
        answer = await one.call("apply_migration", name="loss", query=LOSS)
    assert answer.code == "destructive_declined"
    assert len(one.questions) == 1
    assert shop.files() == before
    assert shop.query("SELECT email FROM customers") == [("ada@example.org",)]


@each_mode
async def test_a_form_filled_in_wrongly_is_no_consent(shop: Project, mode: str) -> None:
    def wrong(_: str) -> ElicitResult:
        return ElicitResult(action="accept", content={"agree": "maybe"})

    before = shop.files()
    async with agent(desk(shop), mode=mode, answer=wrong) as one:
        answer = await one.call("apply_migration", name="loss", query=LOSS)
    assert answer.result.is_error
    assert shop.files() == before


@each_mode
async def test_a_server_told_so_asks_nobody(shop: Project, mode: str) -> None:
    async with agent(desk(shop, allow_destructive=True), mode=mode, answer=no) as one:
        answer = await one.call("apply_migration", name="loss", query=LOSS)
    assert answer.data["success"] is True
    assert one.questions == []
    assert [h["code"] for h in answer.data["hazards"] if h["destructive"]] == ["data_loss"]


HARMLESS = {
    "a new table": "CREATE TABLE t (id int);",
    "a column added and filled": (
        "ALTER TABLE customers ADD COLUMN active boolean; UPDATE customers SET active = true;"
    ),
    "a table made, filled, emptied and dropped": (
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1); UPDATE t SET id = 2; DELETE FROM t;"
        " DROP TABLE t;"
    ),
    "a wider type": "DROP VIEW emails; ALTER TABLE customers ALTER COLUMN id TYPE bigint;",
    "a view dropped": "DROP VIEW emails;",
    "a table renamed": "ALTER TABLE customers RENAME TO people;",
    "a column renamed": "ALTER TABLE customers RENAME COLUMN email TO mail;",
    "a table moved": "CREATE SCHEMA s; ALTER TABLE customers SET SCHEMA s;",
    "a function that deletes when it is called": (
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM customers';"
    ),
    "a rule that deletes when it fires": (
        "CREATE TABLE t (id int); CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM customers;"
    ),
    "rows added": "INSERT INTO customers VALUES (3, 'x') ON CONFLICT DO NOTHING;",
    "a block that makes a type once": (
        "DO $$BEGIN CREATE TYPE mood AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL;"
        " END$$;"
    ),
}


async def test_nobody_is_asked_about_what_loses_nothing(shop: Project) -> None:
    async with agent(desk(shop), answer=no) as one:
        for said, query in HARMLESS.items():
            answer = await one.call("apply_migration", name="fine", query=query, dry_run=True)
            assert [h for h in answer.data["hazards"] if h["destructive"]] == [], said
        query = HARMLESS["a column added and filled"]
        answer = await one.call("apply_migration", name="fine", query=query)
    assert answer.data["success"] is True
    assert one.questions == []


async def test_consent_to_one_migration_is_none_to_another(shop: Project) -> None:
    """The SDK binds the state of a question to its request; an answer sent along with other SQL
    is refused. (With the older protocol the server asks while the call runs.)"""
    async with Client(build(desk(shop)), elicitation_callback=_unused) as client:
        call = {"name": "loss", "query": LOSS}
        first = await client.session.call_tool("apply_migration", call, allow_input_required=True)
        assert isinstance(first, InputRequiredResult)
        assert first.input_requests is not None
        yes_to = ElicitResult(action="accept", content={"agree": True})
        other = {"name": "loss", "query": "DROP TABLE customers CASCADE;"}
        with pytest.raises(MCPError, match="requestState"):
            await client.session.call_tool(
                "apply_migration",
                other,
                input_responses=dict.fromkeys(first.input_requests, yes_to),
                request_state=first.request_state,
            )
    assert shop.query("SELECT email FROM customers") == [("ada@example.org",)]


async def _unused(context: object, params: object) -> ElicitResult:
    raise AssertionError("nobody is asked here")


@each_mode
async def test_it_works_through_a_real_process(shop: Project, mode: str) -> None:
    async with agent(process(shop), mode=mode, answer=yes) as one:
        answer = await one.call("apply_migration", name="loss", query=LOSS)
    assert answer.data["success"] is True
    assert len(one.questions) == 1


WIPE = """
CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS
  $$BEGIN DELETE FROM public.customers; RETURN 1; END$$;
CREATE FUNCTION wiping() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN DELETE FROM public.customers; RETURN NEW; END$$;
CREATE TABLE others (id int PRIMARY KEY, v text);
CREATE SEQUENCE numbers;
"""
# A function that deletes, reached sideways; and what opens access without touching a row.
SIDEWAYS = [
    "CREATE TABLE t AS SELECT wipe();",
    "CREATE TABLE t (id int DEFAULT wipe()); INSERT INTO t DEFAULT VALUES;",
    "ALTER TABLE others ADD COLUMN x int DEFAULT wipe();",
    "ALTER TABLE others ADD CHECK (wipe() > 0);",
    "ALTER TABLE others ALTER COLUMN v TYPE int USING wipe();",
    "CREATE TABLE t (id int); CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW"
    " EXECUTE FUNCTION wiping(); INSERT INTO t VALUES (1);",
    "CREATE TABLE t (id int); CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM customers;"
    " INSERT INTO t VALUES (1);",
    "DECLARE c CURSOR FOR SELECT wipe(); FETCH c;",
    "CREATE VIEW v AS SELECT wipe() AS x; SELECT * FROM v;",
    "CREATE DOMAIN d AS int CHECK (wipe() > 0); SELECT 1::d;",
    "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON others DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    " EXECUTE FUNCTION wiping(); INSERT INTO others VALUES (2, 'x');",
    "CREATE ROLE trueup_root SUPERUSER;",
    "GRANT SELECT ON customers TO PUBLIC;",
    "ALTER TABLE customers SET UNLOGGED;",
    "ALTER SEQUENCE numbers RESTART;",
]


@pytest.fixture
def wiping(shop: Project) -> Project:
    """The shop with functions that delete, and rows that a constraint meets."""
    shop.migration(WIPE, name="wipe")
    assert shop.run("apply").status == 0
    shop.execute("INSERT INTO others VALUES (1, 'x'); SELECT setval('numbers', 40);")
    return shop


def everything(project: Project) -> list[object]:
    """Rows, rights, roles, objects, sequences, history and files."""
    queries = (
        "SELECT * FROM customers",
        "SELECT * FROM others",
        "SELECT * FROM _migrations",
        "SELECT last_value, is_called FROM numbers",
        "SELECT oid, relname, relacl::text, relpersistence, relfilenode FROM pg_class ORDER BY 1",
        "SELECT rolname, rolsuper FROM pg_roles ORDER BY 1",
    )
    return [*(project.query(query) for query in queries), project.files()]


async def test_whatever_form_it_has_it_is_not_done_unasked(wiping: Project) -> None:
    before = everything(wiping)
    async with agent(desk(wiping)) as one:
        for query in SIDEWAYS:
            answer = await one.call("apply_migration", name="sideways", query=query)
            assert answer.code == "destructive_not_agreed", (query, answer.text)
            assert "--allow-destructive" in answer.error
            assert everything(wiping) == before, query


@each_mode
async def test_the_question_says_what_was_counted_and_is_asked_once(
    wiping: Project, mode: str
) -> None:
    query = "CREATE TABLE t AS SELECT wipe();"
    before = everything(wiping)
    async with agent(desk(wiping), mode=mode, answer=no) as one:
        answer = await one.call("apply_migration", name="wiped", query=query)
    assert (answer.code, len(one.questions)) == ("destructive_declined", 1)
    assert everything(wiping) == before
    async with agent(desk(wiping), mode=mode, answer=yes) as one:
        answer = await one.call("apply_migration", name="wiped", query=query)
    assert answer.data["success"] is True
    (question,) = one.questions
    assert "1 row of public.customers is deleted" in question
    assert "tried there and rolled back" in question
    assert wiping.query("SELECT * FROM customers") == []
    destructive = [h["subject"] for h in answer.data["hazards"] if h["destructive"]]
    assert destructive == ["public.customers"]
    assert wiping.run("check").status == 0


@each_mode
async def test_code_that_nobody_read_is_one_question_and_what_it_did_another(
    wiping: Project, mode: str
) -> None:
    async with agent(desk(wiping), mode=mode, answer=yes) as one:
        answer = await one.call("apply_migration", name="wiped", query="SELECT wipe();")
    assert answer.data["success"] is True
    assert ["not read" in question for question in one.questions] == [True, False]


async def test_the_question_is_a_card_with_the_database_and_the_sql(wiping: Project) -> None:
    async with agent(desk(wiping), answer=yes) as one:
        query = "GRANT SELECT ON customers TO PUBLIC;"
        answer = await one.call("apply_migration", name="open", query=query)
    assert answer.data["success"] is True
    (question,) = one.questions
    assert "opens access" in question and "destroys" not in question
    assert "PUBLIC may now SELECT on table public.customers" in question
    ((database,),) = wiping.query("SELECT current_database()")
    assert str(database) in question
    assert query in question


@each_mode
async def test_an_effect_that_grew_after_the_answer_is_asked_about_again(
    wiping: Project, mode: str
) -> None:
    def grows(question: str) -> ElicitResult:
        if "public.others" not in question:
            wiping.execute(
                "CREATE OR REPLACE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS $$BEGIN DELETE"
                " FROM public.customers; DELETE FROM public.others; RETURN 1; END$$"
            )
            return yes(question)
        return no(question)

    async with agent(desk(wiping), mode=mode, answer=grows) as one:
        query = "CREATE TABLE t AS SELECT wipe();"
        answer = await one.call("apply_migration", name="wiped", query=query)
    assert answer.code == "destructive_declined"
    assert len(one.questions) == 2
    assert "public.customers" not in one.questions[1]
    assert wiping.query("SELECT count(*) FROM customers") == [(1,)]
    assert wiping.query("SELECT count(*) FROM others") == [(1,)]


async def test_a_server_told_so_says_afterwards_what_was_counted(wiping: Project) -> None:
    async with agent(desk(wiping, allow_destructive=True)) as one:
        query = "CREATE TABLE t AS SELECT wipe();"
        answer = await one.call("apply_migration", name="wiped", query=query)
    assert [h["message"] for h in answer.data["hazards"] if h["destructive"]] == [
        "1 row of public.customers is deleted"
    ]


async def test_the_history_is_trueups_whoever_allows_what(wiping: Project) -> None:
    before = everything(wiping)
    async with agent(desk(wiping, allow_destructive=True)) as one:
        query = (  # the shadow has no such table
            "DO $$BEGIN IF EXISTS (SELECT FROM customers) THEN EXECUTE"
            " 'DELETE FROM _migra' || 'tions'; END IF; END$$;"
        )
        answer = await one.call("apply_migration", name="x", query=query)
    assert answer.code == "sql_touches_history"
    assert everything(wiping) == before
