"""Whatever ends an apply, and wherever: nothing is half done, and the next apply finishes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import gates
import projects
import servers
from gates import ALONE, GATES
from projects import Project
from trueup.postgres.server.cluster import Cluster
from trueup.shadow.cache import Cache

WHOLE, NOTHING = (True, 3), (None, 0)
# One migration of the story can't be one transaction, which check mentions.
REMARKS = ["replay_note"]


class Ground:
    """Folders of our own for cache, servers and temporary files, so that all that a killed run
    leaves behind is there to be seen."""

    def __init__(self) -> None:
        # Short, for a socket's path; open, for the account that servers run as.
        self.root = Path(tempfile.mkdtemp(prefix="tk", dir=_memory()))
        self.root.chmod(0o755)
        for name in ("cache", "run", "tmp"):
            (self.root / name).mkdir(mode=0o755)
        (self.root / "tmp").chmod(0o1777)

    @property
    def environ(self) -> dict[str, str]:
        """What leads trueup there."""
        return {
            "TRUEUP_CACHE_DIR": str(self.root / "cache"),
            "TRUEUP_RUNTIME_DIR": str(self.root / "run"),
            "TMPDIR": str(self.root / "tmp"),
        }

    def clusters(self) -> list[Path]:
        """The folders of throwaway servers."""
        return list((self.root / "run").glob("*/c-*"))

    def assert_nothing_left(self, *, killed: bool = False) -> None:
        """No server, no folder of one, no temporary file, no intent. A killed run may have left
        a file on its way into the cache, which goes when it is old."""
        assert gates.processes_in(self.root) == []
        assert self.clusters() == []
        assert list((self.root / "tmp").iterdir()) == []
        assert killed or list(self.root.rglob("cache/**/.*")) == []
        assert list(self.root.glob("cache/intents/*")) == []


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    made = Ground()
    yield made
    shutil.rmtree(made.root)


@pytest.fixture
def project(pg: Cluster, tmp_path: Path, ground: Ground) -> Project:
    """A project with the story's migrations and an empty database."""
    made = projects.make(tmp_path / "project", servers.fresh_database(pg))
    made.environ.update(ground.environ)
    for sql in gates.story():
        made.migration(sql)
    return made


@pytest.fixture(autouse=True)
def _no_debris(ground: Ground) -> Iterator[None]:
    """What a killed run left in the cache is no business of the next test."""
    yield
    for left in ground.root.rglob("cache/**/.*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def apply(project: Project) -> subprocess.Popen[str]:
    return project.start("apply", "--format", "json")


def finish(project: Project, ground: Ground) -> None:
    """The next apply ends what was begun; after it all is there once, and nothing else."""
    gates.alone(project)
    found = gates.state(project)
    for number, one in enumerate(found):
        assert one in (WHOLE, NOTHING) or (number == ALONE and one[0] is False), (number, one)
    answer = projects.finish(apply(project))
    if found[ALONE][0] is False:
        clean_up_after_the_lone_one(project, answer)
        answer = projects.finish(apply(project))
    assert answer.status == 0, answer.out + answer.err
    assert len(answer.json["applied"]) == sum(one != WHOLE for one in found)
    assert gates.state(project) == [WHOLE] * len(found)
    checked = project.run("check")
    assert (checked.status, checked.codes, checked.drift) == (0, REMARKS, [])
    ground.assert_nothing_left(killed=True)


def clean_up_after_the_lone_one(project: Project, refusal: projects.Answer) -> None:
    """Nothing runs on top of a migration that stopped half way; the way out is told."""
    assert (refusal.status, refusal.codes) == (1, ["migration_failed"])
    version = refusal.json["findings"][0]["subject"]
    assert f"trueup repair --retry {version} --write" in refusal.json["findings"][0]["hint"]
    project.execute(
        f"DROP TABLE IF EXISTS m{ALONE}_a, m{ALONE}_z; DELETE FROM ledger WHERE step = {ALONE}"
    )
    assert project.run("repair", "--retry", version, "--write").status == 0


@pytest.mark.parametrize("number", GATES)
def test_a_killed_apply_leaves_whole_migrations_and_the_next_one_finishes(
    project: Project, ground: Ground, number: int
) -> None:
    with gates.held(project, number) as session:
        process = apply(project)
        gates.waits_at(session, number, process)
        process.kill()
        process.communicate()
    finish(project, ground)


def test_the_next_apply_waits_for_what_a_killed_one_left_running(
    project: Project, ground: Ground
) -> None:
    with gates.held(project, 3) as session:
        process = apply(project)
        gates.waits_at(session, 3, process)
        process.kill()
        process.communicate()
        following = apply(project)
        assert following.stderr is not None
        assert "waiting for the migration lock" in following.stderr.readline()
    answer = projects.finish(following)
    assert answer.status == 0, answer.err
    assert [done["version"][-1] for done in answer.json["applied"]] == list("23456")
    finish(project, ground)


@pytest.mark.parametrize("victim", ["worker", "lock", "both"])
@pytest.mark.parametrize("number", [3, 10, 13])
def test_a_server_process_that_is_ended_takes_only_its_own_migration_with_it(
    project: Project, ground: Ground, number: int, victim: str
) -> None:
    with gates.held(project, number) as session:
        process = apply(project)
        worker = gates.waits_at(session, number, process)
        others = {
            "worker": "pid = %(worker)s",
            "lock": "pid <> %(worker)s",
            "both": "true",
        }
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'trueup%%'"
            f" AND {others[victim]}",
            {"worker": worker},
        )
        if victim != "lock":
            answer = projects.finish(process)
    if victim == "lock":
        answer = projects.finish(process)
    if (victim, number) == ("lock", GATES[-1]):
        assert answer.status == 0  # nobody needs the lock after the last one
    else:
        assert (answer.status, answer.codes) == (
            3,
            ["lock_lost" if victim == "lock" else "connection_lost"],
        )
    assert "Traceback" not in answer.err
    finish(project, ground)


@pytest.mark.parametrize("number", [5, 7, 10])
@pytest.mark.parametrize("what", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_an_interrupted_apply_leaves_nothing_behind_and_says_so(
    project: Project, ground: Ground, number: int, what: signal.Signals
) -> None:
    with gates.held(project, number) as session:
        process = apply(project)
        gates.waits_at(session, number, process)
        process.send_signal(what)
        answer = projects.finish(process)
    assert (answer.status, answer.codes) == (130, ["interrupted"])
    assert "Traceback" not in answer.err
    ground.assert_nothing_left()
    gates.alone(project)
    assert gates.state(project)[number // 2] in (NOTHING, (False, 1), (False, 3))
    finish(project, ground)


SHADOW_STATES = {
    "its folder is there": "*/c-*",
    "its data is copied": "*/c-*/data/PG_VERSION",
    "it starts": "*/c-*/data/postmaster.pid",
    "it listens": "*/c-*/s/.s.PGSQL.5432",
}


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGTERM], ids=lambda one: one.name)
@pytest.mark.parametrize("mark", SHADOW_STATES.values(), ids=SHADOW_STATES.keys())
def test_an_apply_that_ends_while_it_rehearses_has_not_touched_the_database(
    project: Project, ground: Ground, mark: str, what: signal.Signals
) -> None:
    never_seen_before(project)
    process = apply(project)
    gates.until(lambda: any((ground.root / "run").glob(mark)))
    process.send_signal(what)
    answer = projects.finish(process)
    if what is signal.SIGTERM:
        assert answer.status == 130
        ground.assert_nothing_left()
    assert gates.state(project) == [NOTHING] * len(gates.story())
    assert not project.schema_file.exists()
    finish(project, ground)


def never_seen_before(project: Project) -> None:
    """So that nothing of the rehearsal is in the cache."""
    first = min(project.folder.glob("*.sql"))
    first.write_text(f"-- {random.random()}\n{first.read_text()}")


@pytest.mark.parametrize("seed", range(12))
def test_an_apply_killed_at_any_moment_leaves_whole_migrations(
    project: Project, ground: Ground, seed: int
) -> None:
    """The moments are spread over the time from the first session to the end of the process."""
    never_seen_before(project)
    process = apply(project)
    ours = (
        "SELECT FROM pg_stat_activity WHERE application_name LIKE 'trueup%'"
        " AND datname = current_database()"
    )
    with project.connect() as session:
        gates.until(lambda: gates.exists(session, ours))
    try:
        process.wait(timeout=(seed + random.Random(seed).random()) * 0.12)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    finish(project, ground)


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGTERM], ids=lambda one: one.name)
def test_an_apply_that_ends_while_it_reads_the_database_has_applied_everything(
    project: Project, ground: Ground, what: signal.Signals
) -> None:
    """pg_dump waits for a table that the test has locked."""
    waiting = (
        "SELECT FROM pg_stat_activity WHERE application_name = 'pg_dump'"
        " AND wait_event_type = 'Lock' AND datname = current_database()"
    )
    with gates.held(project, 13) as session, project.connect() as locker:
        process = apply(project)
        gates.waits_at(session, 13, process)
        locker.autocommit = False
        locker.execute("LOCK TABLE m0_a IN ACCESS EXCLUSIVE MODE")
        session.execute("SELECT pg_advisory_unlock_all()")
        gates.until(lambda: gates.exists(session, waiting))
        process.send_signal(what)
        projects.finish(process)
        rows = session.execute("SELECT FROM _migrations WHERE success").fetchall()
        assert len(rows) == len(gates.story())
        assert project.schema_file.exists()
        if what is signal.SIGTERM:
            ground.assert_nothing_left()
    finish(project, ground)


@pytest.fixture
def small_disk(project: Project) -> Iterator[Path]:
    """A folder of the project with room for one page; full room again once it is unmounted."""
    place = project.root / "db"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(place)]
    if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    yield place
    if place.is_mount():
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_full_for_schema_sql_leaves_the_old_one_and_the_next_command_writes_it(
    project: Project, ground: Ground, small_disk: Path
) -> None:
    project.settings('schema_file = "db/schema.sql"')
    columns = ", ".join(f"column_{number} integer" for number in range(200))
    first = min(project.folder.glob("*.sql"))
    first.write_text(f"CREATE TABLE wide ({columns});\n{first.read_text()}")
    answer = projects.finish(apply(project))
    assert (answer.status, answer.codes) == (3, ["write_failed"])
    assert "no space left" in answer.err
    assert "Traceback" not in answer.err
    assert "the migrations are applied and recorded" in answer.err
    assert list(small_disk.iterdir()) == []
    assert gates.state(project) == [WHOLE] * len(gates.story())
    told = ["interrupted_command", "replay_note", "schema_file_missing"]
    assert project.run("check").codes == told
    subprocess.run(["umount", str(small_disk)], check=True)
    assert project.run("check").codes == told
    assert "schema.sql is in place now" in project.run("repair", "--write").err
    checked = project.run("check")
    assert (checked.status, checked.codes) == (0, REMARKS)
    finish(project, ground)


def test_what_a_killed_apply_meant_to_write_is_not_written_once_the_migrations_are_others(
    project: Project, ground: Ground
) -> None:
    with gates.held(project, 13) as session:
        process = apply(project)
        gates.waits_at(session, 13, process)
        process.kill()
        process.communicate()
    gates.alone(project)
    max(project.folder.glob("*.sql")).unlink()
    answer = project.run("check")
    assert answer.status == 1
    assert "schema_file_missing" in answer.codes
    assert "interrupted_command" in answer.codes
    project.run("repair", "--write")
    assert not project.schema_file.exists()
    assert "interrupted_command" not in project.run("check").codes
    ground.assert_nothing_left(killed=True)


def test_what_a_killed_run_left_half_written_in_the_cache_goes_when_it_is_old(
    tmp_path: Path,
) -> None:
    cache = Cache(tmp_path)
    left = [tmp_path / "results" / ".new-a", tmp_path / "snapshots" / ".new-b" / "file"]
    for path in left:
        path.parent.mkdir(parents=True)
        path.write_text("half")
    cache.store_result("k", {})
    cache.trim()
    assert all(path.exists() for path in left)
    for path in (left[0], left[1].parent):
        os.utime(path, (0, 0))
    cache.store_result("l", {})
    cache.trim()
    assert not any(path.exists() for path in left)
