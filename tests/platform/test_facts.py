"""What is said of Supabase as data is what the platform's SQL makes: neither drifts from the other.

Schemas, roles, extensions and rights are asked of a server that has loaded the SQL; what CREATE
EXTENSION and DROP EXTENSION name, of PostgreSQL's parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pglast import parse_sql

from trueup.platform import SUPABASE
from trueup.platform.postgres import MAJORS, PREFERRED, SERVER_SCHEMAS
from trueup.platform.supabase import (
    API_ROLES,
    BROUGHT_SCHEMAS,
    BUCKETS,
    INSTALLED,
    INSTALLED_TO_16,
    LEDGER_NAME,
    LEDGER_SCHEMA,
    MANAGED_SCHEMAS,
    MIGRATION_ROLE,
    ONCE_INSTALLED,
    ONCE_THERE,
    PREFIX,
    REQUEST_ROLES,
    TAKEN_OVER,
    is_transaction_pooler,
    project_ref,
)
from trueup.postgres.session.connection import Connection
from trueup.shadow.platform import platform_scripts, standins
from trueup.sql.tree import kind_of


def names(conn: Connection, query: str) -> set[str]:
    return {row[0] for row in conn.execute(query.encode())}


def test_the_schemas_are_those_that_are_there(each_project: Connection) -> None:
    there = names(
        each_project, "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'"
    )
    assert there == BROUGHT_SCHEMAS | SERVER_SCHEMAS | {"public"}


def test_the_extensions_are_those_that_are_installed(each_project: Connection) -> None:
    there = names(each_project, "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
    older = each_project.info.server_version < 17_00_00
    assert there == INSTALLED | (INSTALLED_TO_16 if older else frozenset())


def test_the_roles_of_the_api_are_those_that_new_tables_are_granted_to(
    each_project: Connection,
) -> None:
    granted = names(
        each_project,
        "SELECT DISTINCT a.grantee::regrole::text FROM pg_default_acl d, aclexplode(d.defaclacl) a"
        " WHERE d.defaclnamespace = 'public'::regnamespace"
        f" AND d.defaclrole = '{MIGRATION_ROLE}'::regrole AND a.grantee <> d.defaclrole",
    )
    assert granted == set(API_ROLES)


def test_requests_run_as_those_of_them_that_policies_bind(each_project: Connection) -> None:
    bound = names(each_project, "SELECT rolname FROM pg_roles WHERE NOT rolbypassrls")
    assert set(REQUEST_ROLES) == bound & set(API_ROLES)


def test_the_ledger_and_the_buckets_are_tables(each_project: Connection) -> None:
    for schema, name in ((LEDGER_SCHEMA, LEDGER_NAME), BUCKETS):
        query = f"SELECT relkind FROM pg_class WHERE oid = '{schema}.{name}'::regclass"
        assert names(each_project, query) == {"r"}


def test_publications_begin_as_the_platforms_names_do(each_project: Connection) -> None:
    found = names(each_project, "SELECT pubname FROM pg_publication")
    assert found and all(name.startswith(PREFIX) for name in found)


def test_a_schema_that_is_taken_over_is_there_without_its_extension(
    each_project: Connection,
) -> None:
    there = names(each_project, "SELECT nspname FROM pg_namespace")
    installed = names(each_project, "SELECT extname FROM pg_extension")
    for extension, schema in TAKEN_OVER.items():
        assert schema in there and extension not in installed


def statements(major: int) -> Iterator[Any]:
    for _, text in platform_scripts(SUPABASE, major, auto_expose_new_tables=True):
        yield from (raw.stmt for raw in parse_sql(text))


def created(tree: Any) -> list[str]:
    """The extension that a statement creates."""
    return [tree.extname] if kind_of(tree) == "CreateExtensionStmt" else []


def dropped(tree: Any) -> list[str]:
    """The extensions that a statement drops."""
    drops = kind_of(tree) == "DropStmt" and tree.removeType.name == "OBJECT_EXTENSION"
    return [name.sval for name in tree.objects] if drops else []


@pytest.mark.parametrize("major", [major.number for major in MAJORS])
def test_what_the_sql_makes_and_drops_again_is_what_is_taken_over(major: int) -> None:
    made = {name for tree in statements(major) for name in created(tree)}
    gone = {name for tree in statements(major) for name in dropped(tree)}
    assert gone == set(TAKEN_OVER)
    assert made - gone == INSTALLED | (INSTALLED_TO_16 if major <= 16 else frozenset())


def test_what_was_there_once_can_be_stood_in_for() -> None:
    assert set(standins()) >= ONCE_INSTALLED >= set(ONCE_THERE)


def test_teams_may_work_in_the_schema_of_extensions_and_in_no_other_of_the_platforms() -> None:
    assert {"extensions"} == BROUGHT_SCHEMAS - MANAGED_SCHEMAS
    assert "public" not in MANAGED_SCHEMAS


@pytest.mark.parametrize(
    ("host", "port", "pooled"),
    [
        ("aws-0-eu-west-1.pooler.supabase.com", 6543, True),
        ("db.abcdefghijklmnopqrst.supabase.co", 6543, True),
        ("aws-0-eu-west-1.pooler.supabase.com", 5432, False),
        ("supabase.example.com", 6543, False),
        ("localhost", 6543, False),
        ("", 6543, False),
    ],
)
def test_the_pooler_in_transaction_mode_is_known_by_host_and_port(
    host: str, port: int, pooled: bool
) -> None:
    assert is_transaction_pooler(host, port) is pooled


@pytest.mark.parametrize(
    ("host", "user", "ref"),
    [
        ("db.abcdefghijklmnopqrst.supabase.co", "postgres", "abcdefghijklmnopqrst"),
        ("aws-0-eu.pooler.supabase.com", "postgres.abcdefghijklmnopqrst", "abcdefghijklmnopqrst"),
        ("aws-0-eu.pooler.supabase.com", "postgres", None),
        ("db.example.com", "postgres.abcdefghijklmnopqrst", None),
    ],
)
def test_a_connection_says_its_project(host: str, user: str, ref: str | None) -> None:
    assert project_ref(host, user) == ref


def test_every_major_is_taken_and_the_preferred_one_is_tested() -> None:
    numbers = [major.number for major in MAJORS]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert [major.tested for major in MAJORS if major.number == PREFERRED] == [True]
