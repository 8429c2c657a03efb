"""What a plan says about itself."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from plan.databases import made, proof, schema_of
from trueup.model.schema import ObjectKey, Schema, SchemaObject
from trueup.plan.plan import Plan, PlanOptions, Statement, make_plan
from trueup.plan.renames import rename_statements
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import connect


def planned(pg: Cluster, source: str, goal: str, options: PlanOptions | None = None) -> Plan:
    before, after = (schema_of(pg, made(pg, text)) for text in (source, goal))
    return make_plan(before, after, options)


def codes(statements: Iterable[Statement], words: str) -> set[str]:
    """The hazards of the only statement that holds these words."""
    (found,) = [s for s in statements if words in s.sql]
    return {hazard.code for hazard in found.hazards}


def test_a_plan_is_bound_to_the_schemas_it_was_made_for(pg: Cluster) -> None:
    before = schema_of(pg, made(pg, "CREATE TABLE t (a integer)"))
    after = schema_of(pg, made(pg, "CREATE TABLE t (a integer, b text)"))
    plan = make_plan(before, after)
    assert (plan.assumes, plan.goal) == (before.fingerprint, after.fingerprint)
    assert plan.sql == 'ALTER TABLE "public"."t" ADD COLUMN "b" "text";\n'
    assert plan == make_plan(before, after), "the same question has the same answer"


def _table(columns: str, before: str = "", after: str = "") -> str:
    return f"CREATE {before} TABLE t ({columns}); {after}"


_INT = _table("a integer")
_BIG, _NOT_NULL = _table("a bigint"), _table("a integer NOT NULL")
_SHORT, _LONGER, _TEXT = _table("a varchar(5)"), _table("a varchar(9)"), _table("a text")
_TWO, _SECOND_NOT_NULL = _table("a integer, b text"), _table("a integer, b text NOT NULL")
_FILLED = _table("a integer, b text DEFAULT 'x' NOT NULL")
_SMALL_SEQUENCE = "CREATE SEQUENCE s AS smallint"
_LABEL, _LABELS = "CREATE TYPE e AS ENUM ('a')", "CREATE TYPE e AS ENUM ('a', 'b')"


@pytest.mark.parametrize(
    ("source", "goal", "words", "expected"),
    [
        (_INT, "", "DROP TABLE", {"data_loss"}),
        (_TWO, _INT, "DROP COLUMN", {"data_loss"}),
        (_INT, _BIG, "TYPE bigint", {"table_rewrite"}),
        (_SHORT, _LONGER, "TYPE", set()),
        (_SHORT, _TEXT, "TYPE", set()),
        (_LONGER, _SHORT, "TYPE", {"table_rewrite", "may_fail", "data_loss"}),
        (_INT, _NOT_NULL, "SET NOT NULL", {"may_fail", "long_lock"}),
        (_INT, _SECOND_NOT_NULL, "ADD COLUMN", {"may_fail"}),
        (_INT, _FILLED, "ADD COLUMN", set()),
        (_INT, _table("a integer UNIQUE"), "UNIQUE", {"may_fail", "long_lock"}),
        (_INT, _INT + "CREATE INDEX ON t (a)", "CREATE INDEX", {"long_lock"}),
        (_INT, _table("a integer", "UNLOGGED"), "UNLOGGED", {"table_rewrite"}),
        (_LABEL, _LABELS, "ADD VALUE", {"irreversible"}),
        ("CREATE SEQUENCE s", "", "DROP SEQUENCE", {"data_loss"}),
        ("CREATE SEQUENCE s", "CREATE SEQUENCE s AS integer", "AS integer", {"may_fail"}),
        ("CREATE SEQUENCE s AS integer", "CREATE SEQUENCE s", "AS bigint", set()),
        ("CREATE SEQUENCE s START 70000", _SMALL_SEQUENCE, "RESTART", {"data_loss"}),
    ],
)
def test_each_statement_says_what_it_may_cost(
    pg: Cluster, source: str, goal: str, words: str, expected: set[str]
) -> None:
    statements = planned(pg, source or "SELECT 1", goal or "SELECT 1").statements
    assert codes(statements, words) == expected


def test_a_label_used_in_the_same_plan_is_added_outside_of_its_transaction(pg: Cluster) -> None:
    source = "CREATE TYPE e AS ENUM ('a'); CREATE TYPE f AS ENUM ('a'); CREATE TABLE t (x e)"
    goal = (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TYPE f AS ENUM ('a', 'c');"
        " CREATE TABLE t (x e DEFAULT 'b')"
    )
    first, second, third = planned(pg, source, goal).statements
    assert "ADD VALUE 'b'" in first.sql and not first.transactional
    assert "ADD VALUE 'c'" in second.sql and second.transactional
    assert "SET DEFAULT" in third.sql and third.transactional


def test_statements_are_about_objects_of_the_archive(pg: Cluster) -> None:
    (statement,) = planned(
        pg, "CREATE TABLE t (a integer)", "CREATE TABLE t (a integer, b text)"
    ).statements
    assert statement.object == ObjectKey("TABLE", "public", "t")


def test_the_search_path_is_emptied_only_where_a_name_could_be_mistaken(pg: Cluster) -> None:
    table, wider = "CREATE TABLE t (a integer);", "CREATE TABLE t (a integer, CHECK (abs(a) > 1));"
    own_abs = "CREATE FUNCTION abs(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
    assert "search_path" not in planned(pg, table, wider).sql
    assert "SET search_path = ''" in planned(pg, own_abs + table, own_abs + wider).sql
    kept = PlanOptions(search_path="session")
    assert "search_path" not in planned(pg, own_abs + table, own_abs + wider, kept).sql


def test_a_difference_nothing_reaches_is_named_where_copying_is_not_wanted(pg: Cluster) -> None:
    plan = planned(
        pg,
        "CREATE TABLE t (a integer)",
        "CREATE TABLE t (a integer) PARTITION BY LIST (a)",
        PlanOptions(copy_tables=False),
    )
    assert not plan.statements
    assert [hint.code for hint in plan.hints] == ["out_of_reach"]


def test_an_object_of_a_kind_nobody_knows_is_dropped_and_recreated() -> None:
    key = ObjectKey("NOVELTY", "", "n")
    old, new = (SchemaObject(key, f"CREATE SCHEMA {n};\n", "DROP SCHEMA n;\n") for n in "ab")
    plan = make_plan(Schema.of([old]), Schema.of([new]))
    assert [statement.sql for statement in plan.statements] == [
        "DROP SCHEMA n",
        "CREATE SCHEMA b",
    ]


def test_a_table_that_can_not_be_read_is_left_alone_and_named() -> None:
    key = ObjectKey("TABLE", "s", "t")
    old, new = (SchemaObject(key, f"CREATE SOMETHING {n};\n", "DROP TABLE t;\n") for n in "ab")
    plan = make_plan(Schema.of([old]), Schema.of([new]))
    assert not plan.statements
    assert [hint.code for hint in plan.hints] == ["out_of_reach"]


def test_an_expression_comes_out_as_it_was_first_written(pg: Cluster) -> None:
    """PostgreSQL prints IN over varchar in two ways, by whether it read the text of a person or
    its own (sql/canonical.py). Both are equal to trueup; the plan still gives what the goal
    has, so that anybody's diff of two plain dumps is empty too."""
    column = "CREATE TABLE t (a varchar(9)"
    wanted = made(pg, f"{column}, CONSTRAINT c CHECK (a IN ('x', 'y')))")
    database = made(pg, f"{column})")
    shown = b"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c'"
    plan = proof(pg, database, wanted).plan
    with connect(database) as conn, connect(wanted) as goal:
        for statement in plan.statements:
            conn.execute(statement.sql.encode())
        assert conn.execute(shown).fetchall() == goal.execute(shown).fetchall()
        (reread,) = goal.execute(shown).fetchone() or ("",)
    second = made(pg, f"{column}); ALTER TABLE t ADD CONSTRAINT c {reread}")
    assert schema_of(pg, second) == schema_of(pg, wanted)
    assert not make_plan(schema_of(pg, second), schema_of(pg, wanted))


def test_another_spelling_counts_where_that_is_asked_for(pg: Cluster) -> None:
    shown = "CHECK (((a)::text = ANY ((ARRAY['x'::varchar, 'y'::varchar])::text[])))"
    column = "CREATE TABLE t (a varchar(9)"
    first = made(pg, f"{column}, CONSTRAINT c CHECK (a IN ('x', 'y')))")
    second = made(pg, f"{column}, CONSTRAINT c {shown})")
    before, after = (schema_of(pg, one).as_printed() for one in (first, second))
    assert not make_plan(before, after)
    plan = make_plan(before, after, PlanOptions(verbatim=True))
    assert plan.statements[0].sql == 'ALTER TABLE "public"."t" DROP CONSTRAINT "c"'
    with connect(first) as conn:
        for statement in plan.statements:
            conn.execute(statement.sql.encode())
    assert schema_of(pg, first).as_printed() == after


@pytest.mark.parametrize(
    ("old", "new"),
    [("public.t.a", "public.u.b"), ("public.mood.ok", "public.other.fine")],
)
def test_a_rename_that_would_move_something_is_refused(pg: Cluster, old: str, new: str) -> None:
    source = schema_of(pg, made(pg, "CREATE TABLE t (a int); CREATE TYPE mood AS ENUM ('ok')"))
    with pytest.raises(ValueError, match="does not move"):
        rename_statements({old: new}, source)
    both = {"public.t.a": "public.u.b", "public.t": "public.u"}
    column, table = rename_statements(both, source)
    assert column.sql == 'ALTER TABLE "public"."t" RENAME COLUMN "a" TO "b"'
    assert table.sql == 'ALTER TABLE "public"."t" RENAME TO "u"'
