"""execute_sql reads and does nothing else, within limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from mcp_agents import Answer, agent, desk
from projects import Project
from trueup.errors import StatementFailed
from trueup.ops.agents.query import Limits, run_query
from trueup.workbench.project import Project as TrueupProject

pytestmark = pytest.mark.anyio


def fenced_rows(answer: Answer) -> Any:
    """The JSON between the marks."""
    inside = answer.data["result"].split(">\n", 1)[1].rsplit("\n</", 1)[0]
    return json.loads(inside)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT id, email FROM customers", [{"id": 1, "email": "ada@example.org"}]),
        ("SELECT 1 AS a;", [{"a": 1}]),
        ("SELECT 1 AS a -- and a comment", [{"a": 1}]),
        ("/* c */ SELECT 1 AS a /* d */ ;  ", [{"a": 1}]),
        ("VALUES (1, 'x')", [{"column1": 1, "column2": "x"}]),
        ("TABLE customers", [{"id": 1, "email": "ada@example.org"}]),
        ("SELECT null AS a, true AS b, 1.50::numeric AS c", [{"a": None, "b": True, "c": 1.50}]),
        (
            "SELECT 'infinity'::timestamptz AS a, 'NaN'::float8 AS b",
            [{"a": "infinity", "b": "NaN"}],
        ),
        ("SELECT ';' AS a, $$;$$ AS b", [{"a": ";", "b": ";"}]),
        ("WITH x AS (SELECT 1 AS a) SELECT * FROM x ORDER BY a", [{"a": 1}]),
        ("SHOW server_encoding", [{"server_encoding": "UTF8"}]),
        ("SELECT 'ü€😀' AS a", [{"a": "ü€😀"}]),
        ("SELECT FROM customers", [{}]),
        ("SELECT E'\\\\' AS a", [{"a": "\\"}]),
    ],
)
async def test_a_query_gives_its_rows(shop: Project, query: str, rows: list[Any]) -> None:
    async with agent(desk(shop)) as one:
        assert fenced_rows(await one.call("execute_sql", query=query)) == rows


REFUSED = {
    "query_is_ddl": [
        "CREATE TABLE x ()",
        "DROP TABLE customers",
        "ALTER TABLE customers ADD COLUMN x int",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1 INTO x",
        "REFRESH MATERIALIZED VIEW x",
        "COMMENT ON TABLE customers IS 'x'",
        "GRANT ALL ON customers TO PUBLIC",
        "VACUUM",
        "LOCK TABLE customers",
        "PREPARE p AS SELECT 1",
        "DECLARE c CURSOR FOR SELECT 1",
        "NOTIFY x",
        "CREATE INDEX CONCURRENTLY i ON customers (id)",
    ],
    "query_changes_rows": [
        "DELETE FROM customers",
        "INSERT INTO customers VALUES (2, 'x')",
        "UPDATE customers SET email = 'x'",
        "TRUNCATE customers",
        "MERGE INTO customers c USING customers d ON true WHEN MATCHED THEN DELETE",
        "COPY customers TO STDOUT",
    ],
    "query_not_a_query": [
        "COMMIT",
        "BEGIN",
        "SET TRANSACTION READ WRITE",
        "SET ROLE postgres",
        "DO $$BEGIN DELETE FROM customers; END$$",
        "CALL p()",
    ],
    "query_not_one": ["SELECT 1; SELECT 2", "SELECT 1; DELETE FROM customers", "COMMIT; SELECT 1"],
    "sql_leaves_database": [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_terminate_backend(1)",
        "SELECT lo_import('/etc/passwd')",
        "SELECT * FROM customers WHERE pg_cancel_backend(1)",
    ],
    "sql_syntax": [
        "SELEC 1",
        "SELECT 1)",
        "SELECT 'x",
        "\\dt",
        "SELECT 1) q; DROP TABLE customers --",
    ],
    "sql_empty": ["", "  ", "-- nothing", ";;"],
    # What the server itself refuses: the transaction is read-only, whatever the text hides.
    "statement_failed": [
        "WITH x AS (DELETE FROM customers RETURNING id) SELECT * FROM x",
        "SELECT * FROM customers FOR UPDATE",
        "SELECT nextval('s')",
        "SELECT set_config('transaction_read_only', 'off', false), id FROM customers",
        "EXPLAIN ANALYZE DELETE FROM customers",
        "SELECT wipe()",
        "SELECT 1/0",
        "SELECT nope FROM customers",
    ],
}


async def test_everything_but_reading_is_refused_with_a_pointer(shop: Project) -> None:
    shop.execute(
        "CREATE SEQUENCE s; CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS"
        " $$BEGIN DELETE FROM customers; RETURN 1; END$$;"
    )
    async with agent(desk(shop)) as one:
        for code, queries in REFUSED.items():
            for query in queries:
                answer = await one.call("execute_sql", query=query)
                assert answer.code == code, (query, answer.error)
        assert "apply_migration" in (await one.call("execute_sql", query="DROP TABLE x")).error
    assert shop.query("SELECT email FROM customers") == [("ada@example.org",)]
    assert shop.query("SELECT is_called FROM s") == [(False,)]


async def test_an_error_names_the_place_in_the_query(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        answer = await one.call("execute_sql", query="SELECT id,\n  nope FROM customers")
    assert "line 2, column 3 of query" in answer.error


async def test_rows_are_cut_off_and_that_is_said(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        many = await one.call("execute_sql", query="SELECT generate_series(1, 100000) AS n")
        wide = await one.call(
            "execute_sql", query="SELECT repeat('x', 20000) AS t FROM generate_series(1, 100)"
        )
        huge = await one.call("execute_sql", query="SELECT repeat('x', 100000000) AS t")
    assert (many.data["row_count"], many.data["truncated"]) == (500, True)
    assert [row["n"] for row in fenced_rows(many)] == list(range(1, 501))
    assert wide.data["truncated"] is True
    assert len(wide.data["result"]) < 250_000
    assert "left_out" in fenced_rows(huge)[0]
    assert len(huge.everything) < 5000


def test_a_query_that_takes_too_long_is_ended_by_the_server(shop: Project) -> None:
    project = TrueupProject(desk(shop).settings)
    with pytest.raises(StatementFailed) as caught:
        run_query(project, "SELECT pg_sleep(60)", Limits(seconds=0.1))
    assert caught.value.sqlstate == "57014"
    assert "too long" in caught.value.hint


async def test_strings_are_read_one_way_whatever_the_role_is_set_to(shop: Project) -> None:
    """With standard_conforming_strings off a quote can hide where the parser does not see it."""
    shop.execute(
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings"
        " TO off', current_database()); END$$"
    )
    async with agent(desk(shop)) as one:
        query = r"SELECT '\' AS a, ' || (SELECT 1) || ' AS b"
        assert fenced_rows(await one.call("execute_sql", query=query)) == [
            {"a": "\\", "b": " || (SELECT 1) || "}
        ]


READS = [
    "SELECT email FROM customers",
    "SELECT query_to_xml('SELECT pg_read_file(''PG_VERSION'')', true, true, '')",
    "SELECT peek()",
    "EXPLAIN SELECT 1",
    "SHOW port",
]


@pytest.fixture
def roles(shop: Project) -> Iterator[Project]:
    """The shop, with roles that are gone afterwards: they belong to the cluster."""
    shop.execute(
        "CREATE FUNCTION peek() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN"
        " pg_read_file('PG_VERSION'); END$$; CREATE ROLE t_reader LOGIN; CREATE ROLE t_files LOGIN;"
        " CREATE ROLE t_deep LOGIN; CREATE ROLE t_one LOGIN;"
        " GRANT pg_read_all_data TO t_reader; GRANT pg_read_server_files TO t_files;"
        " GRANT t_files TO t_deep; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO t_one;"
    )
    yield shop
    shop.execute("REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM t_one;")
    shop.execute("DROP ROLE t_reader, t_deep, t_files, t_one")


async def test_a_read_only_server_queries_only_as_a_role_that_only_reads(roles: Project) -> None:
    own = roles.url or ""
    strong = {
        "": "is a superuser",
        "t_files": "pg_read_server_files",
        "t_deep": "is a member of",
        "t_one": "pg_read_file",
    }
    for user, why in strong.items():
        roles.url = make_conninfo(own, user=user) if user else own
        async with agent(desk(roles, read_only=True)) as one:
            for query in READS:
                answer = await one.call("execute_sql", query=query)
                assert answer.code == "query_role_too_strong", (user, query)
                assert why in answer.error and "pg_read_all_data" in answer.error
    roles.url = make_conninfo(own, user="t_reader")
    async with agent(desk(roles, read_only=True)) as one:
        rows = fenced_rows(await one.call("execute_sql", query=READS[0]))
        assert rows == [{"email": "ada@example.org"}]
        for query in READS[1:3]:
            assert (await one.call("execute_sql", query=query)).code == "statement_failed"
    roles.url = own


async def test_a_server_that_may_change_things_queries_as_who_it_is(shop: Project) -> None:
    async with agent(desk(shop)) as one:
        assert fenced_rows(await one.call("execute_sql", query="SELECT 1 AS a")) == [{"a": 1}]
