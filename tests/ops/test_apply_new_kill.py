"""Killed anywhere, a new migration is whole or gone: never a file without a row that was applied,
never a row without its file; and the next command brings schema.sql in line."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import projects
import servers
from tap import Tap, tapped
from trueup.config import load_settings
from trueup.errors import ConnectionFailed
from trueup.ops.agents.apply_new import NewMigration, apply_new
from trueup.postgres.server.cluster import Cluster
from trueup.workbench.project import Project

FORK = multiprocessing.get_context("fork")
KEY = "0b3f7c52"
WANTED = NewMigration("add_b", "CREATE TABLE b (id integer);\nINSERT INTO b VALUES (1);", key=KEY)
# Everything Python does to the file system on the way, told before it is done.
EVENTS = frozenset({"open", "os.link", "os.rename", "os.remove", "os.mkdir"})


class Place:
    """A project with one migration applied, and the means to run a call that dies."""

    def __init__(self, root: Path, url: str) -> None:
        self.files = projects.make(root, url)
        self.files.migration("CREATE TABLE a ();", name="start")
        assert self.files.run("apply").status == 0

    def project(self, url: str | None = None, **options: Any) -> Project:
        """As an op sees it."""
        environ = {"TRUEUP_DATABASE_URL": url or self.files.url or ""}
        return Project(load_settings(self.files.root, environ=environ), **options)

    def entries(self) -> list[str]:
        """What lies in the journal."""
        return [path.name for path in self.files.folder.glob(".trueup-*")]

    def new_files(self) -> list[str]:
        """The files besides the first, temporary ones too."""
        names = (path.name for path in self.files.folder.iterdir())
        return sorted(it for it in names if "start" not in it and it not in self.entries())

    def new_rows(self) -> list[tuple[str, bool]]:
        """The rows besides the first."""
        query = "SELECT version || '_' || name, success FROM _migrations WHERE name <> 'start'"
        return [(str(name), bool(done)) for name, done in self.files.query(query)]

    def assert_whole_or_gone(self) -> bool:
        """After the next command: whether the migration is there, all of it."""
        rows, files = self.new_rows(), self.new_files()
        assert [f"{name}.sql" for name, _ in rows] == files
        there = self.files.query("SELECT to_regclass('b')::text")[0][0] is not None
        assert there == bool(rows)
        assert ('"b"' in self.files.schema_file.read_text()) == bool(rows)
        assert self.entries() == []
        return bool(rows)

    def settle(self) -> bool:
        """The next command that writes, and what came of it."""
        repaired = self.files.run("repair", "--write")
        assert repaired.status == 0, repaired.out + repaired.err
        checked = self.files.run("check")
        assert checked.status == 0, checked.out + checked.err
        return self.assert_whole_or_gone()

    def finish(self) -> None:
        """The agent calls again with the same key: the migration is there once."""
        apply_new(self.project(), WANTED)
        assert self.assert_whole_or_gone()
        assert len(self.new_rows()) == 1
        assert self.files.query("SELECT id FROM b") == [(1,)]


@pytest.fixture
def make_place(pg: Cluster, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    made: list[Place] = []

    def make() -> Place:
        place = Place(tmp_path / str(len(made)), servers.fresh_database(pg))
        made.append(place)
        return place

    yield make


def child(place: Place, at: int, report: Any) -> None:
    """Runs the call and dies before the event number `at` (from 1) that is about its files."""
    seen = 0
    ours = (str(place.files.root),)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event not in EVENTS or not about(event, arguments, ours):
            return
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

    project = place.project()
    sys.addaudithook(hook)
    apply_new(project, WANTED)
    report.put(seen)
    report.close()
    report.join_thread()
    os._exit(0)


def about(event: str, arguments: tuple[Any, ...], ours: tuple[str, ...]) -> bool:
    """Whether an event changes something of the project."""
    if event == "open" and not (int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)):
        return False
    paths = [os.fsdecode(a) for a in arguments if isinstance(a, str | bytes | os.PathLike)]
    return any(path.startswith(ours) for path in paths)


def run_child(place: Place, at: int) -> int | None:
    """How many events there were, None where it was killed."""
    report: Any = FORK.Queue()
    process = FORK.Process(target=child, args=(place, at, report))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return report.get(timeout=10) if process.exitcode == 0 else None


def test_killed_before_any_step_on_the_file_system(make_place: Callable[[], Place]) -> None:
    """Every step in turn: the journal, its locks, the migration file, schema.sql, and what is
    taken away again."""
    outcomes = []
    for at in itertools.count(1):
        place = make_place()
        if run_child(place, at) is not None:
            break
        outcomes.append(place.settle())
        place.finish()
    assert len(outcomes) >= 10
    # Gone up to the step where the row is committed, there from then on.
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}


def apply_in_child(place: Place, url: str) -> None:
    with contextlib.suppress(Exception):
        apply_new(place.project(url), WANTED)
    os._exit(0)


def run_tapped(
    place: Place, folder: Path, at: int, when: Any, strike: Callable[[int, Any, Any], None]
) -> int:
    """Runs the call through a wire tap that strikes at a message; how many messages there were."""
    number: list[int] = []
    folder.mkdir()
    assert place.files.url
    with tapped(
        place.files.url,
        folder,
        at=at,
        when=when,
        strike=lambda one, other: strike(number[0], one, other),
    ) as tap:
        assert isinstance(tap, Tap)
        process = FORK.Process(target=apply_in_child, args=(place, tap.conninfo))
        with tap.lock:
            process.start()
            assert process.pid
            number.append(process.pid)
        process.join(120)
        assert not process.is_alive()
        return tap.seen


def kill(pid: int, _client: socket.socket, _server: socket.socket) -> None:
    os.kill(pid, signal.SIGKILL)


def cut(_pid: int, client: socket.socket, server: socket.socket) -> None:
    for end in (client, server):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("strike", [kill, cut])
def test_struck_at_any_message_to_the_database(
    make_place: Callable[[], Place], tmp_path: Path, strike: Any, when: str
) -> None:
    count = run_tapped(make_place(), tmp_path / "count", 0, when, kill)
    assert count >= 20
    outcomes = set()
    for at in range(1, count + 1):
        place = make_place()
        run_tapped(place, tmp_path / f"t{at}", at, when, strike)
        outcomes.add(place.settle())
        place.finish()
    assert outcomes == {False, True}


def test_a_database_that_goes_away_at_the_worst_moment_leaves_the_question_to_the_next_command(
    make_place: Callable[[], Place],
) -> None:
    """The server ends every session of ours while the migration runs: the file goes or stays as
    the database says when it is asked again."""
    place = make_place()
    query = "CREATE TABLE b (id integer);\nINSERT INTO b VALUES (1);\nSELECT pg_sleep(5);"
    with psycopg.connect(place.files.url or "", autocommit=True) as session:
        process = FORK.Process(target=apply_slowly, args=(place, query))
        process.start()
        while not session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active'"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE 'CREATE TABLE b%'"
        ).fetchall():
            assert process.is_alive()
        process.join(60)
    assert process.exitcode == 3
    assert place.settle() is False
    place.finish()


def apply_slowly(place: Place, query: str) -> None:
    try:
        apply_new(place.project(), NewMigration("add_b", query, key=KEY))
    except ConnectionFailed:
        os._exit(3)
    os._exit(0)
