"""What can be wrong outside of trueup: a clear error with the next step, the right exit status, a
stable code, nothing changed, and never a traceback or a password."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import projects
import servers
from pooler import transaction_pooler
from projects import Answer, Project
from stand_ins import another_version, only_programs_of, replica, with_passwords
from trueup.postgres.server.cluster import Cluster

SECRET = "s3cr3t-pa55"
# A folder that can't be replayed fails its validation; to check it means that nothing can be told.
BLOCKED = {"check": 3}
GOOD = "CREATE TABLE good (id integer PRIMARY KEY, name text);\n"


@pytest.fixture
def project(database: str, tmp_path: Path) -> Project:
    """A project with one migration that is applied and one that is pending; schema.sql is true."""
    made = projects.make(tmp_path / "project", database)
    made.migration(GOOD)
    assert made.run("apply").status == 0
    made.migration("ALTER TABLE good ADD COLUMN more text;\n")
    assert made.run("dump").status == 0
    return made


def tables(conninfo: str) -> list[tuple[Any, ...]]:
    """Everything that a command could have changed in a database."""
    with psycopg.connect(conninfo) as session:
        found = session.execute(
            "SELECT relname, relnatts, relacl::text FROM pg_class WHERE relnamespace ="
            " 'public'::regnamespace ORDER BY 1"
        ).fetchall()
        if any(name == "_migrations" for name, *_ in found):
            found += session.execute("SELECT * FROM public._migrations ORDER BY 1").fetchall()
        return found


def refused(
    project: Project, status: int, code: str, *line: str, judge: str | None = None
) -> dict[str, Any]:
    """Runs a command line in both formats and returns the finding it refuses with. `judge` is the
    conninfo to look at the database with, where the project's own does not work."""
    look = judge or project.url
    before = (project.files(), tables(look) if look else None)
    text, answer = project.command(*line), project.run(*line)
    assert (project.files(), tables(look) if look else None) == before
    for one in (text, answer):
        assert one.status == status, one.out + one.err
        assert_clean(one)
    assert f"[{code}" in text.out + text.err
    findings = {finding["code"]: finding for finding in answer.json["findings"]}
    assert code in findings, findings
    found: dict[str, Any] = findings[code]
    assert found["severity"] == "error"
    assert found["message"]
    assert found["hint"] and found["hint"] in text.out + text.err
    return found


def assert_clean(answer: Answer) -> None:
    """No traceback, no password."""
    said = answer.out + answer.err
    assert "Traceback" not in said
    assert SECRET not in said


def elsewhere(project: Project, **parameters: str) -> Project:
    """The same project with a database URL in which something is different."""
    return Project(project.root, make_conninfo(project.url or "", **parameters))


class TestTheDatabase:
    """What can be wrong with the way to the database."""

    @pytest.mark.parametrize("verb", ["apply", "baseline", "status"])
    def test_none_is_configured(self, project: Project, verb: str) -> None:
        found = refused(Project(project.root, None), 2, "database_url_missing", verb)
        assert "--database-url" in found["hint"]

    def test_without_one_check_compares_the_files_only(self, project: Project) -> None:
        answer = Project(project.root, None).run("check")
        assert (answer.status, answer.json["sides"]["database"]) == (0, None)
        assert answer.json["compared"] == {"CONSTRAINT": 1, "TABLE": 1}

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            (f"postgresql://u:{SECRET}@x@localhost/db", "database_url_invalid"),
            (f"postgresql://u:{SECRET}@localhost:port/db", "database_url_invalid"),
            (f"host=localhost password={SECRET} port", "database_url_invalid"),
        ],
    )
    def test_its_url_cannot_be_read(self, project: Project, url: str, code: str) -> None:
        refused(Project(project.root, None), 2, code, "apply", "--database-url", url)

    @pytest.mark.parametrize("verb", ["apply", "check", "status", "baseline"])
    @pytest.mark.parametrize(
        ("parameters", "code"),
        [
            ({"host": "nowhere.invalid"}, "host_unknown"),
            ({"dbname": "nowhere"}, "database_missing"),
            ({"user": "nobody_known"}, "role_missing"),
            ({"host": "127.0.0.1", "port": "1"}, "connection_refused"),
            ({"host": "/nowhere"}, "connection_refused"),
        ],
        ids=lambda one: one if isinstance(one, str) else "",
    )
    def test_it_is_not_there(
        self, project: Project, parameters: dict[str, str], code: str, verb: str
    ) -> None:
        wrong = elsewhere(project, password=SECRET, **parameters)
        refused(wrong, 3, code, verb, judge=project.url)

    def test_a_check_that_cannot_reach_it_still_compares_the_files(self, project: Project) -> None:
        answer = elsewhere(project, dbname="nowhere").run("check")
        assert answer.status == 3
        assert answer.json["in_sync"] is None
        assert answer.json["compared"] == {"CONSTRAINT": 1, "TABLE": 1}

    @pytest.mark.parametrize("verb", ["apply", "check", "status"])
    def test_the_password_is_wrong(self, project: Project, verb: str) -> None:
        with with_passwords(servers.default_install(), "the right one") as conninfo:
            wrong = Project(project.root, make_conninfo(conninfo, password=SECRET))
            right = make_conninfo(conninfo, password="the right one")
            refused(wrong, 3, "authentication_failed", verb, judge=right)
            refused(Project(project.root, conninfo), 3, "password_missing", verb, judge=right)

    def test_the_right_password_reaches_pg_dump_and_is_never_shown(self, project: Project) -> None:
        with with_passwords(servers.default_install(), SECRET) as conninfo:
            right = Project(project.root, make_conninfo(conninfo, password=SECRET))
            for verb in ("apply", "check", "status", "dump"):
                for answer in (right.command(verb, "-v"), right.run(verb)):
                    assert answer.status == 0, answer.err
                    assert_clean(answer)

    def test_a_pooler_shares_sessions_between_clients(
        self, project: Project, tmp_path: Path
    ) -> None:
        place = tmp_path / "pooler"
        place.mkdir()
        with transaction_pooler(project.url or "", place) as conninfo:
            pooled = Project(project.root, conninfo)
            refused(pooled, 3, "transaction_pooler", "apply", judge=project.url)
            answer = pooled.run("check")
            assert (answer.status, answer.drift) == (0, [])
            assert answer.json["sides"]["database"]["applied"] == 1

    def test_it_is_a_replica(self, project: Project) -> None:
        with replica(servers.default_install()) as conninfo:
            refused(Project(project.root, conninfo), 3, "read_only_replica", "apply")

    def test_a_replica_can_be_checked(self, project: Project) -> None:
        with replica(servers.default_install()) as conninfo:
            answer = Project(project.root, conninfo).run("check")
            assert answer.json["sides"]["database"]["objects"] == 0

    @pytest.mark.parametrize("verb", ["check", "diff"])
    def test_its_names_are_no_text(self, project: Project, verb: str) -> None:
        """A database in SQL_ASCII takes any bytes; it is made from one in UTF-8 here."""
        parameters = conninfo_to_dict(project.url or "")
        project.execute(
            f"UPDATE pg_database SET encoding = 0 WHERE datname = '{parameters['dbname']}'"
        )
        raw = make_conninfo(project.url or "", client_encoding="SQL_ASCII")
        with psycopg.connect(raw, autocommit=True) as session:
            session.execute(b"COMMENT ON TABLE good IS 'caf\xe9'")
        line = [verb, *(["migrations", "database"] if verb == "diff" else [])]
        refused(project, 3, "dump_not_utf8", *line)

    def test_it_takes_no_changes(self, project: Project) -> None:
        name = conninfo_to_dict(project.url or "")["dbname"]
        project.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        refused(project, 3, "database_read_only", "apply")

    @pytest.mark.parametrize("verb", ["apply", "check", "baseline"])
    def test_its_server_is_too_old(self, project: Project, tmp_path: Path, verb: str) -> None:
        with another_version(project.url or "", tmp_path, major=13) as conninfo:
            found = refused(
                Project(project.root, conninfo), 3, "server_too_old", verb, judge=project.url
            )
            assert "14" in found["message"]

    @pytest.mark.parametrize("verb", ["apply", "check"])
    def test_its_server_is_newer_than_all_we_have(
        self, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verb: str
    ) -> None:
        oldest = servers.INSTALLS[0]
        if oldest.major >= servers.default_install().major:
            pytest.skip("only one major is found")
        with only_programs_of(oldest, monkeypatch, tmp_path):
            refused(project, 3, "no_server_found", verb)

    def test_pg_dump_is_older_than_a_lent_server(
        self,
        project: Project,
        fresh_database: Callable[[Cluster], str],
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        oldest, newest = servers.INSTALLS[0], servers.INSTALLS[-1]
        if oldest.major >= newest.major:
            pytest.skip("only one major is found")
        lent = fresh_database(servers.cluster(newest))
        with only_programs_of(oldest, monkeypatch, tmp_path):
            refused(project, 3, "no_client_found", "dump", "--shadow-url", lent)

    def test_the_shadow_is_the_database_itself(self, project: Project) -> None:
        refused(project, 2, "shadow_is_target", "check", "--shadow-url", project.url or "")


class TestRights:
    """What a role may not do."""

    @pytest.fixture
    def poor(self, project: Project) -> Iterator[Project]:
        """The project as a role that may connect and nothing else."""
        role = f"poor_{os.getpid()}"
        project.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'")
        yield elsewhere(project, user=role, password=SECRET)
        project.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")

    def test_a_refusal_that_nobody_foresaw_is_the_servers_and_no_bug(
        self, project: Project, poor: Project
    ) -> None:
        project.execute("REVOKE EXECUTE ON FUNCTION pg_postmaster_start_time() FROM PUBLIC")
        found = refused(
            poor, 3, "server_refused", "diff", "database", "migrations", judge=project.url
        )
        assert "pg_postmaster_start_time" in found["message"]

    @pytest.mark.parametrize("verb", ["apply", "check", "status"])
    def test_the_history_may_not_be_read(self, project: Project, poor: Project, verb: str) -> None:
        found = refused(poor, 3, "history_unreadable", verb, judge=project.url)
        assert "GRANT SELECT" in found["hint"]

    def test_a_table_may_not_be_read(self, project: Project, poor: Project) -> None:
        project.execute("GRANT SELECT ON _migrations TO PUBLIC")
        found = refused(poor, 3, "dump_permission_denied", "check", judge=project.url)
        assert "good" in found["message"]

    def test_a_schema_may_not_be_entered(self, project: Project, poor: Project) -> None:
        project.execute(
            "GRANT SELECT ON _migrations, good TO PUBLIC; CREATE SCHEMA shut;"
            " CREATE TABLE shut.t (a integer)"
        )
        found = refused(poor, 3, "dump_permission_denied", "check", judge=project.url)
        assert "shut" in found["message"]

    def test_the_history_may_not_be_written(self, project: Project, poor: Project) -> None:
        project.execute("GRANT SELECT ON _migrations, good TO PUBLIC")
        project.execute(f"GRANT CREATE ON SCHEMA public TO poor_{os.getpid()}")
        (project.folder / "20250101000001_step.sql").write_text("CREATE TABLE more (a integer);")
        found = refused(poor, 3, "bookkeeping_failed", "apply", judge=project.url)
        assert "_migrations" in found["message"]

    def test_a_table_may_not_be_altered(self, project: Project, poor: Project) -> None:
        project.execute("GRANT ALL ON _migrations, good TO PUBLIC")
        found = refused(poor, 3, "statement_failed", "apply", judge=project.url)
        assert "must be owner" in found["message"]
        assert found["location"] == {
            "file": "migrations/20250101000001_step.sql",
            "line": 1,
            "column": 1,
        }


class TestTheMigrations:
    """What can be wrong with the folder and the files in it."""

    @pytest.mark.parametrize("verb", ["apply", "check", "dump", "status"])
    def test_the_folder_is_missing(self, project: Project, verb: str) -> None:
        for file in project.folder.iterdir():
            file.unlink()
        project.folder.rmdir()
        refused(project, BLOCKED.get(verb, 1), "migrations_folder_missing", verb)

    @pytest.mark.parametrize("verb", ["apply", "check", "dump", "status"])
    def test_a_file_may_not_be_read(self, project: Project, verb: str) -> None:
        (project.folder / "20250101000001_step.sql").chmod(0)
        with unprivileged(project.root):
            found = refused(project, BLOCKED.get(verb, 1), "migration_unreadable", verb)
        assert found["location"]["file"] == "migrations/20250101000001_step.sql"

    @pytest.mark.parametrize("verb", ["apply", "check", "dump", "run"])
    def test_a_statement_fails(self, project: Project, verb: str) -> None:
        project.migration("-- a comment\nCREATE TABLE fine (a integer);\n  SELECT nope FROM good;")
        line = [verb, *(["--", "true"] if verb == "run" else [])]
        place = {"file": "migrations/20250101000002_step.sql", "line": 3, "column": 10}
        if verb == "run":
            answer = project.command(*line)
            assert answer.status == 3
        else:
            found = refused(project, 3, "statement_failed", *line)
            assert found["location"] == place
            assert "nope" in found["message"]
            answer = project.command(*line)
        said = answer.out + answer.err
        assert "migrations/20250101000002_step.sql:3:10" in said
        assert_clean(answer)

    def test_a_statement_that_fails_only_on_the_database_leaves_what_ran_before_it(
        self, project: Project
    ) -> None:
        project.execute("CREATE TABLE in_the_way (a integer)")
        project.migration("CREATE TABLE fine (a integer);\nCREATE TABLE in_the_way (b text);")
        answer = project.run("apply")
        assert (answer.status, answer.codes) == (3, ["statement_failed"])
        assert answer.json["findings"][0]["location"]["line"] == 2
        rows = project.query("SELECT version FROM _migrations ORDER BY 1")
        assert rows == [("20250101000000",), ("20250101000001",)]
        assert ("fine",) not in project.query("SELECT relname::text FROM pg_class")
        assert "schema.sql" in project.files()

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"SELECT '\xff\xfe';", "migration_not_utf8"),
            (b"SELECT 1;\x00", "migration_nul"),
        ],
    )
    def test_a_file_is_no_script(self, project: Project, content: bytes, code: str) -> None:
        (project.folder / "20250101000002_broken.sql").write_bytes(content)
        for verb in ("apply", "dump", "check"):
            refused(project, BLOCKED.get(verb, 1), code, verb)


class TestTheSchemaFile:
    """What can be wrong with schema.sql: check says so and leaves it alone."""

    @pytest.fixture
    def settled(self, project: Project) -> Project:
        """A project with nothing pending."""
        assert project.run("apply").status == 0
        return project

    def test_it_is_missing(self, settled: Project) -> None:
        settled.schema_file.unlink()
        refused(settled, 1, "schema_file_missing", "check")
        refused(Project(settled.root, None), 1, "schema_file_missing", "check")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda text: b"", "schema_file_empty"),
            (lambda text: b"\n  \n", "schema_file_empty"),
            (lambda text: text[: len(text) // 2], "schema_file_truncated"),
            (lambda text: text[:-30], "schema_file_truncated"),
            (lambda text: text.replace(b"CREATE", b"\xff\xfe"), "schema_file_not_utf8"),
            (lambda text: text.replace(b"CREATE", b"\x00"), "schema_file_nul"),
            (
                lambda text: text.replace(
                    b"CREATE TABLE", b"<<<<<<< HEAD\nCREATE TABLE\n=======\n>>>>>>> x\nCREATE TABLE"
                ),
                "schema_file_conflict",
            ),
            (
                lambda text: text.replace(b"CREATE TABLE", b"CRATE TABLE"),
                "schema_file_does_not_load",
            ),
            (lambda text: b"<html><body>404</body></html>\n", "schema_file_does_not_load"),
            (lambda text: b"PGDMP\x01\x0e\x00\x04\x08\x01\x01", "schema_file_nul"),
        ],
        ids=[
            "empty",
            "blank",
            "cut in half",
            "without its end",
            "not UTF-8",
            "with a NUL",
            "with merge markers",
            "with a syntax error",
            "a web page",
            "a binary dump",
        ],
    )
    @pytest.mark.parametrize("beside", [True, False], ids=["with", "without database"])
    def test_it_is_not_what_it_should_be(
        self, settled: Project, change: Callable[[bytes], bytes], code: str, beside: bool
    ) -> None:
        settled.schema_file.write_bytes(change(settled.schema_file.read_bytes()))
        project = settled if beside else Project(settled.root, None)
        found = refused(project, 1, code, "check")
        assert found["location"]["file"] == "schema.sql"
        assert project.run("dump").status == 0
        assert settled.run("check").status == 0

    def test_a_syntax_error_in_it_has_a_place(self, settled: Project) -> None:
        text = settled.schema_file.read_text()
        settled.schema_file.write_text(text.replace("CREATE TABLE", "CRATE TABLE", 1))
        place = refused(settled, 1, "schema_file_does_not_load", "check")["location"]
        line = text[: text.index("CREATE TABLE")].count("\n") + 1
        assert place == {"file": "schema.sql", "line": line, "column": 1}

    def test_it_is_a_folder(self, settled: Project) -> None:
        settled.schema_file.unlink()
        settled.schema_file.mkdir()
        refused(settled, 1, "schema_file_is_directory", "check")


class TestTheConfiguration:
    """What can be wrong with trueup.toml and the command line."""

    def test_every_problem_of_trueup_toml_is_told_at_once_with_its_line(
        self, project: Project
    ) -> None:
        project.settings(
            'schemas = "public"\n'
            "privileges = 1\n"
            'migration_dir = "migrations"\n'
            "\n"
            "postgres = 9\n"
            'schema_file = "../outside.sql"\n'
        )
        before = project.files()
        answer, text = project.run("check"), project.command("check")
        assert project.files() == before
        assert (answer.status, text.status) == (2, 2)
        lines = sorted(finding["location"]["line"] for finding in answer.json["findings"])
        assert lines == [1, 2, 3, 5, 6]
        for number in lines:
            assert f"trueup.toml:{number}" in text.err
        assert all(finding["hint"] for finding in answer.json["findings"])

    def test_trueup_toml_is_not_toml(self, project: Project) -> None:
        project.settings('schemas = ["public"\nprivileges = true\n')
        found = refused(project, 2, "config_syntax", "check")
        assert found["location"]["file"] == "trueup.toml"
        assert found["location"]["line"] == 2

    def test_a_password_in_trueup_toml_is_warned_of_and_not_shown(self, project: Project) -> None:
        project.settings(f'database_url = "postgresql://me:{SECRET}@127.0.0.1:1/db"\n')
        alone = Project(project.root, None)
        answer, text = alone.run("check"), alone.command("check")
        assert (answer.status, text.status) == (3, 3)
        assert answer.codes == ["config_password", "connection_refused"]
        assert_clean(answer)
        assert_clean(text)

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (["check", "-C", "/nowhere/at/all"], "project_missing"),
            (["check", "--config", "/nowhere.toml"], "config_missing"),
            (["apply", "--to", "20990101000000"], "version_unknown"),
            (["check", "--nope"], "usage"),
            (["check", "extra"], "usage"),
            (["new"], "usage"),
        ],
        ids=["-C", "--config", "--to", "option", "argument", "no argument"],
    )
    def test_the_command_line_names_what_is_not_there(
        self, project: Project, line: list[str], code: str
    ) -> None:
        refused(project, 2, code, *line)

    def test_a_misspelt_command_is_told_the_one_it_resembles(self) -> None:
        answer = projects.call(["chekc"])
        assert answer.status == 2
        assert "is `trueup check` meant?" in answer.err

    def test_a_word_that_is_not_taken_points_to_the_help_of_its_command(self) -> None:
        answer = projects.call(["check", f"postgresql://me:{SECRET}@h/db"])
        assert answer.status == 2
        assert "`trueup check --help`" in answer.err
        assert_clean(answer)

    @pytest.mark.parametrize("line", [["nope"], ["check", "--format", "yaml"], ["--nope"]])
    def test_a_command_line_that_cannot_be_read_is_a_usage_error(self, line: list[str]) -> None:
        answer = projects.call(line)
        assert (answer.status, answer.out) == (2, "")
        assert "[usage]" in answer.err
        assert "--help" in answer.err
        assert_clean(answer)


@contextmanager
def unprivileged(root: Path) -> Iterator[None]:
    """Permission bits count inside, also where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    for path in (root, *root.parents):
        if path.stat().st_uid == 0 and path != Path("/") and "pytest" in str(path):
            path.chmod(0o755)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
