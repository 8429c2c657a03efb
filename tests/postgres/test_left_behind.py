"""Whatever ends a run, no process and no folder of it stays."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import servers
from postgres.places_for_tests import open_folder
from trueup.postgres.server import places
from trueup.postgres.server.cluster import base_snapshot, ephemeral_cluster
from trueup.postgres.server.reap import reap_stale
from trueup.postgres.server.rundir import run_directory

DEFAULT = servers.default_install()

FORK = multiprocessing.get_context("fork")
# Tells where its cluster is, then waits for whatever the test does to it.
HOLD = """
    with ephemeral_cluster(install) as cluster:
        print(cluster.pid, cluster.data_dir, flush=True)
        time.sleep(600)
"""


@dataclass(slots=True)
class Holder:
    """A process with a cluster of its own."""

    process: subprocess.Popen[str]
    server: int
    data: Path

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@contextmanager
def running(script: str) -> Iterator[Holder]:
    base_snapshot(DEFAULT)
    process = subprocess.Popen(
        [sys.executable, "-c", _program(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        server, data = process.stdout.readline().split()
        yield Holder(process, int(server), Path(data))
    finally:
        process.kill()
        process.communicate()


def _program(script: str) -> str:
    head = f"""
        import os, signal, sys, threading, time
        from trueup.errors import Interrupted
        from trueup.postgres.server.cluster import ephemeral_cluster
        from trueup.postgres.server.install import choose_server
        install = choose_server({DEFAULT.major})
    """
    return textwrap.dedent(head) + textwrap.dedent(script)


def _left(runtime: Path) -> list[Path]:
    """What is in the runtime folder; an early interrupt may come before there is one."""
    return list(runtime.iterdir()) if runtime.exists() else []


def _alive(pid: int) -> bool:
    """Alive and not a zombie: in a container, nobody may wait for an orphan."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while _alive(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"


def test_what_a_killed_run_left_is_removed_by_the_next(runtime: Path) -> None:
    with running(HOLD) as holder:
        holder.end(signal.SIGKILL)
        assert _alive(holder.server)
        with ephemeral_cluster(DEFAULT) as cluster:
            assert not _alive(holder.server)
            assert list(runtime.iterdir()) == [cluster.data_dir.parent]
    assert _left(runtime) == []


def test_orphans_are_found_where_an_earlier_run_had_to_put_them(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_folder() as tmp:
        monkeypatch.delenv("TRUEUP_RUNTIME_DIR")
        monkeypatch.setattr(places, "_runtime_bases", lambda: iter((runtime.parent, tmp)))
        (tmp / runtime.name / "n-33333333").mkdir(parents=True)
        os.utime(tmp / runtime.name / "n-33333333", (0, 0))
        reap_stale()
        assert _left(tmp / runtime.name) == []


def test_each_orphan_is_counted(runtime: Path) -> None:
    with running(HOLD) as one, running(HOLD) as other:
        one.end(signal.SIGKILL)
        other.end(signal.SIGKILL)
        assert reap_stale() == 2
        assert reap_stale() == 0
    assert _left(runtime) == []


def test_a_cluster_whose_run_lives_is_never_touched(runtime: Path) -> None:
    with running(HOLD) as holder, ephemeral_cluster(DEFAULT) as own:
        assert reap_stale() == 0
        assert _alive(holder.server)
        assert holder.data.is_dir()
        psycopg.connect(own.conninfo()).close()


def test_a_server_that_was_killed_too_leaves_no_shared_memory(runtime: Path) -> None:
    with running(HOLD) as holder:
        segment = (holder.data / "postmaster.pid").read_text().splitlines()[6].split()
        assert segment in _shared_memory()
        os.kill(holder.server, signal.SIGKILL)
        holder.end(signal.SIGKILL)
        _until_dead(holder.server)
        assert segment in _shared_memory()
        assert reap_stale() == 1
    assert segment not in _shared_memory()
    assert _left(runtime) == []


def test_a_server_killed_under_a_living_run_leaves_nothing(runtime: Path) -> None:
    with ephemeral_cluster(DEFAULT) as cluster:
        assert cluster.pid is not None
        segment = (cluster.data_dir / "postmaster.pid").read_text().splitlines()[6].split()
        os.kill(cluster.pid, signal.SIGKILL)
    assert segment not in _shared_memory()
    assert _servers_below(runtime) == []
    assert _left(runtime) == []


def _shared_memory() -> list[list[str]]:
    return [row.split()[:2] for row in Path("/proc/sysvipc/shm").read_text().splitlines()]


def test_backends_of_an_orphan_are_ended_with_it(runtime: Path) -> None:
    with running(HOLD) as holder:
        conninfo = f"host={holder.data.parent / 's'} user=postgres dbname=postgres"
        with psycopg.connect(conninfo, autocommit=True) as connection:
            backend = connection.info.backend_pid
            os.kill(holder.server, signal.SIGKILL)
            holder.end(signal.SIGKILL)
            reap_stale()
            assert not _alive(backend)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_cleans_up_after_itself(how: signal.Signals, runtime: Path) -> None:
    script = """
        def stop(number, frame): raise Interrupted("stop")
        for number in (signal.SIGTERM, signal.SIGHUP): signal.signal(number, stop)
    """
    with running(textwrap.dedent(script) + textwrap.dedent(HOLD)) as holder:
        assert holder.end(how) != 0
        assert not _alive(holder.server)
    assert _left(runtime) == []


def test_a_hail_of_interrupts_does_not_stop_the_cleaning(runtime: Path) -> None:
    script = """
        def hail():
            for _ in range(400):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.0005)
        with ephemeral_cluster(install) as cluster:
            print(cluster.pid, cluster.data_dir, flush=True)
            threading.Thread(target=hail, daemon=True).start()
            time.sleep(600)
    """
    with running(script) as holder:
        assert holder.process.wait(30) != 0
        assert not _alive(holder.server)
    assert _left(runtime) == []


@pytest.mark.parametrize("after_ms", [0, 5, 10, 20, 30, 40, 60, 80])
def test_an_interrupt_while_the_server_starts_leaves_nothing(after_ms: int, runtime: Path) -> None:
    script = f"""
        print(0, "-", flush=True)
        threading.Timer({after_ms} / 1000, os.kill, (os.getpid(), signal.SIGINT)).start()
        for _ in range(100):
            with ephemeral_cluster(install):
                pass
    """
    with running(script) as holder:
        assert holder.process.wait(30) == -signal.SIGINT
    assert _left(runtime) == []
    assert _servers_below(runtime) == []


@pytest.mark.parametrize("after_ms", [0, 2, 5, 10, 20, 30])
def test_an_interrupt_while_a_cluster_is_kept_leaves_all_or_nothing(
    after_ms: int, runtime: Path, tmp_path: Path
) -> None:
    script = f"""
        with ephemeral_cluster(install) as cluster:
            print(cluster.pid, cluster.data_dir, flush=True)
            threading.Timer({after_ms} / 1000, os.kill, (os.getpid(), signal.SIGINT)).start()
            cluster.freeze(Path({str(tmp_path / "kept")!r}))
            time.sleep(600)
    """
    with running("from pathlib import Path\n" + textwrap.dedent(script)) as holder:
        assert holder.process.wait(30) == -signal.SIGINT
        assert not _alive(holder.server)
    assert _left(runtime) == []
    assert [entry.name for entry in tmp_path.iterdir()] in ([], ["kept"])
    if (tmp_path / "kept").exists():
        with ephemeral_cluster(DEFAULT, tmp_path / "kept") as cluster:
            psycopg.connect(cluster.conninfo()).close()


def test_an_interrupt_while_the_first_snapshot_is_made_leaves_nothing(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = """
        os.environ["TRUEUP_CACHE_DIR"] = sys.argv[0] and os.environ["FRESH_CACHE"]
        print(0, "-", flush=True)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with ephemeral_cluster(install):
            pass
    """
    monkeypatch.setenv("FRESH_CACHE", str(tmp_path))
    with running(script) as holder:
        assert holder.process.wait(30) == -signal.SIGINT
    assert _left(runtime) == []
    assert _servers_below(runtime) == []
    assert [e for e in (tmp_path / "clusters").iterdir() if e.suffix != ".lock"] == []


def _servers_below(folder: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(folder) in (process / "cwd").readlink().as_posix():
                found.append((process / "cmdline").read_text())
    return found


def test_a_run_that_never_leaves_its_block_cleans_up_at_exit(runtime: Path) -> None:
    script = """
        kept = ephemeral_cluster(install)
        cluster = kept.__enter__()
        print(cluster.pid, cluster.data_dir, flush=True)
    """
    with running(script) as holder:
        assert holder.process.wait(30) == 0
        assert not _alive(holder.server)
    assert _left(runtime) == []


def test_a_forked_child_that_ends_takes_nothing_with_it(runtime: Path) -> None:
    script = """
        with ephemeral_cluster(install) as cluster:
            if os.fork() == 0:
                sys.exit(0)
            os.wait()
            print(cluster.pid, cluster.data_dir, flush=True)
            time.sleep(600)
    """
    with running(script) as holder:
        assert _alive(holder.server)
        assert holder.data.is_dir()
        holder.end(signal.SIGINT)
    assert _left(runtime) == []


def test_a_process_that_only_took_over_the_number_is_not_killed(runtime: Path) -> None:
    with running(HOLD) as holder, subprocess.Popen(["sleep", "600"]) as bystander:
        os.kill(holder.server, signal.SIGQUIT)
        holder.end(signal.SIGKILL)
        _until_dead(holder.server)
        record = holder.data / "postmaster.pid"
        record.write_text(f"{bystander.pid}\n{holder.data}\n")
        assert reap_stale() == 1
        assert bystander.poll() is None
        bystander.kill()


def test_somebody_who_looks_at_an_orphan_is_not_killed_with_it(runtime: Path) -> None:
    with running(HOLD) as holder, subprocess.Popen(["sleep", "600"], cwd=holder.data) as bystander:
        os.kill(holder.server, signal.SIGKILL)
        holder.end(signal.SIGKILL)
        assert reap_stale() == 1
        assert bystander.poll() is None
        bystander.kill()
    assert _servers_below(runtime) == []


def test_a_link_among_the_clusters_is_left_alone(runtime: Path, tmp_path: Path) -> None:
    with ephemeral_cluster(DEFAULT):
        (tmp_path / "owner").write_text("")
        (runtime / "c-deadbeef").symlink_to(tmp_path)
        assert reap_stale() == 0
        assert (tmp_path / "owner").exists()
        (runtime / "c-deadbeef").unlink()


def test_a_folder_that_was_never_finished_is_removed_when_it_is_old(runtime: Path) -> None:
    with ephemeral_cluster(DEFAULT):
        new, old = runtime / "n-11111111", runtime / "n-22222222"
        for folder in (new, old):
            folder.mkdir()
        os.utime(old, (0, 0))
        assert reap_stale() == 1
        assert new.is_dir()
        assert not old.exists()
        new.rmdir()


def test_the_last_run_takes_the_folder_of_all_runs_with_it(runtime: Path) -> None:
    with ephemeral_cluster(DEFAULT), ephemeral_cluster(DEFAULT):
        assert len(_left(runtime)) == 2
    assert not runtime.exists()


def test_runs_that_begin_and_end_at_the_same_time_do_not_trip_over_that(runtime: Path) -> None:
    def often() -> None:
        for _ in range(300):
            with run_directory() as run:
                assert run.sockets.is_dir()

    processes = [FORK.Process(target=often) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert not runtime.exists()
