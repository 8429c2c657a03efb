"""What is taken out of files for the sake of stand-ins, and that nothing else is touched."""

from __future__ import annotations

import pytest

from trueup.shadow.platform import standins
from trueup.shadow.platform.rewrite import Rewritten, rewrite

ALL = frozenset(standins())


def told(found: Rewritten) -> list[str]:
    return [item.what for item in found.passed_over]


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def test_a_file_that_asks_for_nothing_special_stays_as_it_is() -> None:
    text = "CREATE TABLE vectors (a int);\n-- create extension vector version '1'\nSELECT 1;"
    assert rewrite(text, standing_in=ALL).text == text


def test_a_server_with_everything_runs_files_as_they_are() -> None:
    text = "CREATE EXTENSION vector VERSION '0.5.0'; CREATE INDEX i ON t USING hnsw (a) WITH (m=8);"
    assert rewrite(text, standing_in=frozenset()).text == text


def test_index_options_become_a_comment_of_the_same_length_and_are_told() -> None:
    text = (
        "CREATE TABLE t (a vector(3));\n"
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS near ON t USING hnsw (a vector_l2_ops)\n"
        "  WITH (m = 16, ef_construction = 64) WHERE a IS NOT NULL;\n"
        "CREATE INDEX ON s.t USING ivfflat (a) WITH (lists=100);\n"
        "CREATE INDEX b ON t (id) WITH (fillfactor = 70);\n"
    )
    found = rewrite(text, standing_in=ALL)
    assert len(found.text) == len(text)
    assert found.text.count("\n") == text.count("\n")
    assert "m = 16, ef_construction = 64*/ WHERE a IS NOT NULL;" in found.text
    assert "fillfactor = 70" in found.text
    assert told(found) == [
        "hnsw options of index near: m = 16, ef_construction = 64",
        "ivfflat options of index s.t: lists = 100",
    ]
    first, second = found.passed_over
    assert (first.extension, first.subject) == ("vector", "near")
    assert first.options == (("m", "16"), ("ef_construction", "64"))
    assert [line_of(text, item.offset) for item in (first, second)] == [3, 4]


def test_index_options_are_found_in_blocks_and_in_text_that_is_put_together() -> None:
    text = """DO $$
DECLARE method text := 'CREATE INDEX c ON t USING hnsw (a) WITH (m = 4)';
BEGIN
  CREATE INDEX a ON t USING hnsw (a) WITH (m = 1);
  EXECUTE 'CREATE INDEX b ON t USING ivfflat (a) WITH (lists = 2)';
  EXECUTE format('CREATE INDEX %I ON t USING hnsw (a) WITH (m = %s)', 'd', 3);
  EXECUTE 'CREATE INDEX e ON ' || 't' || ' USING hnsw (a) WITH (m = 5)';
END
$$;"""
    found = rewrite(text, standing_in=ALL)
    assert sorted(line_of(text, item.offset) for item in found.passed_over) == [2, 4, 5, 6, 7]
    assert "WITH" not in found.text
    # What format() fills in is still there to be filled in.
    assert "m = %s" in found.text
    assert len(found.text) == len(text)


def test_versions_are_taken_out_and_told_unless_the_stand_in_has_just_that_one() -> None:
    same = standins()["pgmq"].version
    text = (
        "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions VERSION '0.5.1' CASCADE;"
        f"CREATE EXTENSION pgmq VERSION '{same}'; ALTER EXTENSION pg_net UPDATE TO '0.14.0';"
        "CREATE EXTENSION postgis VERSION '3';"
    )
    found = rewrite(text, standing_in=ALL)
    assert "0.5.1" not in found.text
    assert f"VERSION '{same}'" in found.text
    assert "VERSION '3'" in found.text
    assert told(found) == [
        "version 0.5.1 of extension vector",
        "version 0.14.0 of extension pg_net",
    ]


def test_a_schema_that_the_extension_makes_itself_need_not_be_there() -> None:
    found = rewrite('CREATE EXTENSION "pgsodium" WITH SCHEMA "pgsodium";', standing_in=ALL)
    assert found.text.split() == ["CREATE", "EXTENSION", '"pgsodium"', "WITH", ";"]
    other = "CREATE EXTENSION pgmq SCHEMA elsewhere; CREATE EXTENSION http SCHEMA extensions;"
    assert rewrite(other, standing_in=ALL).text == other


def test_what_older_projects_had_may_be_dropped_where_it_is_not() -> None:
    text = "SELECT 1; DROP EXTENSION pg_graphql;\nDROP EXTENSION IF EXISTS pgjwt; DROP TABLE pgjwt;"
    found = rewrite(text, standing_in=ALL)
    assert found.text == text.replace("EXTENSION pg_g", "EXTENSION IF EXISTS pg_g")
    assert found.original(found.text.index("DROP TABLE")) == text.index("DROP TABLE")
    kept = "DROP EXTENSION http;"
    assert rewrite(kept, standing_in=ALL).text == kept


def test_labels_of_a_provider_that_is_not_there_are_taken_out_and_told() -> None:
    text = (
        "SECURITY LABEL FOR pgsodium ON COLUMN a.b IS 'ENCRYPT';\nSECURITY LABEL ON TABLE a IS '';"
    )
    found = rewrite(text, standing_in=ALL)
    assert found.text.strip() == ";\nSECURITY LABEL ON TABLE a IS '';"
    assert told(found) == ["security label of pgsodium on a.b"]


def test_on_a_lent_server_create_extension_becomes_a_call_and_positions_are_known() -> None:
    text = (
        "SELECT 'ü';\n-- the queue\nCREATE EXTENSION IF NOT EXISTS\n  pg_net SCHEMA extensions;\n"
        "DO $$ BEGIN CREATE EXTENSION http; END $$; CREATE EXTENSION citext; SELECT after;"
    )
    found = rewrite(text, standing_in=ALL, absent={"pg_net", "http"})
    assert found.created == ("pg_net", "http")
    assert "PERFORM pg_catalog.trueup_create_extension($trueup$http$trueup$" in found.text
    assert "CREATE EXTENSION citext" in found.text
    assert found.text.count("\n") == text.count("\n")
    assert found.original(found.text.index("SELECT after")) == text.index("SELECT after")
    inside = found.text.index("trueup_create_extension")
    assert found.original(inside) == text.index("CREATE EXTENSION IF")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE EXTENSION vector VERSION '1'; this is not sql",
        "CREATE INDEX i ON t USING hnsw (a) WITH (m = 1",
        "DO $$ BEGIN this is not plpgsql; END $$; -- extension",
        "SELECT 'an unfinished extension",
        "",
    ],
)
def test_text_that_is_not_sql_is_left_to_the_server(text: str) -> None:
    assert len(rewrite(text, standing_in=ALL).text) == len(text)


def test_words_in_strings_and_functions_are_not_statements() -> None:
    text = (
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
        " CREATE EXTENSION vector VERSION '1'; END $$;"
        "SELECT 'create index i on t using hnsw (a) with (m = 1)';"
        "COMMENT ON EXTENSION vector IS 'create extension vector version 1';"
    )
    assert rewrite(text, standing_in=ALL).text == text
