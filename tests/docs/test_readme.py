"""The README's sessions print what they show, and its first steps work as they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import servers
from docs.sessions import LEFT_OUT, Player, Step, read_session
from docs.texts import ROOT, fenced
from trueup.postgres.server.cluster import Cluster
from trueup.postgres.session.connection import parse

README = ROOT / "README.md"
SESSIONS = fenced(README, "console")
FIRST_STEPS = fenced(README, "sh")

# The database of the README: somebody's, with a baseline made of it.
OLD = """
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE
);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  total numeric(10,2) NOT NULL CHECK (total >= 0)
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
"""
Shell = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def app(pg: Cluster) -> str:
    """The conninfo of an empty database that is called app, as in the README."""
    with psycopg.connect(pg.conninfo(), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS app WITH (FORCE)")
        admin.execute("CREATE DATABASE app")
    return pg.conninfo("app")


@pytest.fixture
def environ(app: str, tmp_path: Path) -> dict[str, str]:
    """A shell in which `trueup` is this one and the database is `app`."""
    where = parse(app)
    who = {"NAME": "Ann", "EMAIL": "ann@example.invalid"}
    return {
        **os.environ,
        **{f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "TRUEUP_CACHE_DIR": str(servers.CACHE),
        "TRUEUP_DATABASE_URL": f"postgresql://{where['user']}@/app?host={where['host']}"
        f"&port={where['port']}",
        "NO_COLOR": "1",
        "HOME": str(tmp_path),
    }


@pytest.fixture
def shell(environ: dict[str, str], tmp_path: Path) -> Shell:
    """Runs a script in an empty git repository; its first command that fails ends it."""
    folder = tmp_path / "project"
    folder.mkdir()

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-ec", script], cwd=folder, env=environ, text=True, capture_output=True
        )

    assert run("git init --quiet --initial-branch=main").returncode == 0
    return run


def test_the_first_session_prints_what_it_shows(
    app: str, environ: dict[str, str], shell: Shell, tmp_path: Path
) -> None:
    with psycopg.connect(app, autocommit=True) as connection:
        connection.execute(OLD)
    assert shell("trueup init -q && trueup baseline -q").returncode == 0
    player = Player(tmp_path / "project", app, environ)
    for step in read_session(SESSIONS[0]):
        player.play(step)


def test_the_error_is_what_a_failing_migration_prints(
    app: str, environ: dict[str, str], shell: Shell, tmp_path: Path
) -> None:
    shown = re.search(r"--> (\S+?):(\d+):", SESSIONS[1])
    statement = re.search(r"^\d+ \| (.*)$", SESSIONS[1], re.M)
    assert shown and statement
    made = shell(
        "trueup init -q && trueup new add_refunds > made"
        f" && echo '{statement[1]}' >> $(cat made) && mkdir -p $(dirname {shown[1]})"
        f" && mv $(cat made) {shown[1]} && rm made"
        " && echo 'CREATE TABLE orders (id bigint PRIMARY KEY);'"
        f" > $(dirname {shown[1]})/20260101090000_orders.sql"
    )
    assert made.returncode == 0, made.stderr
    player = Player(tmp_path / "project", app, environ)
    for step in read_session(SESSIONS[1]):
        player.play(step)


@pytest.mark.parametrize("number", range(2), ids=["existing", "new"])
def test_the_first_five_minutes_work_as_written(app: str, shell: Shell, number: int) -> None:
    if number == 0:
        with psycopg.connect(app, autocommit=True) as connection:
            connection.execute(OLD)
    head, _, steps = FIRST_STEPS[number].partition("\n")
    assert head.startswith("export TRUEUP_DATABASE_URL=")
    done = shell(steps)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("in sync: 1 migration, schema.sql, database app")
    assert shell("git status --porcelain").stdout == ""


def test_a_session_that_lies_is_noticed(app: str, environ: dict[str, str], tmp_path: Path) -> None:
    player = Player(tmp_path, app, environ)
    player.play(Step("$ printf 'a\\nb\\nc\\n'", ("a", LEFT_OUT, "c")))
    for shown in (("a",), ("a", "c"), ("a", LEFT_OUT, "d"), ("b", LEFT_OUT)):
        with pytest.raises(AssertionError):
            player.play(Step("$ printf 'a\\nb\\nc\\n'", shown))
