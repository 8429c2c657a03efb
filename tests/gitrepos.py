"""Real git repositories in temporary folders, with an upstream where one is asked for.

repo = gitrepos.make(tmp_path, upstream=True)
repo.migration("20250101000000_a.sql"); repo.schema(); repo.commit("a"); repo.push()
assert repo.hook().status == 0
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from trueup.model.schema_marks import FOOTER, HEADER

FOLDER = "supabase/migrations"
SOURCE = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def codes(self) -> list[str]:
        """The codes in brackets at the ends of the hook's lines, in order."""
        lines = [line for line in self.err.splitlines() if line.endswith("]")]
        return [line.rsplit("[", 1)[1][:-1] for line in lines]

    @property
    def errors(self) -> list[str]:
        """The codes of errors alone."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        return [line.rsplit("[", 1)[1][:-1] for line in lines]

    def mend(self, code: str) -> str:
        """The command that mends a code."""
        after = self.err.split(f"[{code}]\n", 1)[1].splitlines()
        return next(line.split("mend: ", 1)[1] for line in after if "mend: " in line)


def environment(**more: str) -> dict[str, str]:
    """An environment in which git knows nobody's configuration, and trueup's seals are apart."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "TRUEUP_SKIP"))}
    who = {"NAME": "Test", "EMAIL": "test@example.invalid"}
    people = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}
    kept.pop("DATABASE_URL", None)
    kept.pop("TRUEUP_DATABASE_URL", None)
    return {**kept, **people, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **more}


def run(command: list[str], where: Path, **environ: str) -> Ran:
    """Runs a command; its status is for the caller to judge."""
    done = subprocess.run(
        command,
        cwd=where,
        env=environment(**environ),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    texts = (part.decode("utf-8", "replace") for part in (done.stdout, done.stderr))
    return Ran(done.returncode, *texts)


@dataclass
class Repo:
    """A work tree, and the environment its commands run in."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    folder: str = FOLDER

    def git(self, *arguments: str, expect: int | None = 0) -> Ran:
        """Runs git here."""
        ran = run(["git", *arguments], self.root, **self.environ)
        assert expect is None or ran.status == expect, ran
        return ran

    def write(self, path: str, content: str | bytes = "") -> Path:
        """Writes a file, and stages it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--", path)
        return file

    def migration(self, name: str, sql: str | bytes = "") -> Path:
        """Writes a migration and stages it."""
        return self.write(
            f"{self.folder}/{name}", sql or f"create table t_{name[8:14]} (id int);\n"
        )

    def schema(self, body: str | None = None) -> Path:
        """Writes and stages a schema.sql that differs from the last one."""
        count = len(list((self.root / self.folder).glob("*.sql")))
        return self.write("schema.sql", f"{HEADER}\n{body or f'-- {count}'}\n{FOOTER}\n")

    def commit(self, message: str = "x", *arguments: str, expect: int | None = 0) -> Ran:
        """Commits what is staged, hooks and all."""
        return self.git("commit", "-q", "-m", message, *arguments, expect=expect)

    def push(self, branch: str = "main") -> None:
        """Makes upstream's branch what this one is."""
        self.git("push", "-q", "origin", f"HEAD:{branch}")

    def hook(self, *options: str, **environ: str) -> Ran:
        """Runs `trueup hook run` as a process of its own."""
        command = [sys.executable, "-m", "trueup", "hook", "run", *options]
        return run(command, self.root, **{**self.environ, **environ})

    def trueup(self, *arguments: str, **environ: str) -> Ran:
        """Runs trueup as a process of its own."""
        command = [sys.executable, "-m", "trueup", *arguments]
        return run(command, self.root, **{**self.environ, **environ})


def make(place: Path, *, upstream: bool = False) -> Repo:
    """A repository on branch main; with `upstream` its origin is a bare repository beside it."""
    root = place / "work"
    root.mkdir(parents=True)
    repo = Repo(root, {"TRUEUP_CACHE_DIR": str(place / "cache")})
    repo.git("init", "-q", "--initial-branch=main")
    if upstream:
        run(["git", "init", "-q", "--bare", "--initial-branch=main", str(place / "origin")], place)
        repo.git("remote", "add", "origin", str(place / "origin"))
    return repo


def started(place: Path) -> Repo:
    """A repository whose upstream has one migration, on a feature branch."""
    repo = make(place, upstream=True)
    repo.migration("20250101000000_first.sql")
    repo.schema()
    repo.commit("first")
    repo.push()
    repo.git("switch", "-qc", "feature")
    return repo
