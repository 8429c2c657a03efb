"""Every case of the table, on every major: check sees the change, names it, and sees no more."""

from __future__ import annotations

import pytest

import projects
import servers
from detection.bench import bench_of
from detection.table import Case, read_table
from trueup.postgres.server.install import Install

TABLE = read_table()
PAIRS = [
    pytest.param(
        install,
        case,
        id=f"{case.name}-pg{install.major}",
        marks=() if install.major == servers.default_install().major else pytest.mark.slow,
    )
    for install in servers.INSTALLS
    for case in TABLE
    if install.major in case.majors
]

# The base has a schema that is left out on purpose, and trueup says so.
REMARKS = ["schema_not_compared"]


@pytest.mark.parametrize(("install", "case"), PAIRS)
def test_check_sees_the_change_names_it_and_sees_nothing_else(install: Install, case: Case) -> None:
    bench = bench_of(install)
    missing = set(case.needs) - bench.extensions
    if missing:
        pytest.skip(f"PostgreSQL {install.version} has no extension {', '.join(missing)} here")
    with bench.clone(case) as project:
        for statement in (*case.first, case.sql):
            project.execute(statement)
        if case.rights:
            answer = project.run("check", "--config", str(project.root / "rights.toml"))
            judge(case, answer)
            assert_silent(project.run("check"))
        else:
            judge(case, project.run("check"))


def judge(case: Case, answer: projects.Answer) -> None:
    """Exactly the objects that the case expects are named, with something to say of each."""
    if case.silent:
        assert_silent(answer)
        return
    assert sorted(answer.drift) == list(case.expected)
    assert (answer.status, answer.json["in_sync"]) == (1, False)
    assert sorted(answer.codes) == sorted([*REMARKS, *case.remarks])
    for item in answer.json["drift"]:
        assert item["verdict"] == "database_changed"
        assert item["remedies"] == list(case.remedies)
        assert item["summary"]
        assert item["details"]
        assert "definition changed" not in item["details"], item["summary"]
        assert item["migrations"] == item["schema_file"]
        # Options of a user mapping are hidden, since they may hold a password.
        assert item["database"] != item["migrations"] or item["object"]["kind"] == "USER MAPPING"
    details = [line for item in answer.json["drift"] for line in item["details"]]
    for words in case.says:
        assert any(words in line for line in details), details


def assert_silent(answer: projects.Answer) -> None:
    """Nothing differs and nothing is remarked upon."""
    assert answer.json["drift"] == [], answer.out
    assert (answer.status, answer.json["in_sync"], answer.codes) == (0, True, REMARKS)
