from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import servers
from postgres.places_for_tests import DAEMON, as_user, needs_root, open_folder
from trueup.errors import CannotTell, ServerUnavailable
from trueup.postgres.server.cluster import Cluster, base_snapshot, ephemeral_cluster
from trueup.postgres.server.tree import publish

DEFAULT = servers.default_install()


def _value(conninfo: str, query: str) -> object:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def _execute(conninfo: str, *statements: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


def test_every_major_found_starts_and_is_the_version_it_was_said_to_be(each_pg: Cluster) -> None:
    answer = _value(each_pg.conninfo(), "SHOW server_version")
    assert str(answer).split()[0] == each_pg.version == each_pg.install.version


def test_a_new_cluster_has_two_databases_in_utf8_and_one_superuser(runtime: Path) -> None:
    with ephemeral_cluster(DEFAULT) as cluster:
        query = "SELECT string_agg(datname || pg_encoding_to_char(encoding), ' ' ORDER BY datname)"
        assert _value(cluster.conninfo(), f"{query} FROM pg_database") == (
            "postgresUTF8 template1UTF8"
        )
        assert _value(cluster.conninfo(), "SELECT current_user") == "postgres"


def test_objects_that_want_logical_decoding_raise_no_warning(each_database: str) -> None:
    with psycopg.connect(each_database, autocommit=True) as connection:
        notices: list[str] = []
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
        connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
        connection.execute("CREATE PUBLICATION p FOR ALL TABLES")
        assert notices == []


def test_it_listens_on_no_network_port(pg: Cluster) -> None:
    assert pg.pid is not None
    inodes = {
        link.removeprefix("socket:[").removesuffix("]")
        for link in _open_files(pg.pid)
        if link.startswith("socket:")
    }
    tcp = "".join(Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6"))
    assert inodes
    assert not {line.split()[9] for line in tcp.splitlines()} & inodes


def _open_files(pid: int) -> list[str]:
    return [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]


def test_no_variable_of_libpq_leads_elsewhere_or_changes_the_session(
    pg: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        for name, value in {
            "PGHOST": "127.0.0.1",
            "PGHOSTADDR": "127.0.0.1",
            "PGPORT": str(trap.getsockname()[1]),
            "PGUSER": "nobody",
            "PGDATABASE": "elsewhere",
            "PGOPTIONS": "-c search_path=elsewhere",
            "PGSSLMODE": "require",
            "PGCHANNELBINDING": "require",
            "PGTARGETSESSIONATTRS": "standby",
            "PGCLIENTENCODING": "LATIN1",
        }.items():
            monkeypatch.setenv(name, value)
        assert _value(pg.conninfo(), "SHOW search_path") == '"$user", public'
        assert _value(pg.conninfo(), "SHOW client_encoding") == "UTF8"
        assert _value(pg.conninfo(), "SHOW data_directory") == str(pg.data_dir)


def test_any_database_name_survives_the_conninfo(pg: Cluster) -> None:
    name = 'it\'s \\ a "name" = x'
    quoted = '"' + name.replace('"', '""') + '"'
    _execute(pg.conninfo(), f"CREATE DATABASE {quoted}")
    try:
        assert _value(pg.conninfo(name), "SELECT current_database()") == name
    finally:
        _execute(pg.conninfo(), f"DROP DATABASE {quoted}")


def test_the_server_sees_nothing_of_our_environment_files_or_terminal(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "a-secret")
    monkeypatch.setenv("MY_TOKEN", "a-secret")
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        with ephemeral_cluster(DEFAULT) as cluster:
            assert cluster.pid is not None
            environment = Path(f"/proc/{cluster.pid}/environ").read_bytes()
            assert b"a-secret" not in environment
            assert str(tmp_path / "ours") not in _open_files(cluster.pid)
            assert Path(f"/proc/{cluster.pid}/fd/0").readlink() == Path("/dev/null")
            assert os.getsid(cluster.pid) != os.getsid(0)


@needs_root
def test_root_hands_the_server_to_somebody_else(pg: Cluster) -> None:
    assert Path(f"/proc/{pg.pid}").stat().st_uid != 0


@needs_root
def test_another_user_cannot_reach_the_socket(pg: Cluster) -> None:
    def connect() -> str:
        path = str(pg.socket_dir / ".s.PGSQL.5432")
        with socket.socket(socket.AF_UNIX) as plug, pytest.raises(PermissionError):
            plug.connect(path)
        return "refused"

    assert as_user(DAEMON, connect) == "refused"


@needs_root
def test_a_user_who_is_not_root_can_do_all_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_RUNTIME_DIR", str(folder / "run"))
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(folder / "cache"))
    for name in ("run", "cache"):
        (folder / name).mkdir()
        os.chown(folder / name, DAEMON, DAEMON)

    def use() -> str:
        with ephemeral_cluster(DEFAULT) as cluster:
            found = cluster.data_dir.stat()
        return f"{found.st_uid} {stat.S_IMODE(found.st_mode):o}"

    assert as_user(DAEMON, use) == f"{DAEMON} 700"
    assert not (folder / "run" / f"trueup-{DAEMON}").exists()


def test_nothing_is_left_when_the_block_ends(runtime: Path) -> None:
    with ephemeral_cluster(DEFAULT) as cluster:
        pid = cluster.pid
        assert len(list(runtime.iterdir())) == 1
    assert not runtime.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_nothing_is_left_when_the_block_raises(runtime: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        ephemeral_cluster(DEFAULT) as cluster,
        psycopg.connect(cluster.conninfo()) as connection,
    ):
        pid = cluster.pid
        connection.execute("SELECT 1/1")
        _ = 1 / 0
    assert not runtime.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_busy_backend_does_not_hold_up_the_end(runtime: Path) -> None:
    with ephemeral_cluster(DEFAULT) as cluster:
        connection = psycopg.connect(cluster.conninfo(), autocommit=True)
        asleep = threading.Thread(target=_ignore_errors, args=(connection, "SELECT pg_sleep(600)"))
        asleep.start()
        query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(600)'"
        while _value(cluster.conninfo(), query) != 1:
            pass
    asleep.join(5)
    assert not asleep.is_alive()
    assert not runtime.exists()


def _ignore_errors(connection: psycopg.Connection, statement: str) -> None:
    try:
        connection.execute(statement)
    except psycopg.Error:
        connection.close()


def test_two_clusters_at_once_share_nothing(runtime: Path) -> None:
    with ephemeral_cluster(DEFAULT) as one, ephemeral_cluster(DEFAULT) as other:
        _execute(one.conninfo(), "CREATE TABLE t ()", "CREATE ROLE r")
        assert _value(other.conninfo(), "SELECT to_regclass('t')") is None
        assert _value(other.conninfo(), "SELECT count(*) FROM pg_roles WHERE rolname = 'r'") == 0


def test_clusters_start_from_several_threads_at_once(runtime: Path) -> None:
    def version(_: int) -> object:
        with ephemeral_cluster(DEFAULT) as cluster:
            return _value(cluster.conninfo(), "SHOW server_version_num")

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(version, range(6)))
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert not runtime.exists()


@pytest.mark.parametrize("umask", [0, 0o077])
def test_the_umask_changes_nothing(umask: int, runtime: Path) -> None:
    before = os.umask(umask)
    try:
        with ephemeral_cluster(DEFAULT) as cluster:
            assert _value(cluster.conninfo(), "SELECT 1") == 1
    finally:
        os.umask(before)


def test_a_frozen_cluster_comes_back_with_its_data(
    each_pg: Cluster, runtime: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "cache" / "kept"
    with ephemeral_cluster(each_pg.install) as cluster:
        pid = cluster.pid
        _execute(
            cluster.conninfo(),
            "CREATE DATABASE app",
            "CREATE ROLE somebody",
            "ALTER SYSTEM SET listen_addresses = '*'",
        )
        _execute(cluster.conninfo("app"), "CREATE TABLE t AS SELECT generate_series(1, 1000) AS i")
        cluster.freeze(kept)
        assert not Path(f"/proc/{pid}").exists()
        assert cluster.pid is None
    assert not runtime.exists()
    for _ in range(2):
        with ephemeral_cluster(each_pg.install, kept) as again:
            assert _value(again.conninfo("app"), "SELECT sum(i) FROM t") == 500500
            assert _value(again.conninfo(), "SELECT 'somebody'::regrole::text") == "somebody"
            assert _value(again.conninfo(), "SHOW listen_addresses") == ""
            _execute(again.conninfo("app"), "DROP TABLE t")


def test_tablespaces_inside_the_cluster_are_kept(runtime: Path, tmp_path: Path) -> None:
    with ephemeral_cluster(DEFAULT) as cluster:
        _execute(
            cluster.conninfo(),
            "CREATE TABLESPACE inside LOCATION ''",
            "CREATE TABLE t TABLESPACE inside AS SELECT 1 AS i",
        )
        cluster.freeze(tmp_path / "kept")
    with ephemeral_cluster(DEFAULT, tmp_path / "kept") as again:
        assert _value(again.conninfo(), "SELECT i FROM t") == 1


def test_the_first_of_two_frozen_clusters_stays(runtime: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        with ephemeral_cluster(DEFAULT) as cluster:
            _execute(cluster.conninfo(), f"CREATE TABLE t AS SELECT {number} AS i")
            cluster.freeze(tmp_path / "kept")
    with ephemeral_cluster(DEFAULT, tmp_path / "kept") as again:
        assert _value(again.conninfo(), "SELECT i FROM t") == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]


def test_a_cluster_that_cannot_be_kept_is_an_error_and_leaves_nothing(
    runtime: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(ServerUnavailable) as caught,
        ephemeral_cluster(DEFAULT) as cluster,
    ):
        cluster.freeze(tmp_path / "file" / "kept")
    assert caught.value.code == "freeze_failed"
    assert not runtime.exists()


def test_a_server_that_does_not_start_shows_the_end_of_its_log(
    runtime: Path, tmp_path: Path
) -> None:
    shutil.copytree(base_snapshot(DEFAULT), tmp_path / "data")
    with (tmp_path / "data" / "postgresql.conf").open("a") as file:
        file.write("\nno_such_setting_at_all = 1\n")
    publish(tmp_path / "data", tmp_path / "bad")
    with pytest.raises(ServerUnavailable) as caught, ephemeral_cluster(DEFAULT, tmp_path / "bad"):
        pytest.fail("it started")
    assert caught.value.code == "server_start_failed"
    assert 'unrecognized configuration parameter "no_such_setting_at_all"' in caught.value.message
    assert not runtime.exists()


@pytest.mark.parametrize("damage", ["emptied", "removed", "all"])
def test_a_damaged_snapshot_is_refused_and_removed(
    damage: str, runtime: Path, tmp_path: Path
) -> None:
    snapshot = tmp_path / "snapshot"
    shutil.copytree(base_snapshot(DEFAULT), snapshot)
    victim = snapshot / "global" / "pg_control"
    if damage == "emptied":
        victim.write_bytes(b"")
    elif damage == "removed":
        victim.unlink()
    else:
        shutil.rmtree(snapshot)
    with pytest.raises(ServerUnavailable) as caught, ephemeral_cluster(DEFAULT, snapshot):
        pytest.fail("it started")
    assert caught.value.code == "snapshot_damaged"
    assert list(tmp_path.iterdir()) == []
    assert not runtime.exists()


def test_a_damaged_base_is_made_again(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path))
    base = base_snapshot(DEFAULT)
    (base / "PG_VERSION").write_text("")
    with ephemeral_cluster(DEFAULT) as cluster:
        assert _value(cluster.conninfo(), "SELECT 1") == 1
    assert base_snapshot(DEFAULT) == base
    assert (base / "PG_VERSION").read_text() == f"{DEFAULT.major}\n"


def test_a_cache_that_cannot_be_written_is_an_error(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_CACHE_DIR", str(tmp_path))
    (tmp_path / "clusters").write_text("in the way")
    with pytest.raises(CannotTell) as caught, ephemeral_cluster(DEFAULT):
        pytest.fail("it started")
    assert caught.value.code == "cache_write_failed"
    assert not runtime.exists()


def test_failing_statements_are_not_written_to_the_log(each_pg: Cluster) -> None:
    with pytest.raises(psycopg.errors.InvalidPassword):
        _execute(each_pg.conninfo(), "DO $$BEGIN RAISE SQLSTATE '28P01'; END$$ -- hush-hush")
    assert "hush-hush" not in each_pg.log_tail(1000)


def test_two_runs_that_need_the_first_base_at_once_both_get_it(
    runtime: Path, tmp_path: Path
) -> None:
    script = (
        "from trueup.postgres.server.install import choose_server\n"
        "from trueup.postgres.server.cluster import ephemeral_cluster\n"
        f"with ephemeral_cluster(choose_server({DEFAULT.major})) as cluster: print(cluster.pid)\n"
    )
    environment = {**os.environ, "TRUEUP_CACHE_DIR": str(tmp_path)}
    runs = [
        subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len({run.communicate()[0] for run in runs}) == 3
    names = [entry.name for entry in (tmp_path / "clusters").iterdir()]
    assert len([name for name in names if not name.endswith(".lock")]) == 1
    assert not runtime.exists()


def test_a_link_in_a_snapshot_is_not_followed(runtime: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot"
    shutil.copytree(base_snapshot(DEFAULT), snapshot)
    (tmp_path / "secret").write_text("not for the server")
    (snapshot / "postgresql.auto.conf").unlink()
    (snapshot / "postgresql.auto.conf").symlink_to(tmp_path / "secret")
    with pytest.raises(ServerUnavailable) as caught, ephemeral_cluster(DEFAULT, snapshot):
        pytest.fail("it started")
    assert caught.value.code == "snapshot_damaged"
    assert (tmp_path / "secret").exists()
