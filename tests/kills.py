"""Commands that write files with their rows, killed where a test wants it.

A scene is a project just before such a command, made once and copied for every kill: folder,
database and all. The command runs in a process of its own, which dies before a chosen thing that it
does to the project's files.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

import projects
import servers
from trueup.config import load_settings
from trueup.git.repository import find_repository
from trueup.git.work_tree import GitWorkTree
from trueup.model.migration import checksum_of
from trueup.ops.agents.apply_new import NewMigration, apply_new
from trueup.ops.baseline.baseline import baseline
from trueup.ops.rebase import rebase
from trueup.ops.reconcile.adopt import adopt
from trueup.ops.reconcile.look import Choice
from trueup.ops.repair.ledger import LedgerWish, settle_ledger
from trueup.ops.repair.rows import repair
from trueup.postgres.server.cluster import Cluster
from trueup.verdict.repair import Wish
from trueup.workbench.project import Project

FORK = multiprocessing.get_context("fork")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
CACHE = Path(f"{servers.CACHE}-of-the-next")
LEDGER = (
    "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations"
    " (version text PRIMARY KEY, statements text[], name text);"
)
# What Python does to the file system, told before it is done.
EVENTS = frozenset({"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir"})
# The same done by git.
MOVES = "os.posix_spawn"
When = Callable[[int, str, tuple[Any, ...]], bool]
_numbers = itertools.count(1)


def ends(name: str, *events: str) -> When:
    """Before the first of these events about a path that ends so."""
    return lambda _, event, arguments: (
        event in events and any(path.endswith(name) for path in _paths(arguments))
    )


def _is_prepared(_: int, event: str, arguments: tuple[Any, ...]) -> bool:
    """The entry has its name, and is about to be made to last."""
    if event != "open" or not int(arguments[2] or 0) & os.O_DIRECTORY:
        return False
    return any(list(Path(path).glob(".trueup-*/entry.json")) for path in _paths(arguments))


def _is_torn(_: int, event: str, arguments: tuple[Any, ...]) -> bool:
    """Old files are where they go, and the first new one is about to appear."""
    if event in (MOVES, "os.link"):
        return True
    new = _paths(arguments)[-1] if event == "os.rename" else ""
    return new.endswith(".sql") and ".trueup-" not in new and "before_baseline" not in new


STAGED, PREPARED, RECORDED, TORN, PLACED = "staged", "prepared", "recorded", "torn", "placed"
# When the command dies: before its entry is whole; before its transaction; after it, with nothing
# on the disk that says so; before the last file is in place; with all done but the entry there.
MOMENTS: dict[str, When] = {
    STAGED: ends("entry.json~", "os.rename"),
    PREPARED: _is_prepared,
    RECORDED: ends("/committed", "open"),
    TORN: _is_torn,
    PLACED: ends("entry.json", "os.remove"),
}


def _paths(arguments: tuple[Any, ...]) -> list[str]:
    return [os.fsdecode(a) for a in arguments if isinstance(a, str | bytes | os.PathLike)]


@dataclass(frozen=True)
class Verb:
    """A command: how its project is made, and how it is called."""

    name: str
    prepare: Callable[[projects.Project], None]
    call: Callable[[Project], object]


def _applied(files: projects.Project) -> None:
    files.migration("CREATE TABLE a (id int);", name="start")
    files.migration("CREATE TABLE b (id int);", name="more")
    assert files.run("apply").status == 0


def _drifted(files: projects.Project) -> None:
    _applied(files)
    files.execute("CREATE TABLE paid (id int); INSERT INTO paid VALUES (1);")


def _bare(files: projects.Project) -> None:
    files.execute("CREATE TABLE a (id int); INSERT INTO a VALUES (1);")


def _in_supabase(files: projects.Project) -> None:
    files.execute("CREATE TABLE a (id int); CREATE TABLE b (id int);" + LEDGER)
    files.execute(
        "INSERT INTO supabase_migrations.schema_migrations VALUES"
        " ('20250101000001', '{CREATE TABLE a (id int)}', 'one'),"
        " ('20250101000002', '{CREATE TABLE b (id int)}', 'two')"
    )


def _behind(files: projects.Project) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        command = ["git", "-C", str(files.root), *identity, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    files.settings('upstream = "theirs"\n')
    files.migration("CREATE TABLE a (id int);", "a", 20250101000000)
    git("add", ".")
    git("commit", "-qm", "a")
    git("branch", "mine")
    git("switch", "-qc", "theirs")
    files.migration("CREATE TABLE z (id int);", "z", 20250105000000)
    git("add", ".")
    git("commit", "-qm", "z")
    git("switch", "-q", "mine")
    files.migration("CREATE TABLE b (id int);", "b", 20250102000000)
    files.migration("CREATE TABLE c (id int);", "c", 20250103000000)
    assert files.run("apply").status == 0
    git("add", ".")
    git("commit", "-qm", "b and c")


def _rebase(project: Project) -> object:
    settings = project.settings
    repository = find_repository(settings.root)
    tree = GitWorkTree(repository, settings.root, settings.migrations_dir)
    return rebase(project, tree, NOW)


_NEW = NewMigration("c", "CREATE TABLE c ();")
_ADOPTED = LedgerWish(write_files=True, adopt=True)
VERBS = {
    verb.name: verb
    for verb in (
        Verb("adopt", _drifted, lambda p: adopt(p, Choice(), write=True)),
        Verb("baseline", _bare, lambda p: baseline(p, now=NOW)),
        Verb("squash", _drifted, lambda p: baseline(p, squash=True, now=NOW)),
        Verb("ledger", _in_supabase, lambda p: settle_ledger(p, _ADOPTED, write=True)),
        Verb("rebase", _behind, _rebase),
        Verb(
            "apply_new", _applied, lambda p: apply_new(p, NewMigration("c", "CREATE TABLE c ();"))
        ),
    )
}
SETTLE = Verb("settle", lambda _: None, lambda p: repair(p, Wish(), write=True))


class Place:
    """One copy of a scene."""

    def __init__(self, files: projects.Project, verb: Verb) -> None:
        self.files = files
        self.verb = verb

    def project(self, **options: Any) -> Project:
        """As an op sees it."""
        environ = {"TRUEUP_DATABASE_URL": self.files.url or ""}
        return Project(load_settings(self.files.root, environ=environ), **options)

    def entries(self) -> list[str]:
        """The entries of the journal."""
        if not self.files.folder.is_dir():
            return []
        return [one.name for one in self.files.folder.glob(".trueup-*")]

    def everything(self) -> tuple[dict[str, bytes], list[Any]]:
        """Every byte of the project and every row of both histories."""
        return self.files.files(), [*self._history(), *self._ledger()]

    def state(self) -> tuple[Any, ...]:
        """Files, rows with whether they are of the file that is there, and tables; what is another
        in every copy is left out."""
        name = str(conninfo_to_dict(self.files.url or "")["dbname"]).encode()
        kept, sums = {}, {}
        for path in [*self.files.folder.rglob("*.sql"), self.files.schema_file]:
            if path.is_file():
                shown = str(path.relative_to(self.files.root))
                kept[_alike(shown)] = path.read_bytes().replace(name, b"")
                sums[shown] = checksum_of(path.read_bytes())
        rows = [
            (_alike(version), name, sums.get(f"migrations/{version}_{name}.sql") == checksum)
            for version, name, checksum in self._history("version, name, checksum")
        ]
        tables = self.files.query("SELECT relname FROM pg_class WHERE relkind = 'r' ORDER BY 1")
        told = [name for (name,) in tables if not name.startswith(("pg_", "sql_"))]
        return kept, rows, self._ledger(), told

    def _history(self, columns: str = "*") -> list[Any]:
        with suppress(psycopg.errors.UndefinedTable):
            return self.files.query(f"SELECT {columns} FROM _migrations ORDER BY version")
        return []

    def _ledger(self) -> list[Any]:
        with suppress(psycopg.errors.UndefinedTable):
            return self.files.query("SELECT * FROM supabase_migrations.schema_migrations")
        return []

    def run(self, when: When) -> bool:
        """Runs the command; whether it was killed."""
        process = FORK.Process(target=_child, args=(self, when))
        process.start()
        process.join(120)
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        self._wait_for_quiet()
        return process.exitcode != 0

    def _wait_for_quiet(self) -> None:
        others = (
            "SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        with self.files.connect() as session:
            while session.execute(others).fetchone() is not None:
                pass

    def next(self, *arguments: str) -> projects.Answer:
        """A command of somebody else, whose cache knows nothing of the one that was killed."""
        self.files.environ["TRUEUP_CACHE_DIR"] = str(CACHE)
        return self.files.run(*arguments)


class Scene:
    """Makes copies of a verb's project."""

    def __init__(self, verb: Verb, cluster: Cluster, root: Path) -> None:
        self._verb, self._cluster, self._root = verb, cluster, root
        self._origin = projects.make(root / "origin", servers.fresh_database(cluster))
        verb.prepare(self._origin)

    def place(self) -> Place:
        """A fresh copy of folder and database."""
        root = self._root / str(next(_numbers))
        shutil.copytree(self._origin.root, root, symlinks=True)
        url = servers.copy_of(self._cluster, self._origin.url or "")
        return Place(projects.Project(root, url), self._verb)


def _alike(text: str) -> str:
    return re.sub(r"20(?!250101|25010[235])\d{12}", "later", text)


def _child(place: Place, when: When) -> None:
    project = place.project()
    root, seen = str(place.files.root), 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        moves = event == MOVES and "mv" in arguments[1]
        if not moves and not (event in EVENTS and _about(event, arguments, root)):
            return
        seen += 1
        if when(seen, event, arguments):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    place.verb.call(project)
    os._exit(0)


def _about(event: str, arguments: tuple[Any, ...], root: str) -> bool:
    if not any(path.startswith(root) for path in _paths(arguments)):
        return False
    # Directories are opened to have them on the disk, files of the journal to be written.
    return event != "open" or bool(
        int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_DIRECTORY)
    )
