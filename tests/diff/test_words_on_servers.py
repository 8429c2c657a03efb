"""Real changes, dumped by the real pg_dump of every major, are told in the expected words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import psycopg
import pytest
from psycopg import sql

import servers
from diff.word_cases import ROLES, Case, read_cases
from trueup.diff.compare import Change, compare
from trueup.diff.words import describe, display
from trueup.postgres.read.dump import dump_schema
from trueup.postgres.server.install import Install

CASES = read_cases()
PAIRS = [(one, case) for one in servers.INSTALLS for case in CASES if one.major >= case.since]
IDS = [f"{case.name}-pg{one.major}" for one, case in PAIRS]


@dataclass(frozen=True)
class Observed:
    """What differs after all changes were made, and the schema of each case."""

    changes: tuple[Change, ...]
    schemas: dict[str, str]

    def of(self, case: Case) -> list[Change]:
        """The changes to what lies in the case's schema, names it, or is named by the case."""
        schema = self.schemas[case.name]
        named = {name.replace("s.", f"{schema}.") for name in case.objects}
        return [
            change
            for change in self.changes
            if schema in str(change.key) or display(change.key) in named
        ]

    def lines(self, case: Case) -> list[str]:
        """The case's changes in words."""
        lines = [
            f"{display(change.key)}: {words}"
            for change in self.of(case)
            for words in describe(change.key, change.before, change.after)
        ]
        return [line.replace(self.schemas[case.name], "s") for line in lines]


@cache
def observed(install: Install) -> Observed:
    """All cases at once in one database, so that two dumps are enough."""
    cases = [case for case in CASES if install.major >= case.since]
    schemas = {case.name: f"case_{number:03}_" for number, case in enumerate(cases)}
    cluster = servers.cluster(install)
    with (
        servers.temporary_database(cluster, "words") as database,
        psycopg.connect(database, autocommit=True) as connection,
    ):
        for role in ROLES:
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        try:
            for name, schema in schemas.items():
                connection.execute(f"CREATE SCHEMA {schema}".encode(), None)
                run(connection, schema, next(c for c in cases if c.name == name).setup)
            before = dump_schema(install.tool("pg_dump"), database)
            for case in cases:
                run(connection, schemas[case.name], case.change)
            after = dump_schema(install.tool("pg_dump"), database)
        finally:
            # A database with a subscription can't be dropped.
            connection.execute("DROP SUBSCRIPTION IF EXISTS words_s")
    return Observed(compare(before, after), schemas)


def run(connection: psycopg.Connection, schema: str, statements: str) -> None:
    connection.execute(f"SET search_path = {schema}".encode())
    connection.execute(statements.replace("{schema}", schema).encode())


@pytest.fixture(scope="module", autouse=True)
def _drop_roles() -> Iterator[None]:
    yield
    for install in servers.INSTALLS:
        with psycopg.connect(servers.cluster(install).conninfo(), autocommit=True) as connection:
            for role in ROLES:
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
    observed.cache_clear()


@pytest.mark.parametrize(("install", "case"), PAIRS, ids=IDS)
def test_a_change_is_told_in_the_expected_words(install: Install, case: Case) -> None:
    assert observed(install).lines(case) == list(case.says)


@pytest.mark.parametrize("install", servers.INSTALLS, ids=lambda one: f"pg{one.major}")
def test_every_change_belongs_to_a_case(install: Install) -> None:
    seen = observed(install)
    told = {change.key for case in CASES if case.name in seen.schemas for change in seen.of(case)}
    assert {change.key for change in seen.changes} == told


@pytest.mark.parametrize("install", servers.INSTALLS, ids=lambda one: f"pg{one.major}")
def test_no_real_change_falls_back_to_definition_changed(install: Install) -> None:
    changes = observed(install).changes
    told = [(c.key, describe(c.key, c.before, c.after)) for c in changes if c.before and c.after]
    assert [key for key, words in told if "definition changed" in words] == []
