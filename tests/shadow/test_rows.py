"""The observer of rows: what a plan does not speak of must still be there."""

from __future__ import annotations

import pytest

import trueup.shadow.prove as proving
from plan.databases import made, proof
from trueup.model.schema import ObjectKey, Schema
from trueup.plan.plan import Plan, PlanOptions, Statement, make_plan
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import connect
from trueup.shadow.rows import TableName, lost_rows, rows_of

TABLES = """
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t (id int, x text, m mood, n int, doubled int GENERATED ALWAYS AS (n * 2)
  STORED);
INSERT INTO t VALUES (1, 'a', 'sad', 3), (2, NULL, 'ok', NULL);
CREATE TABLE empty (id int);
CREATE TABLE whole (id int, y text) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF whole DEFAULT;
INSERT INTO whole VALUES (1, 'one'), (2, 'two');
"""
T = TableName("public", "t")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1", ()),
        ("VACUUM FULL t", ()),
        ("INSERT INTO empty VALUES (1)", ()),
        ("ALTER TABLE t ADD COLUMN more int DEFAULT 7", ()),
        ("ALTER TABLE t ALTER COLUMN id TYPE bigint", ()),
        ("ALTER TABLE t RENAME COLUMN x TO z", ()),
        ("ALTER TABLE whole DETACH PARTITION part; INSERT INTO whole SELECT 1", None),
        ("DELETE FROM t WHERE id = 2", ("public.t has 1 rows, and had 2",)),
        ("UPDATE t SET x = 'b' WHERE id = 2", ("values of public.t.x have changed",)),
        ("UPDATE t SET m = NULL", ("values of public.t.m have changed",)),
        ("DROP TABLE t", ("the 2 rows of public.t are gone",)),
        ("DELETE FROM part WHERE id = 1", ("public.whole has 1 rows, and had 2",)),
        (
            "CREATE TABLE n (id int, y text); INSERT INTO n SELECT * FROM whole; DROP TABLE whole;"
            " ALTER TABLE n RENAME TO whole",
            (),
        ),
    ],
)
def test_what_is_not_as_it_was_is_told(
    each_pg: Cluster, sql: str, words: tuple[str, ...] | None
) -> None:
    if words is None:
        words = ("public.whole has 0 rows, and had 2",)
        sql = sql.split(";")[0]
    with connect(made(each_pg, TABLES)) as conn:
        before = rows_of(conn)
        assert set(before) == {T, TableName("public", "whole"), TableName("public", "part")}
        conn.execute(sql.encode())
        assert lost_rows(before, conn, {}, set()) == words


def test_what_the_plan_speaks_of_itself_and_new_names_are_minded(pg: Cluster) -> None:
    with connect(made(pg, TABLES)) as conn:
        before = rows_of(conn)
        conn.execute("ALTER TABLE t RENAME TO u")
        assert lost_rows(before, conn, {T: TableName("public", "u")}, set()) == ()
        assert len(lost_rows(before, conn, {}, set())) == 1
        conn.execute("DROP TABLE u")
        assert lost_rows(before, conn, {}, {T}) == ()


def test_a_plan_that_loses_rows_unsaid_is_not_proven(
    pg: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planner with a fault in it: the schema comes out right, the rows do not."""

    def faulty(source: Schema, goal: Schema, options: PlanOptions | None = None) -> Plan:
        plan = make_plan(source, goal, options)
        more = Statement("DELETE FROM t", ObjectKey("TABLE", "public", "t"))
        return Plan((*plan.statements, more), plan.assumes, plan.goal) if plan else plan

    goal = TABLES + "ALTER TABLE t ADD COLUMN z int;"
    assert proof(pg, made(pg, TABLES), made(pg, goal)).proven
    monkeypatch.setattr(proving, "make_plan", faulty)
    found = proof(pg, made(pg, TABLES), made(pg, goal))
    assert not found.holds
    assert found.lost == ("public.t has 0 rows, and had 2",)


def test_labels_are_renamed_where_that_is_asked_for(pg: Cluster) -> None:
    goal = TABLES.replace("'sad'", "'unhappy'")
    asked = PlanOptions(renames={"public.mood.sad": "public.mood.unhappy"})
    found = proof(pg, made(pg, TABLES), made(pg, goal), asked)
    assert found.proven
    (statement,) = found.plan.statements
    assert statement.sql == """ALTER TYPE "public"."mood" RENAME VALUE 'sad' TO 'unhappy'"""
