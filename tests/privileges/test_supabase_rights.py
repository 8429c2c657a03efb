"""Rights on Supabase: compared by default, and what only the database gives the API comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import projects
import supabase

MIGRATION = """
CREATE TABLE orders (id serial PRIMARY KEY, email text);
GRANT SELECT ON orders TO authenticated;
CREATE FUNCTION f(x text) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION f(text) FROM PUBLIC, anon;
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('ok');
GRANT SELECT ON auth.users TO service_role;
"""


@pytest.fixture(scope="module", params=supabase.MAJORS)
def bench(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[projects.Project]:
    """A Supabase project whose database has run its migration."""
    root = tmp_path_factory.mktemp("supabase") / "project"
    with supabase.applied(root, request.param, MIGRATION) as project:
        yield project


@pytest.fixture
def project(bench: projects.Project) -> Iterator[projects.Project]:
    """The same over a copy of its database."""
    with supabase.copied(bench) as copy:
        yield copy


def gained(answer: projects.Answer) -> list[str]:
    findings: list[dict[str, Any]] = answer.json["findings"]
    return [f["message"] for f in findings if f["code"] == "api_role_gained_right"]


def test_nothing_differs_at_first(project: projects.Project) -> None:
    answer = project.run("check")
    assert (answer.status, answer.drift, answer.codes) == (0, [], [])
    assert answer.json["compared"]["PRIVILEGES"] >= 5
    assert "GRANT" not in project.schema_file.read_text()


@pytest.mark.parametrize(
    ("sql", "schema", "name", "details", "api"),
    [
        (
            "GRANT EXECUTE ON FUNCTION f(text) TO anon",
            "public",
            "f(text)",
            ["anon may now execute f(text)"],
            True,
        ),
        (
            "GRANT EXECUTE ON FUNCTION f(text) TO PUBLIC",
            "public",
            "f(text)",
            [
                "PUBLIC may now execute f(text)",
                "anon may now execute f(text)",
                "authenticated may now execute f(text)",
            ],
            True,
        ),
        (
            "REVOKE SELECT ON orders FROM authenticated",
            "public",
            "orders",
            ["authenticated may no longer select on orders"],
            False,
        ),
        (
            "GRANT UPDATE (email) ON orders TO anon",
            "public",
            "orders",
            ["anon may now update (email) on orders"],
            True,
        ),
        (
            "GRANT SELECT ON orders TO service_role",
            "public",
            "orders",
            ["service_role may now select on orders"],
            False,
        ),
        (
            "GRANT USAGE ON SCHEMA app TO anon",
            "",
            "app",
            ["anon may now use schema app"],
            True,
        ),
        (
            "GRANT USAGE ON SEQUENCE orders_id_seq TO anon, authenticated",
            "public",
            "orders_id_seq",
            [
                "anon may now use sequence orders_id_seq",
                "authenticated may now use sequence orders_id_seq",
            ],
            True,
        ),
        (
            "REVOKE USAGE ON TYPE mood FROM PUBLIC; GRANT USAGE ON TYPE mood TO authenticated",
            "public",
            "mood",
            ["PUBLIC may no longer use type mood", "anon may no longer use type mood"],
            False,
        ),
        (
            "GRANT SELECT ON auth.users TO anon",
            "auth",
            "users",
            ["anon may now select on auth.users"],
            True,
        ),
        (
            "REVOKE SELECT ON auth.users FROM service_role",
            "auth",
            "users",
            ["service_role may no longer select on auth.users"],
            False,
        ),
    ],
)
def test_a_right_gained_or_lost_is_named_with_its_role(
    project: projects.Project, sql: str, schema: str, name: str, details: list[str], api: bool
) -> None:
    project.execute(sql)
    answer = project.run("check")
    assert answer.status == 1
    assert answer.drift == [("PRIVILEGES", schema, name)]
    (item,) = answer.json["drift"]
    assert (item["details"], item["remedies"]) == (details, ["adopt", "revert"])
    assert item["verdict"] == "database_changed"
    assert item["schema_file"] is None
    assert item["database"] != item["migrations"]
    assert bool(gained(answer)) == api
    if api:
        first = answer.json["findings"][0]
        assert (first["code"], first["severity"]) == ("api_role_gained_right", "error")


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE orders OWNER TO service_role",
        "GRANT SELECT (email) ON orders TO authenticated",
        "REVOKE SELECT ON orders FROM authenticated; GRANT SELECT ON orders TO authenticated",
        "GRANT USAGE ON TYPE mood TO anon",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO service_role",
    ],
)
def test_what_changes_nothing_that_a_role_can_do_is_passed_over(
    project: projects.Project, sql: str
) -> None:
    project.execute(sql)
    answer = project.run("check")
    assert (answer.status, answer.drift) == (0, []), answer.out


def test_an_object_that_only_the_database_has_is_told_once_and_its_readers_with_it(
    project: projects.Project,
) -> None:
    project.execute("CREATE TABLE extra (a int); GRANT SELECT ON extra TO anon")
    answer = project.run("check")
    assert answer.drift == [("TABLE", "public", "extra")]
    assert gained(answer) == [
        "anon may select on extra in the database; the object itself is only there"
    ]


def test_an_owner_that_is_a_role_of_the_api_is_not_passed_over(project: projects.Project) -> None:
    project.execute("ALTER TABLE orders OWNER TO anon")
    answer = project.run("check")
    assert ("PRIVILEGES", "public", "orders") in answer.drift
    assert any(
        line.startswith("anon may select, insert, update, delete") for line in gained(answer)
    )


def test_older_projects_are_told_which_setting_makes_the_difference(
    project: projects.Project,
) -> None:
    project.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon")
    assert project.run("check").codes == ["auto_expose_differs"]


def test_the_gravest_is_told_before_everything_else(project: projects.Project) -> None:
    project.execute("CREATE TABLE aaa (a int); GRANT EXECUTE ON FUNCTION f(text) TO anon")
    text = project.command("check").out
    assert text.index("anon may execute f(text)") < text.index("table public.aaa")


def test_rights_are_mended_by_a_plan_of_grants(project: projects.Project) -> None:
    project.execute("GRANT EXECUTE ON FUNCTION f(text) TO anon")
    assert "reconcile" not in project.command("check").out
    plan = project.command("diff", "database", "migrations", "--sql", "--privileges")
    assert 'REVOKE ALL ON FUNCTION "public"."f"("x" "text") FROM "anon"' in plan.out


def test_privileges_false_leaves_rights_out(project: projects.Project) -> None:
    project.execute("GRANT EXECUTE ON FUNCTION f(text) TO anon")
    off: Path = project.root / "off.toml"
    off.write_text("privileges = false\n")
    answer = project.run("check", "--config", str(off))
    assert (answer.status, answer.drift) == (0, [])
    assert "PRIVILEGES" not in answer.json["compared"]


def test_privileges_true_compares_the_schema_file_too(project: projects.Project) -> None:
    on: Path = project.root / "on.toml"
    on.write_text("privileges = true\n")
    answer = project.run("check", "--config", str(on))
    assert {kind for kind, _, _ in answer.drift} == {"PRIVILEGES"}
    assert {item["verdict"] for item in answer.json["drift"]} == {"schema_file_stale"}
