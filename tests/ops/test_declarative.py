"""The declarative files as one more side of a check."""

from __future__ import annotations

from pathlib import Path

import pytest

import projects

TABLE = "CREATE TABLE orders (id int PRIMARY KEY, email text);\n"
FUNCTION = "CREATE FUNCTION f(x text) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';\n"
POLICY = """ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT TO app_reader USING (email = auth.email());
"""


@pytest.fixture
def project(tmp_path: Path) -> projects.Project:
    """A Supabase project in sync, without a database, whose declarative files agree."""
    made = projects.make(tmp_path / "project", None)
    (made.root / "supabase" / "schemas").mkdir(parents=True)
    configure(made, "")
    made.migration("CREATE ROLE app_reader;\n" + TABLE + FUNCTION + POLICY)
    declare(made, "01_tables.sql", TABLE)
    declare(made, "02_rest.sql", FUNCTION + POLICY)
    assert made.command("dump").status == 0
    return made


def configure(project: projects.Project, more: str) -> None:
    text = f"[db]\nmajor_version = 17\n{more}"
    (project.root / "supabase" / "config.toml").write_text(text)


def declare(project: projects.Project, name: str, sql: str) -> None:
    path = project.root / "supabase" / "schemas" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(sql)


def test_files_that_agree_are_in_sync_and_counted(project: projects.Project) -> None:
    answer = project.run("check")
    assert (answer.status, answer.drift, answer.codes) == (0, [], [])
    sides = answer.json["sides"]
    assert sides["declarative"]["path"] == "supabase/schemas"
    assert sides["declarative"]["objects"] == sides["migrations"]["objects"]


def test_a_revoke_that_only_the_migrations_have_is_seen(project: projects.Project) -> None:
    project.migration("REVOKE EXECUTE ON FUNCTION f(text) FROM PUBLIC, anon, authenticated;")
    project.command("dump")
    answer = project.run("check")
    assert (answer.status, answer.drift) == (1, [("PRIVILEGES", "public", "f(text)")])
    (item,) = answer.json["drift"]
    assert (item["verdict"], item["remedies"]) == ("declarative_differs", ["adopt"])
    assert "anon may now execute f(text)" in item["details"]
    assert "TO PUBLIC" in item["declarative"]
    assert item["migrations"] is not None
    text = project.command("check").out
    assert "trueup diff migrations declarative --sql --privileges" in text


def test_an_object_that_only_one_of_them_has_is_named(project: projects.Project) -> None:
    declare(project, "03_more.sql", "CREATE VIEW emails AS SELECT email FROM orders;")
    answer = project.run("check")
    assert answer.drift == [("VIEW", "public", "emails")]
    (item,) = answer.json["drift"]
    assert (item["verdict"], item["details"]) == ("declarative_differs", ["created"])
    assert item["migrations"] is None
    assert item["declarative"].startswith('CREATE VIEW "public"."emails"')


def test_an_object_that_the_files_lack_is_named_too(project: projects.Project) -> None:
    project.migration("CREATE INDEX orders_email ON orders (email);")
    project.command("dump")
    answer = project.run("check")
    assert answer.drift == [("INDEX", "public", "orders_email")]
    assert answer.json["drift"][0]["declarative"] is None


def test_a_file_that_needs_a_later_one_leaves_the_verdict_open(project: projects.Project) -> None:
    declare(project, "00_early.sql", "\nCREATE VIEW v AS SELECT id FROM orders;")
    answer = project.run("check")
    assert (answer.status, answer.json["in_sync"]) == (3, None)
    (finding,) = answer.json["findings"]
    assert finding["code"] == "declarative_does_not_load"
    assert finding["location"]["file"] == "supabase/schemas/00_early.sql"
    assert finding["location"]["line"] == 2
    assert "schema_paths" in finding["hint"]


def test_schema_paths_give_the_order(project: projects.Project) -> None:
    declare(project, "00_early.sql", "CREATE VIEW v AS SELECT id FROM orders;")
    configure(
        project,
        '[db.migrations]\nschema_paths = ["./schemas/01_tables.sql", "./schemas/*.sql"]\n',
    )
    assert project.run("check").drift == [("VIEW", "public", "v")]


def test_a_schema_path_without_a_file_leaves_the_verdict_open(project: projects.Project) -> None:
    configure(project, '[db.migrations]\nschema_paths = ["./schemas/*.sql", "./gone/*.sql"]\n')
    answer = project.run("check")
    assert (answer.status, answer.codes) == (3, ["declarative_path_missing"])


def test_folders_inside_are_read_in_the_order_of_their_names(project: projects.Project) -> None:
    declare(project, "01_more/a.sql", "CREATE TABLE inner_one (id int);")
    declare(project, "02_view.sql", "CREATE VIEW v AS SELECT id FROM inner_one;")
    assert project.run("check").drift == [
        ("TABLE", "public", "inner_one"),
        ("VIEW", "public", "v"),
    ]


def test_a_file_that_is_not_text_leaves_the_verdict_open(project: projects.Project) -> None:
    (project.root / "supabase" / "schemas" / "03.sql").write_bytes(b"-- \xff\xfe\n")
    answer = project.run("check")
    assert (answer.status, answer.codes) == (3, ["declarative_unreadable"])


def test_an_empty_setting_leaves_the_folder_out(project: projects.Project) -> None:
    declare(project, "03_more.sql", "CREATE VIEW emails AS SELECT email FROM orders;")
    project.settings('declarative_dir = ""\n')
    answer = project.run("check")
    assert (answer.status, answer.json["sides"]["declarative"]) == (0, None)
    assert "PRIVILEGES" not in answer.json["compared"]


def test_grants_that_an_older_platform_gives_by_itself_are_no_drift_until_its_age_is_said(
    project: projects.Project,
) -> None:
    """Migrations generated by a diff say them, declarative files do not."""
    project.migration(
        "GRANT ALL ON orders TO anon, authenticated, service_role;"
        " REVOKE EXECUTE ON FUNCTION f(text) FROM PUBLIC, anon, authenticated;"
    )
    project.command("dump")
    answer = project.run("check")
    assert (answer.status, answer.codes) == (1, ["auto_expose_unsaid"])
    assert answer.drift == [("PRIVILEGES", "public", "f(text)")]
    configure(project, "[api]\nauto_expose_new_tables = false\n")
    told = project.run("check")
    assert ("PRIVILEGES", "public", "orders") in told.drift
    assert told.codes == []
    configure(project, "[api]\nauto_expose_new_tables = true\n")
    assert project.run("check").drift == [("PRIVILEGES", "public", "f(text)")]
