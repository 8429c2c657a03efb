from __future__ import annotations

import pytest

from trueup.errors import CannotTell
from trueup.history.ledger import read_ledger, what_ran
from trueup.history.record import row_sql
from trueup.history.start import start_history
from trueup.history.table import ensure_table, read_history
from trueup.model.history import HistoryRow, Ledger, LedgerRow, Source
from trueup.model.migration import Migration
from trueup.postgres.session.connection import connect

NEW = (
    "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations"
    " (version text PRIMARY KEY, statements text[], name text, created_by text);"
    "INSERT INTO supabase_migrations.schema_migrations VALUES"
    " ('20250102000000', ARRAY['CREATE TABLE b ()', 'SELECT 1'], 'second', 'ada'),"
    " ('20250101000000', NULL, NULL, NULL)"
)
OLD = (
    "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations"
    " (version text PRIMARY KEY); INSERT INTO supabase_migrations.schema_migrations VALUES ('1')"
)


def test_a_database_without_a_ledger_has_none(each_database: str) -> None:
    with connect(each_database) as conn:
        assert read_ledger(conn) is None
        assert what_ran(conn).source is Source.NONE


def test_the_ledger_is_read_with_names_and_statements(each_database: str) -> None:
    with connect(each_database) as conn:
        conn.execute(NEW)
        conn.execute("SET search_path TO ''")
        assert read_ledger(conn) == Ledger(
            (
                LedgerRow("20250101000000"),
                LedgerRow("20250102000000", "second", ("CREATE TABLE b ()", "SELECT 1")),
            )
        )


def test_a_ledger_from_before_it_had_names_is_read_too(database: str) -> None:
    with connect(database) as conn:
        conn.execute(OLD)
        assert read_ledger(conn) == Ledger((LedgerRow("1"),))


def test_a_table_of_that_name_without_versions_is_no_ledger(database: str) -> None:
    with connect(database) as conn:
        conn.execute("CREATE SCHEMA supabase_migrations")
        conn.execute("CREATE TABLE supabase_migrations.schema_migrations (a int)")
        assert read_ledger(conn) is None


@pytest.fixture
def stranger(database: str) -> str:
    """The conninfo of a role that may read _migrations and not the ledger."""
    role = "s_" + database.split("dbname='")[1].split("'")[0]
    with connect(database) as conn:
        conn.execute(NEW)
        ensure_table(conn)
        conn.execute(f"CREATE ROLE {role} LOGIN; GRANT SELECT ON public._migrations TO {role}")
    return f"{database} user={role}"


def test_an_unreadable_ledger_that_alone_would_know_is_not_taken_for_none(stranger: str) -> None:
    with connect(stranger) as conn, pytest.raises(CannotTell) as caught:
        what_ran(conn)
    assert caught.value.code == "ledger_unreadable"


def test_an_unreadable_ledger_does_not_matter_once_we_have_rows(
    database: str, stranger: str
) -> None:
    with connect(database) as conn:
        conn.execute(row_sql(HistoryRow("1", "n")))
    with connect(stranger) as conn:
        known = what_ran(conn)
    assert (known.source, known.ledger) == (Source.MIGRATIONS, None)


def test_a_history_that_starts_with_a_ledger_starts_whole_or_not_at_all(database: str) -> None:
    file = Migration("20250102000000", "second", "m/x.sql", b"create table b (); select 1;")
    with connect(database) as conn:
        conn.execute(NEW)
        known = what_ran(conn)
        conn.execute("INSERT INTO supabase_migrations.schema_migrations VALUES (repeat('9', 30))")
        with pytest.raises(CannotTell):
            start_history(conn, what_ran(conn), [file])
        assert not read_history(conn).exists
        assert [row.version for row in start_history(conn, known, [file])] == [
            "20250101000000",
            "20250102000000",
        ]
        assert len(read_history(conn).rows) == 2
        assert start_history(conn, what_ran(conn), [file]) == ()
