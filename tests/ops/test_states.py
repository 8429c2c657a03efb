"""Invalid indexes and keys that are switched off: pg_dump is silent on both, trueup is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import projects
from projects import Project
from servers import temporary_database
from trueup.postgres.server.cluster import Cluster

BASE = """
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (id int PRIMARY KEY, p_id int CONSTRAINT c_fk REFERENCES p ON DELETE CASCADE);
CREATE TABLE q (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (10);
CREATE TABLE q2 PARTITION OF q FOR VALUES FROM (10) TO (20);
CREATE INDEX q_a ON q (a);
"""
INDEX = "CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);"


@pytest.fixture
def make(tmp_path: Path, pg: Cluster) -> Iterator[Callable[..., Project]]:
    with temporary_database(pg) as url:

        def made(*migrations: str) -> Project:
            project = projects.make(tmp_path / "project", url)
            for sql in migrations:
                project.migration(sql)
            assert project.command("apply").status == 0
            return project

        yield made


@pytest.fixture
def project(make: Callable[..., Project]) -> Project:
    return make(BASE, INDEX)


def fails(project: Project, sql: str) -> None:
    with pytest.raises(psycopg.Error):
        project.execute(sql)


def fail_to_build(project: Project) -> None:
    """t_a as a failed CREATE INDEX CONCURRENTLY leaves it."""
    project.execute("DROP INDEX t_a; INSERT INTO t VALUES (1, 1), (2, 1)")
    fails(project, INDEX)


def invalid(project: Project) -> list[str]:
    rows = project.query(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1"
    )
    return [row[0] for row in rows]


def everything(project: Project) -> tuple[object, ...]:
    return (
        project.files(),
        project.query("SELECT * FROM _migrations ORDER BY version"),
        project.query("SELECT oid, relname FROM pg_class WHERE relnamespace = 2200 ORDER BY 1"),
    )


def test_an_index_that_failed_to_build_is_called_invalid_and_not_dropped(project: Project) -> None:
    fail_to_build(project)
    answer = project.run("check")
    assert answer.status == 1
    (item,) = answer.json["drift"]
    assert item["object"]["name"] == "t_a"
    assert "there but invalid" in item["cause"]
    assert item["remedies"] == ["revert"]
    assert item["details"] == ["there but invalid"]
    (finding,) = [f for f in answer.json["findings"] if f["code"] == "index_invalid"]
    assert finding["severity"] == "error"
    assert 'REINDEX INDEX CONCURRENTLY "public"."t_a"' in finding["hint"]
    for form in ("text", "github", "markdown", "sarif", "junit"):
        shown = project.command("check", "--format", form)
        assert shown.status == 1
        assert "there but invalid" in shown.out, form
        assert "dropped" not in shown.out.replace("drops it", ""), form


def test_an_invalid_index_is_never_adopted(project: Project) -> None:
    fail_to_build(project)
    before = everything(project)
    for only in ([], ["--only", "public.t_a"]):
        answer = project.run("reconcile", "--adopt", "--write", *only)
        assert answer.status == 1
        assert "index_invalid" in answer.codes
    assert "is what its migrations say" not in project.command("reconcile", "--adopt").out
    assert everything(project) == before


def test_the_rest_is_adopted_and_the_invalid_index_stays_what_it_is(project: Project) -> None:
    fail_to_build(project)
    project.execute("CREATE TABLE extra (a int)")
    answer = project.run("reconcile", "--adopt", "--write")
    assert answer.json["written"] is True
    assert "t_a" not in answer.json["migration"]["sql"]
    assert [it["name"] for it in answer.json["left_out"]] == ["t_a"]
    assert answer.status == 1
    assert project.run("check").drift == [("INDEX", "public", "t_a")]


def test_reverting_drops_the_invalid_index_and_builds_it(project: Project) -> None:
    fail_to_build(project)
    refused = project.run("reconcile", "--revert", "--apply")
    assert refused.codes == ["revert_refused"]
    assert invalid(project) == ["t_a"], "the transaction was rolled back"
    project.execute("DELETE FROM t")
    answer = project.run("reconcile", "--revert", "--apply")
    assert (answer.status, answer.json["findings"]) == (0, [])
    assert invalid(project) == []
    assert project.run("check").status == 0


def test_the_way_on_by_hand_leads_to_in_sync(project: Project) -> None:
    fail_to_build(project)
    project.execute("DELETE FROM t")
    project.execute('REINDEX INDEX CONCURRENTLY "public"."t_a"')
    assert project.run("check").status == 0


@pytest.mark.parametrize(
    ("make_it", "drop_it", "said"),
    [
        (
            'CREATE UNIQUE INDEX CONCURRENTLY "St ray" ON t (a)',
            'DROP INDEX CONCURRENTLY "public"."St ray"',
            "no migration makes it",
        ),
        (
            "REINDEX INDEX CONCURRENTLY t_b",
            'DROP INDEX CONCURRENTLY "public"."t_b_ccnew"',
            "REINDEX CONCURRENTLY that did not finish",
        ),
    ],
    ids=["a stray one", "left by a reindex"],
)
def test_an_invalid_index_of_nobody_is_warned_of(
    project: Project, make_it: str, drop_it: str, said: str
) -> None:
    project.migration("CREATE UNIQUE INDEX t_b ON t (a);")
    assert project.command("apply").status == 0
    if "t_b" in make_it:
        project.execute(
            "UPDATE pg_index SET indisunique = false WHERE indexrelid = 't_b'::regclass"
        )
        project.execute(
            "UPDATE pg_index SET indisunique = false WHERE indexrelid = 't_a'::regclass"
        )
        project.execute("INSERT INTO t VALUES (1, 1), (2, 1)")
        project.execute("UPDATE pg_index SET indisunique = true WHERE indexrelid = 't_b'::regclass")
        fails(project, make_it)
        project.execute("DELETE FROM t")
        project.execute("UPDATE pg_index SET indisunique = true WHERE indexrelid = 't_a'::regclass")
    else:
        project.execute("DROP INDEX t_a, t_b; INSERT INTO t VALUES (1, 1), (2, 1)")
        fails(project, make_it)
        project.execute("DELETE FROM t; CREATE UNIQUE INDEX t_a ON t (a)")
        project.execute("CREATE UNIQUE INDEX t_b ON t (a)")
    answer = project.run("check")
    assert answer.status == 0
    (finding,) = [f for f in answer.json["findings"] if f["code"] == "index_invalid"]
    assert finding["severity"] == "warning"
    assert said in finding["message"]
    assert drop_it in finding["hint"]
    project.execute(drop_it)
    assert "index_invalid" not in project.run("check").codes


def test_of_a_partitioned_index_no_part_and_no_whole_is_adopted_away(project: Project) -> None:
    project.execute("DROP INDEX q_a; CREATE INDEX q_a ON ONLY q (a)")
    project.execute("CREATE INDEX q1_a_idx ON q1 (a); ALTER INDEX q_a ATTACH PARTITION q1_a_idx")
    project.execute("INSERT INTO q VALUES (11, 1), (12, 1)")
    fails(project, "CREATE UNIQUE INDEX CONCURRENTLY q2_a_idx ON q2 (a)")
    before = everything(project)
    check = project.run("check")
    assert check.status == 1
    subjects = {f["subject"] for f in check.json["findings"] if f["code"] == "index_invalid"}
    assert subjects == {"index public.q_a", "index public.q2_a_idx"}
    assert project.run("reconcile", "--adopt", "--write").json["changes"] == []
    assert everything(project) == before
    assert project.run("reconcile", "--revert", "--apply").status == 0
    assert project.run("check").status == 0


def test_a_part_that_is_attached_and_invalid_is_mended_by_hand(project: Project) -> None:
    project.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'q2_a_idx'::regclass"
    )
    check = project.run("check")
    assert {tuple(item["remedies"]) for item in check.json["drift"]} == {()}
    for way in (["--adopt", "--write"], ["--revert", "--apply"]):
        answer = project.run("reconcile", *way)
        assert (answer.status, answer.json["changes"]) == (1, [])
    project.execute('REINDEX INDEX CONCURRENTLY "public"."q2_a_idx"')
    assert project.run("check").status == 0


def test_a_partitioned_index_without_one_of_its_parts_is_not_dropped_for_all(
    project: Project,
) -> None:
    project.execute("DROP INDEX q_a; CREATE INDEX q_a ON ONLY q (a)")
    project.execute("CREATE INDEX q1_a_idx ON q1 (a); ALTER INDEX q_a ATTACH PARTITION q1_a_idx")
    before = everything(project)
    answer = project.run("reconcile", "--adopt", "--write")
    assert (answer.status, answer.json["plan"]) == (1, None)
    assert everything(project) == before
    assert project.run("reconcile", "--revert", "--apply").status == 0
    assert project.run("check").status == 0


def test_what_the_migrations_leave_invalid_is_no_drift(make: Callable[..., Project]) -> None:
    project = make(BASE, "CREATE INDEX q_id ON ONLY q (id);")
    assert invalid(project) == ["q_id"]
    answer = project.run("check")
    assert (answer.status, "index_invalid" in answer.codes) == (0, False)
    assert project.run("check", "--no-cache").status == 0


def test_a_constraint_whose_index_is_invalid_is_mended_by_hand(project: Project) -> None:
    project.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_pkey'::regclass")
    check = project.run("check")
    assert check.drift == [("CONSTRAINT", "public", "t t_pkey")]
    assert check.json["drift"][0]["remedies"] == []
    before = everything(project)
    for way in (["--adopt", "--write"], ["--revert", "--apply"]):
        answer = project.run("reconcile", *way)
        assert (answer.status, answer.json["changes"]) == (1, [])
    assert everything(project) == before
    project.execute('REINDEX INDEX CONCURRENTLY "public"."t_pkey"')
    assert project.run("check").status == 0


def test_a_copy_that_does_not_load_without_the_key_is_no_riddle(project: Project) -> None:
    project.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'p_pkey'::regclass")
    project.execute("CREATE TABLE extra (a int)")
    refused = project.run("reconcile", "--revert", "--apply")
    assert (refused.status, refused.codes) == (1, ["index_invalid"])
    adopted = project.run("reconcile", "--adopt", "--write")
    assert adopted.json["written"] is True
    assert "p_pkey" not in adopted.json["migration"]["sql"]


def test_indexes_of_other_schemas_and_of_materialized_views_count_as_their_tables_do(
    make: Callable[..., Project],
) -> None:
    project = make(
        BASE,
        "CREATE SCHEMA s; CREATE TABLE s.t (a int); CREATE TABLE t2 (a int);"
        " CREATE MATERIALIZED VIEW m AS SELECT a FROM t2; CREATE INDEX m_a ON m (a);",
    )
    project.execute("INSERT INTO s.t VALUES (1), (1); INSERT INTO t2 VALUES (1), (1)")
    project.execute("REFRESH MATERIALIZED VIEW m")
    fails(project, "CREATE UNIQUE INDEX CONCURRENTLY s_a ON s.t (a)")
    fails(project, "CREATE UNIQUE INDEX CONCURRENTLY m_u ON m (a)")
    project.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'm_a'::regclass")

    def subjects() -> set[str]:
        found = project.run("check").json["findings"]
        return {f["subject"] for f in found if f["code"] == "index_invalid"}

    assert subjects() == {"index public.m_a", "index public.m_u"}
    project.settings('schemas = ["public", "s"]\n')
    assert subjects() == {"index public.m_a", "index public.m_u", "index s.s_a"}


@pytest.mark.parametrize("guard", ["", "IF NOT EXISTS "], ids=["plain", "if not exists"])
def test_trying_a_failed_file_again_is_refused_until_its_leftover_is_gone(
    make: Callable[..., Project], guard: str
) -> None:
    project = make(BASE)
    project.execute("INSERT INTO t VALUES (1, 1), (2, 1)")
    version = project.migration(f"CREATE UNIQUE INDEX CONCURRENTLY {guard}t_a ON t (a);")
    assert project.run("apply").status != 0
    assert invalid(project) == ["t_a"]
    project.execute("DELETE FROM t WHERE id = 2")
    (finding,) = [f for f in project.run("check").json["findings"] if f["code"] == "index_invalid"]
    assert "before `trueup apply`" in finding["hint"]
    assert project.run("repair", "--retry", version, "--write").status == 0
    before = everything(project)
    refused = project.run("apply")
    assert (refused.status, refused.codes) == (1, ["index_invalid"])
    assert 'DROP INDEX CONCURRENTLY "public"."t_a";' in refused.json["findings"][0]["hint"]
    assert everything(project) == before
    project.execute('DROP INDEX CONCURRENTLY "public"."t_a"')
    assert project.run("apply").status == 0
    assert project.run("check").status == 0


def test_a_file_that_drops_the_leftover_itself_may_run(make: Callable[..., Project]) -> None:
    project = make(BASE)
    project.execute("INSERT INTO t VALUES (1, 1), (2, 1)")
    sql = f"DROP INDEX CONCURRENTLY IF EXISTS t_a;\n{INDEX}"
    version = project.migration(sql)
    assert project.run("apply").status != 0
    project.execute("DELETE FROM t WHERE id = 2")
    assert project.run("repair", "--retry", version, "--write").status == 0
    assert project.run("apply").status == 0
    assert project.run("check").status == 0


def test_an_index_that_is_being_built_is_not_called_failed(project: Project) -> None:
    project.execute("DROP INDEX t_a")
    with project.connect() as reader, ThreadPoolExecutor() as beside:
        reader.execute("BEGIN")
        reader.execute("INSERT INTO t VALUES (5, 5)")
        building = beside.submit(project.execute, INDEX)
        try:
            while invalid(project) != ["t_a"]:
                assert not building.done()
            answer = project.run("check")
        finally:
            reader.execute("ROLLBACK")
        building.result()
    (item,) = answer.json["drift"]
    assert "being built" in item["cause"]
    assert item["remedies"] == []
    assert "index_building" in answer.codes
    assert project.run("check").status == 0


def off(project: Project, code: str = "key_switched_off") -> list[dict[str, str]]:
    answer = project.run("check")
    assert answer.drift == []
    return [f for f in answer.json["findings"] if f["code"] == code]


def test_a_foreign_key_that_is_switched_off_is_named(project: Project) -> None:
    project.execute("ALTER TABLE c DISABLE TRIGGER ALL; INSERT INTO c VALUES (1, 99)")
    (finding,) = off(project)
    assert finding["severity"] == "error"
    assert finding["message"].startswith(
        "foreign key c_fk of public.c is switched off: INSERT and UPDATE in public.c go unchecked"
    )
    enable, _, rows = finding["hint"].partition("rows that break it: ")
    assert project.query(rows.rstrip(";")) == [(1, 99)]
    for form in ("text", "github", "markdown", "sarif", "junit"):
        assert "is switched off" in project.command("check", "--format", form).out, form
    assert project.run("check").status == 1
    before = everything(project)
    for way in (["--adopt", "--write"], ["--revert", "--apply"]):
        answer = project.run("reconcile", *way)
        assert (answer.status, answer.codes) == (1, ["key_switched_off"])
        assert "is what its migrations say" not in project.command("reconcile", *way).out
    assert everything(project) == before
    assert "key_switched_off" in project.run("apply").codes
    project.execute("DELETE FROM c")
    project.execute(enable.partition(": ")[2])
    assert project.run("check").status == 0


def test_the_side_that_is_referred_to_is_told_apart(project: Project) -> None:
    project.execute("ALTER TABLE p DISABLE TRIGGER ALL")
    (finding,) = off(project)
    assert "UPDATE and DELETE in public.p go unchecked" in finding["message"]


@pytest.mark.parametrize(
    ("state", "said"),
    [("REPLICA", "only where session_replication_role is replica"), ("ALWAYS", "acts always")],
)
def test_keys_that_act_elsewhere_or_everywhere_are_told(
    project: Project, state: str, said: str
) -> None:
    (name,) = project.query(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'c'::regclass AND tgtype & 4 > 0"
    )[0]
    project.execute(f'ALTER TABLE c ENABLE {state} TRIGGER "{name}"')
    (finding,) = off(project)
    assert said in finding["message"]


def test_on_partitions_the_constraint_is_named_and_no_oid(make: Callable[..., Project]) -> None:
    project = make(
        "CREATE TABLE pp (id int PRIMARY KEY) PARTITION BY RANGE (id);"
        "CREATE TABLE pp1 PARTITION OF pp FOR VALUES FROM (0) TO (10);"
        "CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (10) TO (20);"
        "CREATE TABLE cc (a int CONSTRAINT cc_fk REFERENCES pp) PARTITION BY RANGE (a);"
        "CREATE TABLE cc1 PARTITION OF cc FOR VALUES FROM (0) TO (10);"
    )
    project.execute("ALTER TABLE cc1 DISABLE TRIGGER ALL")
    (finding,) = off(project)
    assert finding["message"].startswith("foreign key cc_fk of public.cc1 is switched off")
    assert project.run("reconcile", "--adopt", "--write").json["changes"] == []
    project.execute("ALTER TABLE cc1 ENABLE TRIGGER ALL; ALTER TABLE pp1 DISABLE TRIGGER ALL")
    (finding,) = off(project)
    assert finding["message"].startswith("foreign key cc_fk of public.cc is switched off")
    assert "in public.pp1 go unchecked" in finding["message"]
    project.execute("ALTER TABLE pp1 ENABLE TRIGGER ALL; ALTER TABLE cc DISABLE TRIGGER ALL")
    (finding,) = off(project)
    assert finding["message"].startswith("foreign key cc_fk of public.cc is switched off")
    project.execute("ALTER TABLE cc ENABLE TRIGGER ALL")
    assert off(project) == []


def test_other_constraints_have_triggers_too(make: Callable[..., Project]) -> None:
    project = make(
        'CREATE TABLE "U v" (a int, CONSTRAINT "u K" UNIQUE (a) DEFERRABLE,'
        " EXCLUDE USING btree (a WITH =) DEFERRABLE);"
    )
    project.execute('ALTER TABLE "U v" DISABLE TRIGGER ALL')
    messages = sorted(f["message"] for f in off(project))
    assert messages[0].startswith('exclusion constraint "U v_a_excl" of public."U v"')
    assert messages[1].startswith('unique constraint "u K" of public."U v" is switched off')
    queries = [f["hint"].partition("rows that break it: ")[2] for f in off(project)]
    assert [project.query(sql.rstrip(";")) for sql in queries if sql] == [[]]


def test_what_the_migrations_switch_off_is_no_drift_and_the_reverse_is(
    make: Callable[..., Project],
) -> None:
    project = make(BASE, "ALTER TABLE c DISABLE TRIGGER ALL;")
    assert project.run("check").status == 0
    assert project.run("check", "--no-cache").status == 0
    project.execute("ALTER TABLE c ENABLE TRIGGER ALL")
    (finding,) = off(project, "key_switched_on")
    assert "the migrations say that it is switched off" in finding["message"]


def test_a_trigger_of_the_users_is_drift_and_the_key_beside_it_is_told(project: Project) -> None:
    project.migration(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER tr BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION f();"
    )
    assert project.command("apply").status == 0
    project.execute("ALTER TABLE c DISABLE TRIGGER ALL")
    answer = project.run("check")
    assert answer.drift == [("TRIGGER", "public", "c tr")]
    assert "key_switched_off" in answer.codes
    adopted = project.run("reconcile", "--adopt", "--write")
    assert (adopted.status, adopted.json["written"], adopted.codes) == (
        1,
        True,
        ["key_switched_off"],
    )
    assert "RI_ConstraintTrigger" not in adopted.json["migration"]["sql"]
    assert project.run("check").drift == []


def test_tables_of_extensions_and_of_other_schemas_are_their_owners_business(
    make: Callable[..., Project],
) -> None:
    project = make(
        BASE, "CREATE SCHEMA s; CREATE TABLE s.p (a int PRIMARY KEY, b int REFERENCES s.p);"
    )
    project.execute("ALTER TABLE s.p DISABLE TRIGGER ALL")
    assert project.run("check").status == 0
    project.settings('schemas = ["public", "s"]\n')
    assert project.run("check").status == 1


def test_every_major_is_read_alike(each_pg: Cluster, tmp_path: Path) -> None:
    with temporary_database(each_pg) as url:
        project = projects.make(tmp_path / "project", url)
        project.migration(BASE)
        project.migration(INDEX)
        assert project.command("apply").status == 0
        fail_to_build(project)
        project.execute("ALTER TABLE c DISABLE TRIGGER ALL")
        codes = project.run("check").codes
        assert {"index_invalid", "key_switched_off"} <= set(codes)
        assert project.run("reconcile", "--adopt", "--write").json["changes"] == []
