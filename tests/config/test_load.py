"""From files, environment and options to Settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from trueup.config import Settings, load_settings, require_database
from trueup.errors import ConfigError, UsageError
from trueup.model.finding import Finding


def write(path: Path, text: str | bytes = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load(root: Path, text: str | None = None, **arguments: object) -> Settings:
    if text is not None:
        write(root / "trueup.toml", text)
    return load_settings(root, **arguments)  # type: ignore[arg-type]


def problems(root: Path, text: str | None = None, **arguments: object) -> tuple[Finding, ...]:
    with pytest.raises(ConfigError) as broken:
        load(root, text, **arguments)
    assert broken.value.exit_status == 2
    return broken.value.problems


def places(found: tuple[Finding, ...]) -> list[str]:
    return [f"{problem.location} {problem.code}" for problem in found]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project without configuration, with a neighbour beside it."""
    made = tmp_path / "project"
    (made / ".git").mkdir(parents=True)
    (tmp_path / "neighbour").mkdir()
    return made


def test_a_project_without_configuration_has_the_defaults(root: Path) -> None:
    settings = load(root)
    assert settings == Settings(
        root=root,
        migrations_dir=root / "supabase" / "migrations",
        schema_file=root / "schema.sql",
    )
    assert settings.schemas == ("public",)
    assert settings.resolved_platform == "postgres"
    assert (settings.postgres, settings.findings, dict(settings.sources)) == (None, (), {})


def test_every_setting_can_be_given_in_trueup_toml(root: Path) -> None:
    for folder in ("db/changes", "db/declared"):
        (root / folder).mkdir(parents=True)
    settings = load(
        root,
        """
        migrations_dir = "db/changes"
        schema_file = "db/schema.sql"
        declarative_dir = "db/declared"
        schemas = ["public", "Billing"]
        privileges = true
        extensions = "needed"
        platform = "supabase"
        postgres = 15
        database_name = "app"
        replay_database = "app"
        auto_expose_new_tables = false
        lock_timeout = 0.5
        lock_retries = 0
        lock_wait = 5
        statement_timeout = 30
        database_url = "postgresql://app@db/app"
        shadow_url = "host=shadow dbname=postgres"
        [[allow]]
        object = "VIEW public.report_*"
        reason = "owned by analytics"
        expires = 2030-12-31
        """,
    )
    assert settings.config_file == root / "trueup.toml"
    assert settings.migrations_dir == root / "db" / "changes"
    assert settings.schema_file == root / "db" / "schema.sql"
    assert settings.declarative_dir == root / "db" / "declared"
    assert settings.schemas == ("public", "Billing")
    assert (settings.privileges, settings.extensions) == (True, "needed")
    assert (settings.platform, settings.resolved_platform) == ("supabase", "supabase")
    assert (settings.postgres, settings.auto_expose_new_tables) == (15, False)
    assert (settings.database_name, settings.replay_database) == ("app", "app")
    assert (settings.lock_timeout, settings.lock_retries) == (0.5, 0)
    assert (settings.lock_wait, settings.statement_timeout) == (5.0, 30.0)
    assert settings.database_url is not None
    assert settings.database_url.reveal() == "postgresql://app@db/app"
    assert settings.database_url.source == "trueup.toml"
    assert settings.shadow_url is not None
    (allowed,) = settings.allow
    assert (allowed.object, allowed.reason) == ("VIEW public.report_*", "owned by analytics")
    assert not allowed.expired(date(2030, 12, 31))
    assert allowed.expired(date(2031, 1, 1))
    assert settings.findings == ()


def test_every_problem_of_a_file_is_named_at_once_and_in_its_place(root: Path) -> None:
    found = problems(
        root,
        'schema = ["x"]\n'
        'schemas = ["public", 3, "pg_x", "public"]\n'
        "postgres = true\n"
        'lock_timeout = "5s"\n'
        'extensions = "some"\n'
        'migrations_dir = "../neighbour"\n'
        'shadow_url = "env:"\n'
        "lock_retries = -1\n"
        "lock_wait = nan\n"
        'platform = { name = "supabase" }\n'
        "[[allow]]\n"
        'object = "x"\n'
        'expires = "2020"\n'
        'until = "x"\n',
    )
    assert places(found) == [
        "trueup.toml:1:1 config_unknown_key",
        "trueup.toml:2:22 config_wrong_type",
        "trueup.toml:2:25 config_bad_value",
        "trueup.toml:2:33 config_bad_value",
        "trueup.toml:3:12 config_wrong_type",
        "trueup.toml:4:16 config_wrong_type",
        "trueup.toml:5:14 config_bad_value",
        "trueup.toml:6:18 config_path_outside",
        "trueup.toml:7:14 config_bad_value",
        "trueup.toml:8:16 config_bad_value",
        "trueup.toml:9:13 config_bad_value",
        "trueup.toml:10:12 config_wrong_type",
        "trueup.toml:11:1 config_bad_value",
        "trueup.toml:13:11 config_wrong_type",
        "trueup.toml:14:9 config_unknown_key",
    ]
    assert found[0].hint == "did you mean schemas?"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("postgres = 13", "from 14 to 18, not 13"),
        ("postgres = 17.5", "a whole number from 14 to 18, not the number 17.5"),
        ('privileges = "yes"', 'true or false, not the text "yes"'),
        ("schemas = []", "nothing would be compared"),
        ('schemas = "public"', 'a list of names, not the text "public"'),
        ('schemas = [""]', "empty"),
        (f'database_name = "{"x" * 64}"', "a name of 64 bytes"),
        ("database_name = 5", "a name, not the number 5"),
        ('migrations_dir = ""', "empty"),
        ('schema_file = "/etc/passwd"', "outside of the project"),
        ('declarative_dir = "nowhere"', "there is no folder nowhere"),
        ('schema_file = "supabase/migrations/schema.sql"', "in the migrations folder"),
        ("lock_timeout = 1e9", "from 0 to 2147483 seconds"),
        ("allow = 1", "a list of tables, not the number 1"),
        ("allow = [1]", "allow[0] must be a table"),
        ('allow = [{object = "x", reason = " "}]', "allow[0].reason is empty"),
        ('allow = [{reason = "x"}]', "allow[0] has no object"),
        ("database_url = 5", "a URL or env:NAME, not the number 5"),
        ("database_url = ''", "a URL or env:NAME, not an empty text"),
        ("database_url = 'mysql://u:s3cret@h/d'", "not a PostgreSQL connection string"),
        ("database_url = 's3cret'", "not a PostgreSQL connection string"),
    ],
)
def test_an_impossible_value_is_refused_in_words(root: Path, line: str, said: str) -> None:
    (problem,) = problems(root, line + "\n")
    assert said in problem.message
    assert problem.hint
    assert "s3cret" not in str(problem)


def test_an_unknown_key_unlike_any_other_lists_the_known_ones(root: Path) -> None:
    (problem,) = problems(root, "[zzz]\nq = 1\n")
    assert places((problem,)) == ["trueup.toml:1:1 config_unknown_key"]
    assert "migrations_dir, schema_file" in problem.hint


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb = \n", "trueup.toml:2:5"),
        ('a = """x\n\ny', "trueup.toml:3:2"),
        ("postgres = 17\npostgres = 17\n", "trueup.toml:2:14"),
        ("<<<<<<< HEAD\n", "trueup.toml:1:1"),
    ],
)
def test_broken_toml_is_named_with_line_and_column(root: Path, text: str, place: str) -> None:
    (problem,) = problems(root, text)
    assert (problem.code, str(problem.location)) == ("config_syntax", place)
    assert "at line" not in problem.message


def test_a_byte_order_mark_and_crlf_do_no_harm(root: Path) -> None:
    write(root / "trueup.toml", b"\xef\xbb\xbfpostgres = 16\r\nprivileges = true\r\n")
    assert (load(root).postgres, load(root).privileges) == (16, True)


def test_a_file_that_is_not_utf8_is_named_with_its_line(root: Path) -> None:
    write(root / "trueup.toml", b"postgres = 17\n# Gr\xf6\xdfe\n")
    assert places(problems(root)) == ["trueup.toml:2:5 config_not_utf8"]


def test_an_unreadable_file_is_an_error(root: Path) -> None:
    (root / "trueup.toml").mkdir()
    (problem,) = problems(root)
    assert (problem.code, "is a directory" in problem.message) == ("config_unreadable", True)


def test_a_dangling_link_is_not_taken_for_no_configuration(root: Path) -> None:
    (root / "trueup.toml").symlink_to("nowhere.toml")
    assert places(problems(root)) == ["trueup.toml config_missing"]


def test_settings_may_stand_in_pyproject_toml(root: Path) -> None:
    write(root / "pyproject.toml", "[project]\nname = 'x'\n[tool.trueup]\npostgres = 16\n")
    settings = load(root)
    assert (settings.postgres, settings.sources["postgres"]) == (16, "pyproject.toml")
    assert settings.config_file == root / "pyproject.toml"


def test_problems_in_pyproject_toml_have_their_place_there(root: Path) -> None:
    write(root / "pyproject.toml", "[tool.trueup]\n\npostgres = 'x'\nbad = 1\n")
    assert places(problems(root)) == [
        "pyproject.toml:3:12 config_wrong_type",
        "pyproject.toml:4:1 config_unknown_key",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "tool.trueup.postgres = 16\n",
        "[tool]\ntrueup = { postgres = 16 }\n",
        "[ tool . 'trueup' ]\n",
    ],
)
def test_no_way_of_writing_our_table_is_overlooked(root: Path, text: str) -> None:
    write(root / "pyproject.toml", text)
    assert load(root).config_file == root / "pyproject.toml"


@pytest.mark.parametrize(
    "text",
    [
        "[project.scripts]\ntrueup = 'trueup.cli.main:console'\n",
        "[dependency-groups]\ndev = [\n  'trueup==1.0',\n]\n",
        "tool = 'trueup'\n",
        "tool = 'trueup'\n[broken\n",
    ],
)
def test_the_mere_name_of_trueup_is_no_configuration(root: Path, text: str) -> None:
    (root / "inner").mkdir()
    write(root / "inner" / "pyproject.toml", text)
    assert load_settings(root / "inner").root == root


def test_a_broken_pyproject_toml_with_our_table_is_an_error(root: Path) -> None:
    write(root / "pyproject.toml", "[tool.trueup]\npostgres = \n")
    assert places(problems(root)) == ["pyproject.toml:2:12 config_syntax"]


def test_a_tool_table_that_is_no_table_is_an_error(root: Path) -> None:
    write(root / "pyproject.toml", "[[tool.trueup]]\npostgres = 16\n")
    assert problems(root)[0].message == "tool.trueup must be a table"


def test_somebody_elses_pyproject_toml_is_never_read_for_mistakes(root: Path) -> None:
    write(root / "pyproject.toml", "[tool.other\n")
    assert load(root).config_file is None


def test_two_configurations_are_an_error_only_where_both_say_something(root: Path) -> None:
    write(root / "pyproject.toml", "[project]\nname = 'x'\n[tool.trueup]\npostgres = 16\n")
    assert load(root, "# nothing yet\n").postgres == 16
    assert places(problems(root, "postgres = 17\n")) == ["pyproject.toml:3:1 config_twice"]
    write(root / "pyproject.toml", "[tool.trueup]\n")
    assert load(root).postgres == 17


def test_a_named_configuration_file_takes_the_place_of_the_others(root: Path) -> None:
    write(root / "trueup.toml", "broken =\n")
    other = write(root.parent / "neighbour" / "ci.toml", "postgres = 14\n")
    assert load(root, config_file=other).postgres == 14
    assert load(root, config_file=Path("../neighbour/ci.toml")).config_file is not None


def test_a_named_configuration_file_that_is_missing_is_an_error(root: Path) -> None:
    (problem,) = problems(root, config_file=Path("nowhere.toml"))
    assert (problem.code, str(problem.location)) == ("config_missing", "nowhere.toml")


def test_a_broken_configuration_can_be_left_out(root: Path) -> None:
    assert load(root, "broken =\n", unconfigured=True).config_file is None


@pytest.mark.parametrize("marker", ["trueup.toml", "supabase/config.toml", ".git"])
def test_the_project_is_the_nearest_parent_with_a_marker(tmp_path: Path, marker: str) -> None:
    (tmp_path / "outer" / ".git").mkdir(parents=True)
    write(tmp_path / "outer" / "inner" / marker)
    below = tmp_path / "outer" / "inner" / "supabase" / "migrations"
    below.mkdir(parents=True)
    assert load_settings(below).root == tmp_path / "outer" / "inner"


def test_pyproject_toml_marks_a_project_only_with_our_table(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / "a" / "pyproject.toml", "[project]\nname = 'x'\n")
    write(tmp_path / "b" / "pyproject.toml", "[ tool.'trueup' ]\n")
    assert load_settings(tmp_path / "a").root == tmp_path
    assert load_settings(tmp_path / "b").root == tmp_path / "b"


def test_a_named_directory_is_the_project_whatever_is_in_it(root: Path) -> None:
    (root / "sub").mkdir()
    assert load(root, project=Path("sub")).root == root / "sub"


def test_a_named_directory_that_is_missing_is_refused(root: Path) -> None:
    with pytest.raises(UsageError) as refused:
        load(root, project=Path("nowhere"))
    assert (refused.value.code, refused.value.exit_status) == ("project_missing", 2)


def test_plain_migrations_are_found_only_where_supabases_are_not(root: Path) -> None:
    (root / "migrations").mkdir()
    assert load(root).migrations_dir == root / "migrations"
    (root / "supabase" / "migrations").mkdir(parents=True)
    assert load(root).migrations_dir == root / "supabase" / "migrations"


def test_declarative_schemas_are_found_and_can_be_left_out(root: Path) -> None:
    assert load(root).declarative_dir is None
    (root / "supabase" / "schemas").mkdir(parents=True)
    assert load(root).declarative_dir == root / "supabase" / "schemas"
    assert load(root, 'declarative_dir = ""\n').declarative_dir is None


def test_a_folder_that_is_a_link_out_of_the_project_is_outside(root: Path) -> None:
    (root / "linked").symlink_to(root.parent / "neighbour")
    assert places(problems(root, 'migrations_dir = "linked"\n')) == [
        "trueup.toml:1:18 config_path_outside"
    ]


def test_supabase_config_says_platform_version_and_grants(root: Path) -> None:
    write(
        root / "supabase" / "config.toml",
        'project_id = "x"\n[api]\nauto_expose_new_tables = true\n[db]\nmajor_version = 15\n',
    )
    settings = load(root)
    assert settings.resolved_platform == "supabase"
    assert (settings.postgres, settings.auto_expose_new_tables) == (15, True)
    assert settings.sources["postgres"] == "supabase/config.toml"
    assert load(root, 'platform = "postgres"\n').resolved_platform == "postgres"


def test_trueup_toml_goes_before_supabase_config_and_says_where_they_differ(root: Path) -> None:
    write(root / "supabase" / "config.toml", "[db]\nmajor_version = 15\n")
    settings = load(root, "postgres = 17\n")
    assert (settings.postgres, settings.sources["postgres"]) == (17, "trueup.toml")
    assert [f.code for f in settings.findings] == ["config_postgres_differs"]


def test_a_broken_supabase_config_is_an_error_only_where_it_is_needed(root: Path) -> None:
    write(root / "supabase" / "config.toml", "[db]\nmajor_version = \n")
    assert places(problems(root)) == ["supabase/config.toml:2:17 supabase_config_broken"]
    settings = load(root, "postgres = 15\n")
    assert [(f.code, f.is_error) for f in settings.findings] == [("supabase_config_broken", False)]
    assert settings.resolved_platform == "supabase"


@pytest.mark.parametrize("value", ["13", "'env(PG)'", "true"])
def test_a_version_of_supabase_that_is_none_of_ours_is_named(root: Path, value: str) -> None:
    write(root / "supabase" / "config.toml", f"[db]\nmajor_version = {value}\n")
    assert places(problems(root)) == ["supabase/config.toml:2:17 supabase_major_version"]
    assert [f.is_error for f in load(root, "postgres = 15\n").findings] == [False]


def test_unexpected_shapes_in_supabase_config_do_no_harm(root: Path) -> None:
    write(root / "supabase" / "config.toml", "db = 1\n[api]\nauto_expose_new_tables = 'yes'\n")
    settings = load(root)
    assert (settings.postgres, settings.auto_expose_new_tables) == (None, None)
    assert [f.code for f in settings.findings] == ["supabase_auto_expose"]


def url(root: Path, environ: Mapping[str, str], option: str | None = None) -> tuple[str, str]:
    settings = load(root, environ=environ, overrides={"database_url": option})
    assert settings.database_url is not None
    assert settings.sources["database_url"] == settings.database_url.source
    return settings.database_url.reveal(), settings.database_url.source


def test_the_database_url_comes_from_the_nearest_place_that_has_one(root: Path) -> None:
    write(root / "trueup.toml", 'database_url = "postgres://file/d"\n')
    environ = {"DATABASE_URL": "postgres://plain/d", "TRUEUP_DATABASE_URL": "postgres://own/d"}
    assert url(root, environ, "postgres://option/d") == ("postgres://option/d", "--database-url")
    assert url(root, environ) == ("postgres://own/d", "TRUEUP_DATABASE_URL")
    environ["TRUEUP_DATABASE_URL"] = ""
    assert url(root, environ) == ("postgres://plain/d", "DATABASE_URL")
    assert url(root, {}) == ("postgres://file/d", "trueup.toml")


def test_the_shadow_url_never_comes_from_database_url(root: Path) -> None:
    assert load(root, environ={"DATABASE_URL": "postgres://h/d"}).shadow_url is None
    settings = load(root, environ={"TRUEUP_SHADOW_URL": "postgres://s/d"})
    assert settings.shadow_url is not None
    assert settings.shadow_url.source == "TRUEUP_SHADOW_URL"


def test_a_url_may_name_the_variable_that_holds_it(root: Path) -> None:
    text = 'database_url = "env:APP_DB"\n'
    settings = load(root, text, environ={"APP_DB": "postgres://u:s3cret@h/d"})
    assert settings.database_url is not None
    assert (settings.database_url.source, settings.findings) == ("APP_DB", ())
    assert "s3cret" not in repr(settings)


def test_a_variable_that_is_not_set_is_a_warning_until_the_url_is_needed(root: Path) -> None:
    settings = load(root, 'database_url = "env:APP_DB"\n')
    (found,) = settings.findings
    assert (found.code, str(found.location)) == ("config_env_unset", "trueup.toml:1:16")
    with pytest.raises(UsageError, match="APP_DB is not set"):
        require_database(settings)
    assert load(root, environ={"DATABASE_URL": "postgres://h/d"}).findings == ()


def test_a_password_in_trueup_toml_is_a_warning_that_does_not_repeat_it(root: Path) -> None:
    settings = load(root, 'database_url = "postgres://u:s3cret@h/d"\n')
    (found,) = settings.findings
    assert (found.code, str(found.location)) == ("config_password", "trueup.toml:1:16")
    assert "TRUEUP_DATABASE_URL" in found.hint
    assert "s3cret" not in str(found)


def test_no_database_is_an_error_only_when_one_is_needed(root: Path) -> None:
    settings = load(root, environ={"DATABASE_URL": "sqlite:///x"})
    with pytest.raises(UsageError) as refused:
        require_database(settings)
    assert refused.value.code == "database_url_invalid"
    with pytest.raises(UsageError) as missing:
        require_database(load(root))
    assert missing.value.code == "database_url_missing"


def test_options_go_before_the_file_and_are_checked_like_it(root: Path) -> None:
    write(root / "trueup.toml", 'schemas = ["public"]\nprivileges = false\n')
    settings = load(root, overrides={"schemas": ("a", "b"), "privileges": True, "postgres": None})
    assert (settings.schemas, settings.privileges) == (("a", "b"), True)
    assert settings.sources["schemas"] == "--schema"
    (problem,) = problems(root, overrides={"schemas": ["pg_catalog"]})
    assert (problem.subject, problem.location) == ("--schema", None)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give permissions up")
def test_a_configuration_that_may_not_be_looked_at_is_not_taken_for_none(root: Path) -> None:
    root.chmod(0o000)
    os.seteuid(65534)
    try:
        found = problems(root)
    finally:
        os.seteuid(0)
    assert places(found) == [
        "supabase/config.toml supabase_config_broken",
        "trueup.toml config_unreadable",
    ]
