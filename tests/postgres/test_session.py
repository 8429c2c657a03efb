"""Connections: what is said when there is none, and what can be asked of one."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

import servers
from pooler import transaction_pooler
from trueup.errors import ConnectionFailed, TrueupError, UsageError
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.session.connection import (
    connect,
    describe,
    identity,
    in_recovery,
    is_transaction_pooler,
    libpq_env,
    parse,
    reopen,
    server_identity,
    server_version,
)
from trueup.postgres.session.refusals import explain

SECRET = "s3cr3t/p@ss:w%rd"
ENCODED = "s3cr3t%2Fp%40ss%3Aw%25rd"


def refusal(conninfo: str) -> TrueupError:
    with pytest.raises(TrueupError) as caught:
        connect(conninfo)
    error = caught.value
    assert SECRET not in f"{error.message}{error.hint}{error.subject}"
    assert error.message and error.hint
    return error


@pytest.fixture(scope="module")
def guarded() -> Iterator[Cluster]:
    """A server that asks everybody but its superuser for a password."""
    with ephemeral_cluster(servers.default_install()) as cluster:
        with connect(cluster.conninfo()) as admin:
            admin.execute("SET password_encryption = 'scram-sha-256'")
            admin.execute(f"CREATE ROLE ada LOGIN PASSWORD '{SECRET}'")
            admin.execute("CREATE ROLE busy LOGIN CONNECTION LIMIT 0")
            admin.execute("CREATE DATABASE closed CONNECTION LIMIT 0")
            admin.execute("REVOKE CONNECT ON DATABASE template1 FROM PUBLIC")
            (cluster.data_dir / "pg_hba.conf").write_text(
                "local all postgres trust\nlocal all busy trust\nlocal all banned reject\n"
                "local all peered peer map=nobody\nlocal all ada,ghost scram-sha-256\n"
            )
            admin.execute("SELECT pg_reload_conf()")
            until_refused(cluster, "banned")
        yield cluster


def until_refused(cluster: Cluster, user: str) -> None:
    """The reload reaches new connections a moment later."""
    for _ in range(10_000):
        with pytest.raises(ConnectionFailed) as caught:
            connect(make_conninfo(cluster.conninfo(), user=user))
        if caught.value.code == "connection_not_allowed":
            return
    raise AssertionError("pg_hba.conf was not read")


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"user": "ada", "password": "wrong"}, "authentication_failed", "password"),
        ({"user": "ada"}, "password_missing", "asks for a password"),
        ({"user": "ghost", "password": SECRET}, "authentication_failed", "password"),
        ({"user": "peered"}, "authentication_failed", "system user"),
        ({"user": "banned"}, "connection_not_allowed", "banned"),
        ({"user": "stranger"}, "connection_not_allowed", "stranger"),
        ({"user": "busy"}, "too_many_connections", "no free connection"),
        ({"dbname": "nope"}, "database_missing", "nope"),
        ({"dbname": "nope", "user": "ada", "password": SECRET}, "database_missing", "nope"),
        ({"dbname": "template1", "user": "ada", "password": SECRET}, "connection_not_allowed", ""),
        ({"host": "/nowhere"}, "connection_refused", "/nowhere"),
        ({"host": "nobody.invalid"}, "host_unknown", "nobody.invalid"),
        ({"sslmode": "nonsense"}, "ssl_failed", "nonsense"),
        ({"service": "nowhere"}, "service_missing", "nowhere"),
    ],
)
def test_each_refusal_says_what_is_wrong(
    guarded: Cluster, changes: dict[str, str], code: str, words: str
) -> None:
    error = refusal(make_conninfo(guarded.conninfo(), **changes))
    assert (error.code, error.exit_status) == (code, 3)
    assert words in f"{error.message} {error.hint}"


def test_a_missing_role_is_named(database: str) -> None:
    error = refusal(make_conninfo(database, user="nobody_here"))
    assert error.code == "role_missing"
    assert "nobody_here" in error.message


def test_the_right_password_lets_in_from_a_url(guarded: Cluster) -> None:
    host = str(guarded.socket_dir).replace("/", "%2F")
    with connect(f"postgresql://ada:{ENCODED}@{host}/postgres") as conn:
        assert conn.info.user == "ada"


def test_a_server_that_shuts_down_is_said_to_be_not_ready() -> None:
    with ephemeral_cluster(servers.default_install()) as cluster:
        with connect(cluster.conninfo()):
            assert cluster.pid is not None
            os.kill(cluster.pid, signal.SIGTERM)  # waits for the session to end
            code = ""
            for _ in range(10_000):
                try:
                    connect(cluster.conninfo()).close()
                except ConnectionFailed as error:
                    code = error.code
                    break
        assert code == "server_starting"


def test_a_port_where_nobody_listens_is_refused() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        error = refusal(f"postgresql://ada:{ENCODED}@127.0.0.1:{port}/db")
    assert error.code == "connection_refused"
    assert error.message == f"nothing listens at ada@127.0.0.1:{port}/db"


def test_a_server_that_never_answers_times_out() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        error = refusal(f"host=127.0.0.1 port={port} connect_timeout=2 password={SECRET}")
    assert error.code == "connection_timeout"


# As servers and poolers in the field say it; those above are asked of a real server.
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("FATAL:  sorry, too many clients already", "too_many_connections"),
        (
            "FATAL:  remaining connection slots are reserved for superusers",
            "too_many_connections",
        ),
        ("FATAL:  no more connections allowed (max_client_conn)", "too_many_connections"),
        ("FATAL:  Max client connections reached", "too_many_connections"),
        ("FATAL:  the database system is starting up", "server_starting"),
        ("FATAL:  the database system is not yet accepting connections", "server_starting"),
        (
            'FATAL:  no pg_hba.conf entry for host "1.2.3.4", user "u", database "d", SSL off',
            "ssl_required",
        ),
        (
            'FATAL:  no pg_hba.conf entry for host "1.2.3.4", user "u", no encryption',
            "ssl_required",
        ),
        (
            'FATAL:  no pg_hba.conf entry for host "1.2.3.4", user "u", database "d",'
            " SSL encryption",
            "connection_not_allowed",
        ),
        ("FATAL:  SSL connection is required. Please specify SSL options", "ssl_required"),
        ("server does not support SSL, but SSL was required", "ssl_failed"),
        ('root certificate file "/x/root.crt" does not exist', "ssl_failed"),
        ("SSL error: certificate verify failed", "ssl_failed"),
        ("FATAL:  Tenant or user not found", "role_missing"),
        ("FATAL:  no such database: d", "database_missing"),
        ("Network is unreachable", "host_unreachable"),
        ("FATAL:  something nobody has seen yet", "connection_failed"),
    ],
)
def test_what_servers_say_is_understood(said: str, code: str) -> None:
    text = f'connection to server at "h" (1.2.3.4), port 5432 failed: {said}'
    got, message, hint = explain(text, "u@h:5432/d", {})
    assert got == code
    assert message and hint and "{" not in message + hint


def test_an_unknown_reason_is_passed_on_without_the_password() -> None:
    _, message, _ = explain(f"FATAL:  odd {SECRET} thing", "u@h:5432/d", {}, [SECRET])
    assert message == "no connection to u@h:5432/d: odd *** thing"


@pytest.mark.parametrize(
    "conninfo",
    [
        "postgresql://ada:s3cr3t@x@host/db",
        "postgresql://ada:s3cr3t/x@host/db",
        "postgresql://ada:s3cr3t%zz@host/db",
        "postgresql://ada:s3cr3t@host:port/db",
        "postgresql://ada:s3cr3t:x/y@host:5432/db",
        "postgresql://ada:s3cr3t@host/db?s3cr3t=1",
        "mysql://ada:s3cr3t@host/db",
        "s3cr3t",
        "host='s3cr3t",
        "host=h password=s3cr3t port=s3cr3t",
        "host=/nowhere password=s3cr3t connect_timeout=s3cr3t",
    ],
)
def test_an_unreadable_url_is_a_usage_error_that_quotes_nothing(conninfo: str) -> None:
    with pytest.raises(UsageError) as caught:
        connect(conninfo)
    assert (caught.value.code, caught.value.exit_status) == ("database_url_invalid", 2)
    assert "s3cr3t" not in f"{caught.value}{caught.value.hint}"


def test_a_database_is_described_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    url = f"postgresql://ada:{ENCODED}@db.example:6000/app?sslmode=require"
    assert describe(url) == "ada@db.example:6000/app"
    assert describe("host=a,b port=1,2 user=u dbname=d") == "u@a:1,b:2/d"
    assert describe("host=a,b port=7 user=u") == "u@a:7,b:7/u"
    assert describe("service=prod password=x") == "service prod"
    monkeypatch.setenv("PGHOST", "from.env")
    assert describe("user=u dbname=d") == "u@from.env:5432/d"


@pytest.mark.parametrize(
    "conninfo",
    [
        f"postgresql://ada:{ENCODED}@h1:1,h2:2/app?sslmode=require&options=-csearch_path%3Dx",
        f"host=h1,h2 port=1,2 user=ada dbname=app password='{SECRET}' sslmode=require"
        " options='-csearch_path=x'",
    ],
)
def test_a_child_process_gets_the_password_in_its_environment_only(conninfo: str) -> None:
    env, public = libpq_env(conninfo)
    assert env == {"PGPASSWORD": SECRET}
    assert parse(public) == {
        "host": "h1,h2",
        "port": "1,2",
        "user": "ada",
        "dbname": "app",
        "sslmode": "require",
        "options": "-csearch_path=x",
    }


def test_without_a_password_the_environment_is_left_alone() -> None:
    assert libpq_env("service=prod sslpassword=x") == ({}, "service=prod")


def test_a_database_is_the_same_by_any_road(
    pg: Cluster, database: str, fresh_database: Callable[[Cluster], str]
) -> None:
    url = f"postgresql:///{parse(database)['dbname']}?host={pg.socket_dir}&user=postgres"
    with connect(database) as one, connect(url) as same, connect(fresh_database(pg)) as other:
        assert identity(one) == identity(same) != identity(other)
        assert server_identity(one) == server_identity(other)


def test_servers_started_from_one_snapshot_are_different(pg: Cluster) -> None:
    with (
        ephemeral_cluster(pg.install) as second,
        connect(pg.conninfo()) as one,
        connect(second.conninfo()) as other,
    ):
        ids = [c.execute("SELECT system_identifier FROM pg_control_system()") for c in (one, other)]
        assert ids[0].fetchone() == ids[1].fetchone()
        assert identity(one) != identity(other)


def test_a_role_without_rights_sees_the_same_identity(pg: Cluster, database: str) -> None:
    with connect(database) as admin:
        admin.execute("CREATE ROLE plain_one LOGIN")
        try:
            with connect(make_conninfo(database, user="plain_one")) as conn:
                assert identity(conn) == identity(admin)
        finally:
            admin.execute("DROP ROLE plain_one")


def test_the_version_is_that_of_the_server(each_pg: Cluster) -> None:
    with connect(each_pg.conninfo()) as conn:
        assert server_version(conn) == (each_pg.install.major, each_pg.version)
        assert not in_recovery(conn)


def test_a_session_is_ready_for_scripts(database: str) -> None:
    with connect(make_conninfo(database, client_encoding="LATIN1")) as conn:
        assert conn.autocommit
        assert conn.execute("SHOW client_encoding").fetchone() == ("UTF8",)
        assert conn.execute("SHOW application_name").fetchone() == ("trueup",)
    with connect(make_conninfo(database, application_name="mine")) as conn:
        assert conn.execute("SHOW application_name").fetchone() == ("mine",)


def test_a_direct_connection_is_no_pooler_and_one_behind_it_is(
    database: str, tmp_path: Path
) -> None:
    with connect(database) as conn:
        assert not is_transaction_pooler(conn, database)
    with transaction_pooler(database, tmp_path) as pooled, connect(pooled) as conn:
        assert is_transaction_pooler(conn, pooled)


def test_a_session_opened_anew_has_what_was_set_for_new_ones(database: str) -> None:
    with connect(database) as conn:
        conn.execute(f"ALTER DATABASE {conn.info.dbname} SET search_path = elsewhere")
        before = conn.info.backend_pid
        reopen(conn)
        assert conn.info.backend_pid != before
        assert conn.execute("SHOW search_path").fetchone() == ("elsewhere",)
        assert conn.execute("SHOW client_encoding").fetchone() == ("UTF8",)


def test_a_session_that_cant_be_opened_anew_says_why() -> None:
    with ephemeral_cluster(servers.default_install()) as cluster:
        conn = connect(cluster.conninfo())
    with pytest.raises(ConnectionFailed) as caught:
        reopen(conn)
    assert caught.value.code == "connection_refused"
    conn.close()
