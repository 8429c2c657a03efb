"""The demo's story: real commands with their real output, on a throwaway server."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from trueup.postgres.server.cluster import ephemeral_cluster
from trueup.postgres.server.install import choose_server

_OLD_DATABASE = """
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  total numeric(10,2) NOT NULL CHECK (total >= 0)
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
CREATE VIEW big_orders AS SELECT id, customer_id FROM orders WHERE total > 1000;
"""
_MIGRATION = """
CREATE TABLE customer_segments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  criteria jsonb NOT NULL
);
ALTER TABLE customers ADD COLUMN segment_id bigint REFERENCES customer_segments;
"""
_BY_HAND = "ALTER TABLE customers ADD COLUMN nickname text"


class StoryError(Exception):
    """A command of the demo ended with another exit status than the story has."""


@dataclass
class Stage:
    """Where the story plays: a repository, a database, and somebody to tell it to."""

    folder: Path
    conninfo: str
    tell: Callable[[str], None]
    environ: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """A sentence between the commands."""
        self.tell(f"\n# {text}")

    def trueup(self, *arguments: str, expect: int = 0) -> str:
        """Runs trueup as a user would; returns what it printed."""
        self.tell(f"$ trueup {shlex.join(arguments)}")
        command = [sys.executable, "-m", "trueup", *arguments]
        done = self._call(command)
        if done.returncode or expect:
            self.tell(f"[exit status {done.returncode}]")
        if done.returncode != expect:
            raise StoryError(f"trueup {arguments[0]} exited {done.returncode}, not {expect}")
        return done.stdout

    def git(self, *arguments: str) -> None:
        """Runs git in the repository."""
        self.tell(f"$ git {shlex.join(arguments)}")
        if self._call(["git", *arguments]).returncode:
            raise StoryError(f"git {arguments[0]} failed")

    def sql(self, text: str, shown: str | None = None) -> None:
        """Changes the database directly, as somebody with a SQL console would."""
        from trueup.postgres.session.connection import connect

        self.tell(f"app=> {shown or text + ';'}")
        with connect(self.conninfo) as conn:
            conn.execute(text.encode())

    def write(self, path: str, text: str) -> None:
        """Appends SQL to a migration, as an editor would."""
        self.tell(f"$ cat >> {path}\n{text.strip()}")
        with (self.folder / path).open("a", encoding="utf-8") as file:
            file.write(text)

    def _call(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **self.environ},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.stdout:
            self.tell(done.stdout.rstrip())
        return done


@contextmanager
def stage(tell: Callable[[str], None]) -> Iterator[Stage]:
    """An empty git repository and an empty database `app` on an ephemeral server."""
    from trueup.postgres.session.connection import connect

    with ephemeral_cluster(choose_server(None)) as cluster:
        with connect(cluster.conninfo()) as conn:
            conn.execute("CREATE DATABASE app")
        with tempfile.TemporaryDirectory(prefix="trueup-demo-") as folder:
            place = Stage(Path(folder), cluster.conninfo("app"), tell)
            place.environ = _environ(cluster.conninfo("app"))
            tell(f"PostgreSQL {cluster.version}, an empty repository in {folder}")
            yield place


def _environ(conninfo: str) -> dict[str, str]:
    who = {"NAME": "Demo", "EMAIL": "demo@example.invalid"}
    git = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}
    return {
        **git,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "TRUEUP_DATABASE_URL": conninfo,
        "NO_COLOR": "1",
    }


def tell_story(place: Stage) -> None:
    """From a database that nobody can recreate to one whose every change is in git."""
    place.say("A team has a database. No file says how it came to be.")
    place.sql(_OLD_DATABASE, "\\i made-by-hand-over-the-years.sql")
    place.git("init", "--quiet", "--initial-branch=main")
    place.trueup("init")
    place.trueup("baseline")
    place.git("add", "--all")
    place.git("commit", "--quiet", "-m", "Take over the database as it is")

    place.say("A new migration: a file, run in one transaction with its row of the history.")
    path = place.trueup("new", "add_customer_segments").strip()
    place.write(path, _MIGRATION)
    place.trueup("apply")
    place.git("add", "--all")
    place.git("commit", "--quiet", "-m", "Add customer segments")
    place.git("show", "--stat", "--format=%s", "HEAD")
    place.trueup("check")

    place.say("Somebody changes the database by hand.")
    place.sql(_BY_HAND)
    place.trueup("check", "-v", expect=1)

    place.say("The column is wanted: it becomes the migration that was missing, proven on a copy.")
    place.trueup("reconcile", "--adopt", "--name", "add_customers_nickname", "--write")
    place.git("add", "--all")
    place.git("commit", "--quiet", "-m", "Take over the nickname")
    place.trueup("check")

    place.say("Somebody drops an index by hand. That was a mistake: the database goes back.")
    place.sql("DROP INDEX orders_customer_id_idx")
    place.trueup("check", expect=1)
    place.trueup("reconcile", "--revert", "--apply")
    place.trueup("check")
    place.say("Migrations, schema.sql, history and database are the same again.")
