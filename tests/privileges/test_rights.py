"""What roles can do is the same however it came about: order, grantor and default privileges."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import servers
from trueup.model.rights import PUBLIC, Rights, Slot, sources
from trueup.model.schema import ObjectKey
from trueup.postgres.read.dump import dump_schema
from trueup.postgres.server.cluster import Cluster
from trueup.sql.grants import grants, read_rights, rights_in

ROLES = ("rights_a", "rights_b", "rights_c")
GRANTABLE = ("SELECT", "INSERT", "UPDATE", "DELETE", "SELECT (x)", "UPDATE (y)")


def make_roles(url: str) -> None:
    for role in ROLES:
        run(
            url,
            f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        )


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def rights_of(cluster: Cluster, url: str) -> dict[ObjectKey, Rights]:
    schema = dump_schema(cluster.install.tool("pg_dump"), url)
    major = cluster.install.major
    return {s: read_rights(s, source, major) for s, source in sources(schema).items()}


def asks_server(url: str, role: str, table: str, slot: Slot) -> bool:
    """What PostgreSQL itself says of a role's privilege."""
    function = "has_column_privilege" if slot.column else "has_table_privilege"
    arguments = [role, table, *([slot.column] if slot.column else []), slot.privilege]
    marks = ", ".join(["%s"] * len(arguments))
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT {function}({marks})".encode(), arguments).fetchone()
    return bool(row and row[0])


def key(kind: str, name: str, schema: str = "public") -> ObjectKey:
    return ObjectKey(kind, schema, name)


@pytest.fixture
def url(each_database: str) -> str:
    make_roles(each_database)
    return each_database


def test_built_in_rights_are_those_of_the_documentation(each_pg: Cluster, url: str) -> None:
    run(
        url,
        "CREATE TABLE t (x int)",
        "CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TYPE mood AS ENUM ('ok')",
        "CREATE SCHEMA app",
    )
    found = rights_of(each_pg, url)
    assert found[key("TABLE", "t")].effective("rights_a") == {}
    assert found[key("FUNCTION", "f(text)")].effective("rights_a") == {Slot("EXECUTE"): False}
    assert found[key("TYPE", "mood")].effective("rights_a") == {Slot("USAGE"): False}
    assert found[key("SCHEMA", "app", "")].effective("rights_a") == {}
    owner = found[key("TABLE", "t")].effective(found[key("TABLE", "t")].owner)
    assert (Slot("MAINTAIN") in owner) == (each_pg.install.major >= 17)


def test_every_kind_of_object_tells_what_was_granted_on_it(each_pg: Cluster, url: str) -> None:
    run(
        url,
        'CREATE TABLE "odd name" (x int, "b c" int)',
        'GRANT UPDATE ("b c") ON "odd name" TO rights_a',
        "CREATE VIEW v AS SELECT 1 AS one",
        "GRANT SELECT ON v TO rights_a",
        "CREATE SEQUENCE s",
        "GRANT USAGE ON SEQUENCE s TO rights_a",
        "CREATE PROCEDURE p(INOUT n int) LANGUAGE sql AS 'SELECT 1'",
        "REVOKE EXECUTE ON PROCEDURE p FROM PUBLIC",
        "CREATE AGGREGATE agg(int) (sfunc = int4pl, stype = int)",
        "REVOKE EXECUTE ON FUNCTION agg(int) FROM PUBLIC",
        "CREATE DOMAIN d AS int",
        "REVOKE USAGE ON DOMAIN d FROM PUBLIC",
        "CREATE SCHEMA app",
        "GRANT CREATE ON SCHEMA app TO rights_a WITH GRANT OPTION",
    )
    found = rights_of(each_pg, url)
    column = Slot("UPDATE", "b c")
    assert found[key("TABLE", "odd name")].effective("rights_a") == {column: False}
    assert found[key("VIEW", "v")].effective("rights_a") == {Slot("SELECT"): False}
    assert found[key("SEQUENCE", "s")].effective("rights_a") == {Slot("USAGE"): False}
    assert found[key("PROCEDURE", "p(integer)")].effective("rights_a") == {}
    assert found[key("AGGREGATE", "agg(integer)")].effective("rights_a") == {}
    assert found[key("DOMAIN", "d")].effective("rights_a") == {}
    assert found[key("SCHEMA", "app", "")].effective("rights_a") == {Slot("CREATE"): True}


def test_the_grants_that_are_shown_run_and_give_the_same_rights(each_pg: Cluster, url: str) -> None:
    run(
        url,
        "CREATE TABLE t (x int, y int)",
        "GRANT SELECT, UPDATE (y) ON t TO rights_a",
        "GRANT INSERT ON t TO rights_b WITH GRANT OPTION",
        "CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "REVOKE EXECUTE ON FUNCTION f FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION f TO rights_c",
    )
    before = rights_of(each_pg, url)
    for subject in (key("TABLE", "t"), key("FUNCTION", "f(text)")):
        text = grants(subject, before[subject], {before[subject].owner})
        assert rights_in(text).roles == {
            role: held
            for role, held in before[subject].essence().items()
            if role != before[subject].owner
        }
        target = "t" if subject.kind == "TABLE" else "FUNCTION f(text)"
        run(url, f"REVOKE ALL ON {target} FROM rights_a, rights_b, rights_c", text)
    assert rights_of(each_pg, url) == before


def test_a_right_of_everybody_is_a_right_of_each(each_pg: Cluster, url: str) -> None:
    run(url, "CREATE TABLE one (x int)", "CREATE TABLE two (x int)")
    run(url, "GRANT SELECT ON one TO PUBLIC", "GRANT SELECT ON two TO PUBLIC, rights_a")
    found = rights_of(each_pg, url)
    assert found[key("TABLE", "one")].essence() == found[key("TABLE", "two")].essence()
    assert found[key("TABLE", "one")].may("rights_b", Slot("SELECT", "x"))


def test_where_a_right_came_from_is_no_part_of_it(each_pg: Cluster, url: str) -> None:
    run(
        url,
        "CREATE TABLE by_hand (x int)",
        "GRANT SELECT ON by_hand TO rights_a WITH GRANT OPTION",
        "SET ROLE rights_a",
        "GRANT SELECT ON by_hand TO rights_b",
        "RESET ROLE",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO rights_b",
        "CREATE TABLE by_default (x int)",
        "GRANT SELECT ON by_default TO rights_a WITH GRANT OPTION",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    found = rights_of(each_pg, url)
    by_hand, by_default = (found[key("TABLE", name)] for name in ("by_hand", "by_default"))
    assert by_hand.essence() == by_default.essence()
    assert PUBLIC in found[key("FUNCTION", "f()")].roles


steps = st.lists(
    st.tuples(st.sampled_from(GRANTABLE), st.sampled_from((*ROLES, "PUBLIC"))), max_size=6
)


@given(steps=steps, order=st.randoms(use_true_random=False))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_order_of_grants_makes_no_difference_and_revoking_takes_all_back(
    pg: Cluster, steps: Sequence[tuple[str, str]], order: object
) -> None:
    url = servers.fresh_database(pg)
    make_roles(url)
    shuffled = list(steps)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    run(url, *(f"CREATE TABLE {name} (x int, y int)" for name in ("one", "two", "back", "fresh")))
    run(url, *(f"GRANT {what} ON one TO {role}" for what, role in steps))
    run(url, *(f"GRANT {what} ON two TO {role}" for what, role in shuffled))
    run(url, *(f"GRANT {what} ON back TO {role}" for what, role in steps))
    run(url, *(f"REVOKE {what} ON back FROM {role}" for what, role in shuffled))
    found = {subject.name: rights for subject, rights in rights_of(pg, url).items()}
    assert found["one"].essence() == found["two"].essence()
    assert found["back"].essence() == found["fresh"].essence()
    for what, _ in steps:
        privilege, _, column = what.rstrip(")").partition(" (")
        slot = Slot(privilege, column)
        for role in ROLES:
            assert found["one"].may(role, slot) == asks_server(url, role, "one", slot)
