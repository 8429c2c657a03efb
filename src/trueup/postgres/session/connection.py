"""A connection: made with a clear error when it can't be, and what can be asked of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from trueup.errors import ConnectionFailed, UsageError
from trueup.platform import supabase
from trueup.platform.postgres import PORT
from trueup.postgres.session.interrupt import checkpoint, watch
from trueup.postgres.session.refusals import explain

Connection = psycopg.Connection[Any]

# Never in argv, never in a message.
_SECRETS = ("password", "sslpassword")
# How often two sessions are watched for sharing a server process.
_PROBES = 3


def connect(
    conninfo: str, *, application_name: str = "trueup", connect_timeout: int = 10
) -> Connection:
    """An open session: autocommit, UTF-8, no prepared statements of its own.

    `conninfo` is any libpq URI or conninfo; what it says about application_name and
    connect_timeout (seconds) wins over the arguments. Prepared statements are off because
    DISCARD ALL and transaction poolers would drop them behind psycopg's back.

    Raises UsageError where conninfo can't be read, ConnectionFailed where nobody answers or the
    server refuses; neither ever holds a password.
    """
    parameters = parse(conninfo)
    if "connect_timeout" not in parameters and not os.environ.get("PGCONNECT_TIMEOUT"):
        parameters["connect_timeout"] = str(connect_timeout)
    parameters["client_encoding"] = "UTF8"
    parameters.setdefault("fallback_application_name", application_name)
    checkpoint()
    try:
        session = psycopg.connect(
            make_conninfo("", **parameters), autocommit=True, prepare_threshold=None
        )
    except psycopg.ProgrammingError:
        raise _unreadable("one of its values is not what libpq takes there") from None
    except psycopg.Error as refusal:
        raise _refused(str(refusal), parameters) from None
    watch(session)
    return session


def reopen(conn: Connection) -> None:
    """A new session for the same connection object, with what ALTER ROLE or ALTER DATABASE ... SET
    have changed since. Raises ConnectionFailed."""
    try:
        conn.pgconn.reset()
    except psycopg.OperationalError as refusal:
        raise _refused(str(refusal), _parameters_of(conn)) from None
    if conn.pgconn.status != pq.ConnStatus.OK:
        said = conn.pgconn.error_message.decode(errors="replace")
        raise _refused(said, _parameters_of(conn))
    conn.pgconn.nonblocking = 1  # psycopg relies on it, and PQreset forgets it


def _parameters_of(conn: Connection) -> dict[str, str]:
    return conn.info.get_parameters() | {"password": conn.info.password}


def parse(conninfo: str) -> dict[str, str]:
    """The parameters in a libpq URI or conninfo; the environment's are not among them.

    libpq's own messages quote what they can't read, and that may be a piece of the password:
    none of them is passed on. Raises UsageError.
    """
    try:
        parameters = {k: str(v) for k, v in conninfo_to_dict(conninfo).items() if v is not None}
    except (psycopg.ProgrammingError, UnicodeError):
        raise _unreadable("it is neither a PostgreSQL URL nor key=value pairs") from None
    if "://" in conninfo and _stray_at(conninfo):
        raise _unreadable("it has an @ that is not percent-encoded")
    ports = parameters.get("port", "")
    if not all(port == "" or port.isdecimal() for port in ports.split(",")):
        raise _unreadable("its port is not a number")
    return parameters


def _stray_at(uri: str) -> bool:
    """Whether libpq would take part of the password for the host or the database: it reads up to
    the first @ or / (conninfo_uri_parse_options in fe-connect.c)."""
    rest = uri.split("://", 1)[1].split("?", 1)[0]
    authority, _, path = rest.partition("/")
    return "@" in path or authority.count("@") > 1


def _unreadable(why: str) -> UsageError:
    return UsageError(
        f"the database URL cannot be read: {why}",
        code="database_url_invalid",
        hint="write postgresql://user@host:5432/dbname; in a password, encode @ as %40, / as %2F, "
        ": as %3A, # as %23, ? as %3F and % as %25",
    )


def _refused(said: str, parameters: Mapping[str, str]) -> ConnectionFailed:
    where = _describe(parameters)
    secrets = [parameters[key] for key in _SECRETS if parameters.get(key)]
    code, what, hint = explain(said, where, parameters, secrets)
    return ConnectionFailed(what, code=code, hint=hint, subject=where)


def describe(conninfo: str) -> str:
    """`user@host:port/dbname` for messages, with libpq's defaults filled in, without password."""
    return _describe(parse(conninfo))


def _describe(parameters: Mapping[str, str]) -> str:
    if "service" in parameters:
        return f"service {parameters['service']}"
    values = _defaults() | {key: value for key, value in parameters.items() if value}
    user = values.get("user", "")
    hosts = (values.get("host") or values.get("hostaddr") or "localhost").split(",")
    ports = (values.get("port") or str(PORT)).split(",")
    ports = ports * len(hosts) if len(ports) == 1 else ports
    places = ",".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=False))
    return f"{user}@{places}/{values.get('dbname') or user}"


def _defaults() -> dict[str, str]:
    """What libpq takes from the environment and its own defaults."""
    options = pq.Conninfo.get_defaults()
    return {o.keyword.decode(): o.val.decode(errors="replace") for o in options if o.val}


def libpq_env(conninfo: str) -> tuple[dict[str, str], str]:
    """For a child process such as pg_dump: variables to add to its environment, and the conninfo
    to put in its argv, which anybody on the machine can read. A key's `sslpassword` has no
    variable in libpq and is left out."""
    parameters = parse(conninfo)
    secret = parameters.get("password")
    public = {key: value for key, value in parameters.items() if key not in _SECRETS}
    return ({"PGPASSWORD": secret} if secret else {}), make_conninfo("", **public)


def server_identity(conn: Connection) -> str:
    """Equal exactly for sessions on the same running server, whatever URL led there.

    The moment the postmaster started (microseconds) and its port. Not the system identifier:
    copies of one data directory and physical replicas share it, and not every role may read it.
    """
    row = conn.execute(
        "SELECT extract(epoch FROM pg_postmaster_start_time())::numeric::text,"
        " current_setting('port')"
    ).fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return ":".join(row)


def identity(conn: Connection) -> str:
    """Equal exactly for sessions in the same database of the same running server."""
    row = conn.execute(
        "SELECT oid::text FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None  # noqa: S101 - we are connected to it
    return f"{server_identity(conn)}:{row[0]}"


def lasting_identity(conn: Connection) -> dict[str, str]:
    """What tells a database from others and outlives restarts of its server: its oid and, where
    the role may read it, the cluster's system identifier (else "")."""
    row = conn.execute(
        "SELECT oid::text FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
    ).fetchone()
    assert row is not None  # noqa: S101 - we are connected to it
    try:
        system = conn.execute(
            "SELECT system_identifier::text FROM pg_catalog.pg_control_system()"
        ).fetchone()
    except psycopg.Error:
        system = None
    return {"oid": row[0], "system": system[0] if system else ""}


def server_version(conn: Connection) -> tuple[int, str]:
    """The major version and the version's text: `(17, "17.10")`."""
    text = conn.info.parameter_status("server_version") or "0"
    return conn.info.server_version // 10000, text.split(" ", 1)[0]


def in_recovery(conn: Connection) -> bool:
    """Whether the server is a read-only replica (or still recovering)."""
    row = conn.execute("SELECT pg_is_in_recovery()").fetchone()
    return bool(row and row[0])


def is_read_only(conn: Connection) -> bool:
    """Whether transactions of this session are read-only unless they say otherwise."""
    row = conn.execute("SELECT current_setting('default_transaction_read_only')::bool").fetchone()
    return bool(row and row[0])


def backend_pid(conn: Connection) -> int:
    """The process that serves this session now; behind a transaction pooler it changes."""
    row = conn.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return int(row[0])


def is_transaction_pooler(conn: Connection, conninfo: str) -> bool:
    """Whether something in between lends a server process per transaction, not per session.

    A direct connection was told its server process when it was made, and pg_backend_pid() agrees.
    Where it does not, a pooler answers; then a second session that gets the first one's process
    while that is still open proves that sessions share. Supabase's transaction port is taken at
    its word. A pooler too busy to lend us the same process twice may go unnoticed. `conninfo` is
    what `conn` was made from.
    """
    if supabase.is_transaction_pooler(conn.info.host, conn.info.port):
        return True
    first = backend_pid(conn)
    if first == conn.info.backend_pid:
        return False
    with connect(conninfo) as second:
        return any(
            backend_pid(second) == first or backend_pid(conn) != first for _ in range(_PROBES)
        )
