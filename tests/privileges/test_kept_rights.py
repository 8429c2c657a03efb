"""Plans that drop objects and make them anew: nobody loses or gains what the plan does not say.

Rights are not compared here (plain PostgreSQL, nothing said), and yet nothing is destroyed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import projects
from projects import Project
from servers import temporary_database
from trueup.postgres.server.cluster import Cluster

BASE = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text, c int GENERATED ALWAYS AS (a * 2) STORED);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE VIEW v AS SELECT a FROM t;
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE FUNCTION f(x text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE pair AS (x int, y int);
"""
ROLES = ("kept_reader", "kept_owner", 'kept "odd" Role', "kept_admin")
STATE = """
SELECT c.oid::regclass::text, c.relowner::regrole::text, c.relacl::text FROM pg_class c
 WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT p.oid::regprocedure::text || prorettype::regtype, proowner::regrole::text,
       proacl::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace ORDER BY 1
"""


@pytest.fixture
def project(tmp_path: Path, pg: Cluster) -> Iterator[Project]:
    with closing(psycopg.connect(pg.conninfo(), autocommit=True)) as admin:
        there = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
        for role in set(ROLES) - there:
            options = "SUPERUSER LOGIN" if role == "kept_admin" else "LOGIN"
            name = '"' + role.replace('"', '""') + '"'
            admin.execute(f"CREATE ROLE {name} {options}".encode())
    with temporary_database(pg) as url:
        made = projects.make(tmp_path / "project", url)
        made.migration(BASE, "base")
        assert made.command("apply").status == 0
        yield made


def messages(answer: projects.Answer) -> str:
    return " ".join(finding["message"] for finding in answer.json["findings"])


def hints(answer: projects.Answer) -> str:
    return " ".join(finding["hint"] for finding in answer.json["findings"])


def hazards(answer: projects.Answer) -> list[tuple[str, str]]:
    """The rights_change hazards of a plan, each with the object of its statement."""
    return [
        (statement["object"]["name"], hazard["message"])
        for statement in answer.json["plan"]["statements"]
        for hazard in statement["hazards"]
        if hazard["code"] == "rights_change"
    ]


CASES = {
    "a materialized view": (
        "GRANT SELECT ON m TO kept_reader;"
        "DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;"
        "GRANT SELECT ON m TO kept_reader",
        "m",
        "kept_reader may no longer select on m",
        'GRANT SELECT ON TABLE public.m TO "kept_reader";',
    ),
    "a function closed to everybody": (
        "DROP FUNCTION f(int); CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql"
        " SECURITY DEFINER AS 'SELECT 1'; REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;"
        "GRANT EXECUTE ON FUNCTION f(int) TO kept_reader WITH GRANT OPTION",
        "f(integer)",
        "PUBLIC may now execute f(integer)",
        'TO "kept_reader" WITH GRANT OPTION;',
    ),
    "an overloaded one": (
        "DROP FUNCTION f(text); CREATE FUNCTION f(x text) RETURNS bigint LANGUAGE sql"
        " AS 'SELECT 1'; REVOKE ALL ON FUNCTION f(text) FROM PUBLIC",
        "f(text)",
        "PUBLIC may now execute f(text)",
        "REVOKE EXECUTE ON FUNCTION public.f(text) FROM PUBLIC;",
    ),
    "a role with an odd name, a right on a column": (
        "DROP VIEW v; CREATE VIEW v AS SELECT a, b FROM t;"
        'GRANT UPDATE (a), SELECT ON v TO "kept ""odd"" Role"',
        "v",
        'may no longer select, update (a) on v',
        'TO "kept ""odd"" Role";',
    ),
    "a column that comes anew": (
        "ALTER TABLE t ALTER COLUMN c DROP EXPRESSION; GRANT SELECT (c) ON t TO kept_reader",
        "t",
        "kept_reader may no longer select (c) on t",
        'GRANT SELECT ("c") ON TABLE public.t TO "kept_reader";',
    ),
    "a type": (
        "DROP TYPE pair; CREATE TYPE pair AS ENUM ('x'); REVOKE USAGE ON TYPE pair FROM PUBLIC",
        "pair",
        "PUBLIC may now use type pair",
        "REVOKE USAGE ON TYPE public.pair FROM PUBLIC;",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_plan_does_not_give_back_is_a_hazard_and_not_applied(
    project: Project, case: str
) -> None:
    sql, name, said, mended = CASES[case]
    project.execute(sql)
    before, files = project.query(STATE), project.files()
    shown = project.run("reconcile", "--revert")
    assert shown.status == 1
    told = hazards(shown)
    assert [place for place, _ in told] == [name]
    assert said in told[0][1]
    text = project.command("diff", "database", "migrations", "--sql").out
    assert f"-- rights_change: {told[0][1]}" in text
    refused = project.run("reconcile", "--revert", "--apply", "--allow-data-loss")
    assert (refused.status, set(refused.codes)) == (1, {"rights_change_refused"})
    assert said in messages(refused)
    assert mended in hints(refused)
    assert (project.query(STATE), project.files()) == (before, files)


def test_everything_of_one_owner_is_not_handed_to_whoever_connects(project: Project) -> None:
    project.execute(
        "ALTER TABLE t OWNER TO kept_owner; ALTER VIEW v OWNER TO kept_owner;"
        "ALTER MATERIALIZED VIEW m OWNER TO kept_owner; ALTER FUNCTION f(int) OWNER TO kept_owner;"
        "ALTER FUNCTION f(text) OWNER TO kept_owner; ALTER TYPE pair OWNER TO kept_owner;"
        "GRANT ALL ON SCHEMA public TO kept_owner; SET ROLE kept_owner;"
        "DROP VIEW v; CREATE VIEW v AS SELECT a, b FROM t"
    )
    before = project.query(STATE)
    refused = project.run("reconcile", "--revert", "--apply")
    assert (refused.status, refused.codes) == (1, ["rights_change_refused"])
    assert "it belongs to postgres instead of kept_owner" in messages(refused)
    assert "connect as kept_owner" in hints(refused)
    assert project.query(STATE) == before
    project.execute("GRANT SELECT ON _migrations TO kept_owner; GRANT ALL ON t TO kept_owner")
    project.url = make_conninfo(project.url or "", user="kept_owner")
    answer = project.run("reconcile", "--revert", "--apply")
    assert answer.status == 0, answer.out
    assert project.query("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'v'") == [
        ("kept_owner",)
    ]


def test_owners_that_the_plan_gives_back_are_none(project: Project) -> None:
    project.execute(
        "DROP VIEW v; CREATE VIEW v WITH (security_invoker) AS SELECT a, b FROM t;"
        "ALTER VIEW v OWNER TO kept_owner"
    )
    assert hazards(project.run("reconcile", "--revert")) == []
    assert project.run("reconcile", "--revert", "--apply").status == 0
    assert project.query("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'v'") == [
        ("kept_owner",)
    ]


def test_objects_without_rights_of_their_own_are_no_hazard(project: Project) -> None:
    project.execute(
        "DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;"
        "DROP FUNCTION f(int); CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql AS 'SELECT 1';"
        "ALTER TABLE t DROP COLUMN b CASCADE; ALTER TABLE t ADD COLUMN b varchar(3)"
    )
    assert hazards(project.run("reconcile", "--revert")) == []
    assert project.run("reconcile", "--revert", "--apply", "--allow-data-loss").status == 0


def test_default_privileges_that_give_the_same_again_are_no_hazard(project: Project) -> None:
    project.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO kept_reader;"
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
        "DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;"
        "DROP FUNCTION f(int); CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql AS 'SELECT 1'"
    )
    assert hazards(project.run("reconcile", "--revert")) == []
    assert project.run("reconcile", "--revert", "--apply").status == 0
    acl = project.query("SELECT proacl::text FROM pg_proc WHERE oid = 'f(int)'::regprocedure")
    assert acl == [("{postgres=X/postgres}",)]


def test_default_privileges_that_give_more_than_there_was_are_a_hazard(project: Project) -> None:
    project.execute(
        "DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO kept_reader"
    )
    ((place, said),) = hazards(project.run("reconcile", "--revert"))
    assert (place, said.rpartition(": ")[2]) == ("m", "kept_reader may now select on m")
    assert project.run("reconcile", "--revert", "--apply").codes == ["rights_change_refused"]


def test_default_privileges_count_of_the_role_that_will_run_the_plan(project: Project) -> None:
    project.execute(
        "ALTER MATERIALIZED VIEW m OWNER TO kept_admin; SET ROLE kept_admin;"
        "DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO kept_reader"
    )
    project.url = make_conninfo(project.url or "", user="kept_admin")
    ((_, said),) = hazards(project.run("reconcile", "--revert"))
    assert said.rpartition(": ")[2] == "kept_reader may now select on m"
    project.execute("GRANT SELECT ON m TO kept_reader")
    assert hazards(project.run("reconcile", "--revert")) == []
    assert project.run("reconcile", "--revert", "--apply").status == 0


def test_rights_that_the_plan_gives_back_are_none(project: Project) -> None:
    version = project.migration("REVOKE ALL ON FUNCTION f(int) FROM PUBLIC;")
    project.settings("privileges = true\n")
    project.execute(
        "DROP FUNCTION f(int); CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql"
        " AS 'SELECT 1'; REVOKE ALL ON FUNCTION f(int) FROM PUBLIC"
    )
    assert project.run("mark-applied", version).status == 0
    assert project.run("dump").status == 0
    shown = project.run("reconcile", "--revert")
    assert hazards(shown) == []
    assert project.run("reconcile", "--revert", "--apply").status == 0
    assert project.run("check").json["in_sync"] is True


def test_comments_come_back_with_what_they_are_about(project: Project) -> None:
    project.execute("COMMENT ON VIEW v IS 'kept'; COMMENT ON COLUMN v.a IS 'too'")
    project.execute("CREATE OR REPLACE VIEW v AS SELECT a, b FROM t")
    assert project.run("reconcile", "--revert", "--apply", "--only", "VIEW public.v").status == 0
    found = project.query(
        "SELECT obj_description('v'::regclass), col_description('v'::regclass, 1)"
    )
    assert found == [("kept", "too")]


def test_what_was_dropped_by_hand_is_not_made_open_to_everybody(project: Project) -> None:
    project.migration(
        "CREATE FUNCTION wipe() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM t';"
        "REVOKE ALL ON FUNCTION wipe() FROM PUBLIC;"
    )
    assert project.run("apply").status == 0
    project.execute("DROP FUNCTION wipe()")
    refused = project.run("reconcile", "--revert", "--apply")
    assert (refused.status, refused.codes) == (1, ["rights_change_refused"])
    assert "PUBLIC may now execute wipe()" in messages(refused)
    assert project.query("SELECT to_regproc('wipe')::text") == [(None,)]
    project.settings("privileges = true\n")
    assert project.run("reconcile", "--revert", "--apply").status == 0
    acl = project.query("SELECT proacl::text FROM pg_proc WHERE proname = 'wipe'")
    assert acl == [("{postgres=X/postgres}",)]


def test_what_only_the_database_knows_is_judged_there_before_the_commit(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trueup.ops.reconcile import kept, revert

    project.execute(
        "DROP FUNCTION f(int); CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql"
        " AS 'SELECT 1'; REVOKE ALL ON FUNCTION f(int) FROM PUBLIC"
    )
    before = project.query(STATE)
    asked: list[int] = []
    real = kept.grave

    def blind_on_the_copy(*given: object) -> object:
        asked.append(1)
        return [] if len(asked) == 1 else real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(revert, "grave", blind_on_the_copy)
    refused = project.run("reconcile", "--revert", "--apply")
    assert (refused.status, refused.codes) == (1, ["rights_change_refused"])
    assert len(asked) == 2
    assert project.query(STATE) == before
