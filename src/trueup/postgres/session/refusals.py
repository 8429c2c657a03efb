"""Why a connection failed, in words a user can act on.

libpq gives no SQLSTATE for a connection that was refused (the error holds only text), so the
text is what there is. What it does not tell apart is passed on as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from trueup.platform.supabase import SESSION_PORT


class _Cause(NamedTuple):
    code: str
    signs: tuple[str, ...]
    message: str
    hint: str


_OPEN_PG_HBA = (
    "add an entry to the server's pg_hba.conf, or allow this machine's address in the provider's "
    "network settings"
)
_CAUSES = (
    _Cause(
        "too_many_connections",
        (
            "too many clients already",
            "remaining connection slots",
            "too many connections for",
            "no more connections allowed",
            "max client connections reached",
        ),
        "{where} has no free connection",
        "wait, or end sessions that are not needed (see pg_stat_activity)",
    ),
    _Cause(
        "server_starting",
        (
            "is starting up",
            "is shutting down",
            "in recovery mode",
            "not yet accepting connections",
            "not accepting connections",
        ),
        "{where} is not ready for connections: it is starting, stopping or recovering",
        "wait for it (pg_isready tells), then run the command again",
    ),
    _Cause(
        "connection_not_allowed",
        ('no pg_hba.conf entry for host "[local]"', "pg_hba.conf rejects"),
        "{where} does not accept user {user} from this machine",
        _OPEN_PG_HBA,
    ),
    _Cause(
        "ssl_required",
        ("ssl is required", "ssl connection is required", "no encryption", "ssl off"),
        "{where} accepts only encrypted connections from here, or none at all",
        "add sslmode=require to the URL; if that is refused too, pg_hba.conf has no entry for you",
    ),
    _Cause(
        "ssl_failed",
        (
            "server does not support ssl",
            "certificate verify failed",
            "root certificate",
            "ssl error",
            "invalid sslmode",
        ),
        "no encrypted connection to {where}: {said}",
        "check sslmode and sslrootcert in the URL",
    ),
    _Cause(
        "connection_not_allowed",
        ("no pg_hba.conf entry",),
        "{where} does not accept user {user} from this machine",
        _OPEN_PG_HBA,
    ),
    _Cause(
        "password_missing",
        ("no password supplied",),
        "{where} asks for a password and none was given",
        "set PGPASSWORD, or add a line to ~/.pgpass, or put it into the URL in the environment",
    ),
    _Cause(
        "authentication_failed",
        ("peer authentication failed", "ident authentication failed"),
        "{where} takes only the system user of the same name for {user}",
        "run as that system user, or connect over TCP (host=localhost) with a password",
    ),
    _Cause(
        "authentication_failed",
        ("password authentication failed", "wrong password", "authentication failed"),
        "{where} did not accept the user or the password",
        "check user and password; in a URL, special characters of a password are "
        "percent-encoded (@ is %40)",
    ),
    _Cause(
        "role_missing",
        ("role ", "tenant or user not found"),
        "{where} has no role {user}",
        "check the user in the URL (without one, libpq takes your system user)",
    ),
    _Cause(
        "database_missing",
        ("database ", "no such database"),
        "{where}: there is no database {database}",
        "check the name in the URL, or create it: createdb {database}",
    ),
    _Cause(
        "connection_not_allowed",
        ("permission denied for database",),
        "{where}: user {user} may not connect to database {database}",
        "GRANT CONNECT ON DATABASE to that role, or take another",
    ),
    _Cause(
        "host_unknown",
        ("failed to resolve host", "could not translate host name", "name or service not known"),
        "the host of {where} is not known",
        "check the host in the URL and this machine's network",
    ),
    _Cause(
        "connection_timeout",
        ("timeout expired", "timed out"),
        "{where} did not answer in time",
        "check host, port and firewall; connect_timeout=30 in the URL waits longer",
    ),
    _Cause(
        "host_unreachable",
        ("network is unreachable", "no route to host", "cannot assign requested address"),
        "there is no network route to {where}",
        "the host may have only an IPv6 address (Supabase's direct one does): use the session "
        f"pooler's URL, port {SESSION_PORT}",
    ),
    _Cause(
        "connection_refused",
        ("connection refused", "no such file or directory", "is the server running"),
        "nothing listens at {where}",
        "start the server, or correct host and port",
    ),
    _Cause(
        "service_missing",
        ("definition of service", "service file"),
        "{where} is not defined",
        "add it to ~/.pg_service.conf, or name another service",
    ),
)

# Signs that are only half of one: both the word and this must be there.
_SECOND_SIGN = {"role ": "does not exist", "database ": "does not exist"}


def explain(
    said: str, where: str, parameters: Mapping[str, str], secrets: Sequence[str] = ()
) -> tuple[str, str, str]:
    """Code, message and hint for libpq's words about a failed connection.

    `where` is the described database and `parameters` those that were used. Where libpq is quoted,
    `secrets` are taken out.
    """
    lowered = said.lower()
    short = _essence(said)
    for secret in secrets:
        short = short.replace(secret, "***")
    for cause in _CAUSES:
        if any(_shows(sign, lowered) for sign in cause.signs):
            words = {
                "where": where,
                "said": short,
                "user": parameters.get("user") or where.split("@", 1)[0],
                "database": parameters.get("dbname") or where.rsplit("/", 1)[-1],
            }
            return cause.code, cause.message.format(**words), cause.hint.format(**words)
    return "connection_failed", f"no connection to {where}: {short}", "check the database URL"


def _shows(sign: str, lowered: str) -> bool:
    return sign in lowered and _SECOND_SIGN.get(sign, "") in lowered


def _essence(said: str) -> str:
    """The last thing said, without the words that lead to it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL:" in line]
    line = (fatal or lines or ["no reason given"])[-1]
    return line.rsplit("FATAL:", 1)[-1].rsplit(" failed: ", 1)[-1].strip()
