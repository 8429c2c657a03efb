"""squawk looks at migrations that no database has run, where it is installed; it only advises."""

from __future__ import annotations

from pathlib import Path

import pytest

import projects
from projects import Project
from trueup.folder import squawk as lint
from trueup.folder.squawk import squawk
from trueup.model.migration import Migration

pytestmark = pytest.mark.skipif(squawk() is None, reason="squawk is not installed")
RISKY = "CREATE TABLE IF NOT EXISTS t (id bigint);\n\nALTER TABLE t ADD COLUMN x int;\n"


@pytest.fixture
def project(database: str, tmp_path: Path) -> Project:
    made = projects.make(tmp_path / "project", database)
    made.migration("CREATE TABLE old (id int);")
    assert made.run("apply").status == 0
    made.migration(RISKY)
    return made


def told(answer: projects.Answer) -> list[tuple[str, int, int]]:
    places = [f["location"] for f in answer.json["findings"] if f["code"] == "migration_lint"]
    return [(it["file"], it["line"], it["column"]) for it in places]


def test_what_is_pending_is_linted_and_what_ran_is_not(project: Project) -> None:
    here = [("migrations/20250101000001_step.sql", 3, 28)]
    assert project.run("dump").status == 0
    checked = project.run("check")
    assert (checked.status, told(checked)) == (0, here)
    assert told(project.run("apply", "--dry-run")) == here
    applied = project.run("apply")
    assert (applied.status, told(applied)) == (0, here)
    assert told(project.run("check")) == []


def test_the_settings_choose(project: Project) -> None:
    project.settings('lint = "all"\n')
    assert len(told(project.run("check", "--no-database"))) == 2
    project.settings('lint = "off"\n')
    assert told(project.run("check")) == []


def test_a_comment_or_squawks_own_settings_silence_a_rule(project: Project) -> None:
    file = project.folder / "20250101000001_step.sql"
    file.write_text(RISKY.replace("ALTER", "-- squawk-ignore prefer-bigint-over-int\nALTER"))
    assert told(project.run("check")) == []
    file.write_text(RISKY)
    (project.root / ".squawk.toml").write_text('excluded_rules = ["prefer-bigint-over-int"]\n')
    assert told(project.run("check")) == []


def test_what_is_no_sql_to_squawk_is_postgresqls_to_judge(project: Project) -> None:
    (project.folder / "20250101000001_step.sql").write_text("SELECT FROM FROM;")
    answer = project.run("check")
    assert answer.status == 3
    assert told(answer) == []


def test_a_squawk_that_breaks_is_told_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "squawk"
    broken.write_text("#!/bin/sh\necho no json\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (found,) = lint.lint([Migration("1", "a", "m/1_a.sql", b"SELECT 1;")], tmp_path, 17)
    assert (found.code, found.location and found.location.file) == ("lint_failed", "m/1_a.sql")
