"""A server that trueup takes without being tested with it is named once, and stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import projects
import servers
from projects import Project
from stand_ins import another_version
from trueup.platform.postgres import NEWEST, OLDEST, TESTED

CODE = "server_untested"


@pytest.fixture
def project(database: str, tmp_path: Path) -> Project:
    made = projects.make(tmp_path / "project", database)
    made.migration("CREATE TABLE t (id integer PRIMARY KEY);\n")
    assert made.run("apply").status == 0
    return made


@pytest.mark.parametrize("major", [OLDEST, NEWEST + 1])
def test_status_says_it_once_and_stays_in_order(
    project: Project, tmp_path: Path, major: int
) -> None:
    with another_version(project.url or "", tmp_path, major=major) as conninfo:
        answer = Project(project.root, conninfo).run("status")
    assert (answer.status, answer.codes) == (0, [CODE])
    (found,) = answer.json["findings"]
    assert found["severity"] == "warning"
    assert f"PostgreSQL {major}" in found["message"] and found["hint"]
    assert f"{TESTED[0]} to {TESTED[-1]}" in found["message"]


@pytest.mark.parametrize("major", [OLDEST, NEWEST + 1])
def test_check_says_it_also_where_nothing_of_that_major_is_found(
    project: Project, tmp_path: Path, major: int
) -> None:
    if any(install.major == major for install in servers.INSTALLS):
        pytest.skip("a server of it is found")
    with another_version(project.url or "", tmp_path, major=major) as conninfo:
        answer = Project(project.root, conninfo).run("check")
    assert answer.status == 3
    assert sorted(answer.codes) == ["no_server_found", CODE]


def test_check_says_it_of_a_shadow_and_is_in_sync(project: Project, tmp_path: Path) -> None:
    with another_version(project.url or "", tmp_path, major=OLDEST) as conninfo:
        answer = Project(project.root, None).run("check", "--shadow-url", conninfo)
    assert (answer.status, answer.json["in_sync"]) == (0, True)
    (said,) = [one["message"] for one in answer.json["findings"] if one["code"] == CODE]
    assert said.startswith(f"the replay runs on PostgreSQL {OLDEST}")


@pytest.mark.parametrize("major", TESTED)
def test_nothing_is_said_of_a_major_that_is_tested(
    project: Project, tmp_path: Path, major: int
) -> None:
    with another_version(project.url or "", tmp_path, major=major) as conninfo:
        assert Project(project.root, conninfo).run("status").codes == []


def test_doctor_says_it_once_of_database_and_shadow(project: Project, tmp_path: Path) -> None:
    others = [one for one in servers.INSTALLS if one.major != servers.default_install().major]
    if not others:
        pytest.skip("the shadow must not be on the database's server, and there is only one")
    (tmp_path / "database").mkdir()
    (tmp_path / "shadow").mkdir()
    scratch = servers.cluster(others[0]).conninfo()
    with (
        another_version(project.url or "", tmp_path / "database", major=OLDEST) as conninfo,
        another_version(scratch, tmp_path / "shadow", major=OLDEST) as shadow,
    ):
        answer = Project(project.root, conninfo).run("doctor", "--shadow-url", shadow)
    assert not [item for item in answer.json["examined"] if item["health"] == "error"]
    said = [item for item in answer.json["examined"] if "tested with" in item["fact"]]
    assert [(item["topic"], item["health"]) for item in said] == [("PostgreSQL", "warning")]
    assert said[0]["fact"].startswith(f"{OLDEST} ")
