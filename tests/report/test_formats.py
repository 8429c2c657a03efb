"""The forms of a check that other programs read, with objects that try to break them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt

import npm
import projects
from trueup.report.github import command, commands
from trueup.report.issues import Issue
from trueup.report.markdown import fenced, inline

HOSTILE = "x`y|z<img src=x onerror=1>&amp; @root #1 ::error::*b*_c_\\\x1b[31m"
DDL = "```\n</details><script>alert(1)</script>\n| a | b |\n~~~\n````\n::set-output name=x::y"


@pytest.fixture
def project(tmp_path: Path, database: str) -> projects.Project:
    """Drift in a hostile table and a hostile function, a stale schema.sql, two bad names."""
    project = projects.make(tmp_path / "p", database)
    project.migration("create table plain (id int, note text)", "first")
    assert project.command("apply").status == 0
    project.execute(f'create table "{HOSTILE}" (id int)')
    project.execute(f'comment on table "{HOSTILE}" is $x${DDL}$x$')
    project.execute(f"create function f() returns text language sql as $x$select $q${DDL}$q$ $x$")
    text = project.schema_file.read_text()
    stale = re.sub(r'"note" "?text"?', '"note" integer', text)
    assert stale != text
    project.schema_file.write_text(stale)
    (project.folder / "Bad-`name|.sql").write_text("select 1;")
    return project


def report(project: projects.Project, form: str, status: int = 1) -> str:
    ran = project.command("check", "--format", form)
    assert ran.status == status, ran
    return ran.out


def test_github_gets_a_command_for_each_issue_on_the_right_line(project: projects.Project) -> None:
    out = report(project, "github").splitlines()
    assert out[0].startswith("drift: ")
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in out[1:])
    stale = next(line for line in out if "schema_file_stale" in line)
    fields = dict(re.findall(r"(\w+)=([^,:]*)", stale.split("::")[1]))
    assert fields["file"] == "schema.sql"
    named = project.schema_file.read_text().splitlines()[int(fields["line"]) - 1]
    assert named == "-- Name: plain; Type: TABLE; Schema: public"


def test_a_hostile_name_adds_no_command_and_no_property(project: projects.Project) -> None:
    for line in report(project, "github").splitlines()[1:]:
        head = line.split("::")[1]
        names = {part.split("=")[0] for part in head.split(" ", 1)[1].split(",")}
        assert names <= {"title", "file", "line", "col"}
        assert "\x1b" not in line


def test_what_github_would_drop_is_counted() -> None:
    many = [Issue("a_code", "error", f"o{n}", "m", "", None) for n in range(25)]
    lines = list(commands(many))
    assert len(lines) == 10
    assert "and 16 more" in lines[-1]


def test_line_ends_and_percent_signs_are_escaped() -> None:
    told = command(Issue("c", "note", "a,b:c%\n", "100%\r\n::x", "next", None))
    assert told == "::notice title=a%2Cb%3Ac%25%0A [c]::100%25%0D%0A::x%0Anext"


def html(markdown: str) -> str:
    """As GitHub renders it: tables, and HTML that is passed through."""
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


def test_markdown_survives_hostile_names_and_ddl(project: projects.Project) -> None:
    out = report(project, "markdown")
    assert out.startswith("## ❌ drift")
    page = html(out)
    tags = set(re.findall(r"<(/?[a-z0-9]+)", page))
    allowed = {"h2", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "p", "pre", "em"}
    allowed |= {"details", "summary"}
    assert {tag.strip("/") for tag in tags} <= allowed
    assert page.count("<details>") == page.count("</details>") == 4
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    assert {len(re.findall(r"<t[hd]", row)) for row in rows} == {4}
    outside = re.sub(r"<code.*?</code>", "", page, flags=re.DOTALL)
    assert "@root" not in outside
    assert "\x1b" not in out


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    page = html(fenced("a\n`````\nb\n<b>"))
    assert page == "<pre><code>a\n`````\nb\n&lt;b&gt;\n</code></pre>\n"
    assert html(inline("*a* _b_ [c](d) <e> `f` | &amp; ~~g~~")) == (
        "<p>*a* _b_ [c](d) &lt;e&gt; `f` | &amp;amp; ~~g~~</p>\n"
    )


def test_markdown_is_cut_to_a_limit_and_says_so(project: projects.Project) -> None:
    from trueup.cli.context import Context  # noqa: F401 - the result is made as the verb makes it
    from trueup.config import load_settings
    from trueup.ops.check import check
    from trueup.report.markdown import check_markdown
    from trueup.workbench.project import Project

    for number in range(60):
        project.execute(f"create table many_{number} (id int)")
    environ = {"TRUEUP_DATABASE_URL": project.url or ""}
    settings = load_settings(project.root, project=project.root, environ=environ)
    result = check(Project(settings))
    full = check_markdown(result)
    cut = check_markdown(result, limit=8000, elsewhere="the full text is in the artifact")
    assert len(full.encode()) > 8000 >= len(cut.encode())
    assert "more lines and diffs did not fit; the full text is in the artifact" in cut
    assert cut.startswith("## ❌")
    assert "trueup dump" in cut
    assert html(cut).count("<details>") == html(cut).count("</details>")


def sarif_schema() -> dict[str, Any]:
    place = npm.node_modules("@microsoft/jest-sarif@1.0.0-beta.0")
    schema = place / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
    value = json.loads(schema.read_text())
    assert isinstance(value, dict)
    return value


def test_sarif_is_valid_against_the_schema_of_2_1_0(project: projects.Project) -> None:
    log = json.loads(report(project, "sarif"))
    jsonschema.validate(log, sarif_schema())
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in run["results"])
    stale = next(each for each in run["results"] if each["ruleId"] == "schema_file_stale")
    place = stale["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "schema.sql"
    assert place["region"]["startLine"] > 1
    bad = next(each for each in run["results"] if each["ruleId"] == "migration_ignored")
    uri = bad["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "migrations/Bad-%60name%7C.sql"


def test_sarif_of_nothing_wrong_is_valid_and_empty(tmp_path: Path, database: str) -> None:
    project = projects.make(tmp_path / "p", database)
    project.migration("create table plain (id int)")
    project.command("apply")
    log = json.loads(report(project, "sarif", 0))
    jsonschema.validate(log, sarif_schema())
    assert log["runs"][0]["results"] == []
    assert log["runs"][0]["invocations"] == [{"executionSuccessful": True}]


def test_an_issue_keeps_its_fingerprint_when_lines_move(project: projects.Project) -> None:
    def prints() -> set[str]:
        results = json.loads(report(project, "sarif"))["runs"][0]["results"]
        return {each["partialFingerprints"]["trueup/v1"] for each in results}

    before = prints()
    text = project.schema_file.read_text()
    project.schema_file.write_text(text.replace("\n\n", "\n\n\n"))
    assert prints() >= before
    assert len(before) >= 5


def junit(text: str, tmp_path: Path) -> JUnitXml:
    file = tmp_path / "junit.xml"
    file.write_text(text)
    return JUnitXml.fromfile(str(file))


def test_junit_counts_as_the_usual_readers_do(project: projects.Project, tmp_path: Path) -> None:
    suites = junit(report(project, "junit"), tmp_path)
    (suite,) = list(suites)
    cases = list(suite)
    failed = [case for case in cases if case.result]
    assert suite.tests == len(cases)
    assert suite.failures == len(failed) == 4
    assert suite.errors == 0
    assert {case.classname for case in failed} == {
        "trueup.database_changed",
        "trueup.schema_file_stale",
    }


def test_junit_of_a_check_that_could_not_tell_has_errors(tmp_path: Path, database: str) -> None:
    project = projects.make(tmp_path / "p", database)
    project.migration("create table t (id nothing)")
    suites = junit(report(project, "junit", 3), tmp_path)
    (suite,) = list(suites)
    assert (suite.failures, suite.errors >= 1) == (0, True)


def test_junit_in_sync_passes_with_a_case_for_each_kind(tmp_path: Path, database: str) -> None:
    project = projects.make(tmp_path / "p", database)
    project.migration("create table t (id int primary key)")
    project.command("apply")
    (suite,) = list(junit(report(project, "junit", 0), tmp_path))
    assert [case.name for case in suite] == ["1 CONSTRAINT", "1 TABLE"]
    assert (suite.tests, suite.failures, suite.errors) == (2, 0, 0)
