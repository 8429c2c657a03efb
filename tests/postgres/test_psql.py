"""A file leaves a database as psql would have left it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import servers
from trueup.postgres.run.file import run_file
from trueup.postgres.session.connection import Connection, connect, libpq_env

CLEAN = "DROP TABLE IF EXISTS log; CREATE TABLE log (id serial, said text)"


@pytest.fixture(scope="module")
def psql() -> Path:
    """psql of the default major; that of 18.6 drops what follows an empty query after a COPY."""
    tool = servers.default_install().tool("psql")
    if not tool.exists():
        pytest.skip(f"there is no {tool}")
    return tool


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


def log(conn: Connection) -> list[str]:
    return [said for (said,) in conn.execute("SELECT said FROM log ORDER BY id").fetchall()]


def as_psql(psql: Path, conn: Connection, conninfo: str, text: str) -> list[str]:
    conn.execute(CLEAN)
    env, public = libpq_env(conninfo)
    arguments = [str(psql), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", public, "-f", "-"]
    done = subprocess.run(
        arguments, input=text.encode(), env={"LC_ALL": "C", **env}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return log(conn)


def as_trueup(conn: Connection, text: str) -> list[str]:
    conn.execute(CLEAN)
    run_file(conn, text, "m.sql")
    return log(conn)


SAID = st.text(st.sampled_from("a;'\"$\\:-/*()\té "), max_size=8)


def _inserted(said: str) -> st.SearchStrategy[str]:
    literals = [
        "'" + said.replace("'", "''") + "'",
        " E'" + said.replace("\\", "\\\\").replace("'", "\\'") + "'",
        "$x$" + said.replace("$", "") + "$x$",
        "'a'\n  '" + said.replace("'", "''") + "'",
    ]
    return st.sampled_from(literals).map(lambda one: f"INSERT INTO log (said) VALUES ({one});\n")


def _copied(rows: list[str]) -> str:
    data = "".join(row.replace("\\", "\\\\").replace("\t", "\\t") + "\n" for row in rows)
    return f"COPY log (said) FROM stdin;\n{data}\\.\n"


def _as_csv(rows: list[str]) -> str:
    data = "".join('"' + row.replace('"', '""') + '"\n' for row in rows)
    return f"COPY log (said) FROM stdin WITH (FORMAT csv);\n{data}\\.\n"


ROWS = st.lists(SAID, max_size=3)
PIECES = st.one_of(
    SAID.flatmap(_inserted),
    ROWS.map(_copied),
    ROWS.map(_as_csv),
    st.sampled_from(
        [
            "\\echo '; it''s' \\\\ INSERT INTO log (said) VALUES ('after');\n",
            "INSERT INTO log (said)\n\\echo between\nVALUES ('around');\n",
            "\\set v 1\n",
            "\\restrict abc\n\\unrestrict abc\n",
            "-- it's; a comment\n",
            "/* it's; /* a */ nested; */\n",
            "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql"
            " BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;\n",
            "DO $$ BEGIN INSERT INTO log (said) VALUES ('done'); END $$;\n",
            "BEGIN;\nINSERT INTO log (said) VALUES ('kept');\nCOMMIT;\n",
            "BEGIN;\nINSERT INTO log (said) VALUES ('gone');\nROLLBACK;\n",
            "VACUUM log;\n",
            "INSERT INTO log (said) SELECT (ARRAY['x','y'])[1:2]::text;\n",
            ";;\n",
        ]
    ),
)


@given(st.lists(PIECES, max_size=8))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_script_does_what_psql_does(
    conn: Connection, database: str, psql: Path, pieces: list[str]
) -> None:
    text = "".join(pieces)
    assert as_trueup(conn, text) == as_psql(psql, conn, database, text)


def test_windows_line_ends_are_read_as_psql_reads_them(
    conn: Connection, database: str, psql: Path
) -> None:
    text = (
        "INSERT INTO log (said) VALUES ('a\r\nb');\r\nCOPY log (said) FROM stdin;\r\nc\r\n\\.\r\n"
    )
    assert as_trueup(conn, text) == as_psql(psql, conn, database, text) == ["a\r\nb", "c"]
