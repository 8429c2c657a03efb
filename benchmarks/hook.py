"""`python -m benchmarks.hook [ROUNDS]`: the installed hook beside the shell script it replaces.

10 staged migrations in a folder of 500, with an upstream branch; CPU and wall of the whole
process, git's included, script and hook in turn.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Cost, in_turn, median, run_once
from trueup import __version__
from trueup.folder.seals import CONFIG_FILES, blob_id, seal_key
from trueup.model.schema_marks import FOOTER, HEADER

FILES, STAGED = 500, 10
SCRIPT = Path(__file__).parent / "scripts" / "hook.sh"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SQL = """\
CREATE TABLE customers_{n} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  criteria jsonb NOT NULL,
  created_at timestamptz DEFAULT now()
);
CREATE INDEX customers_{n}_name ON customers_{n} (name) WHERE created_at IS NOT NULL;
ALTER TABLE customers_{n} ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON customers_{n} FOR ALL USING (name IS NOT NULL);
"""


class Repository:
    """A work tree with the hook installed, its upstream, and a cache of its own."""

    def __init__(self, place: Path) -> None:
        self.root = place / "work"
        self.folder = self.root / "supabase" / "migrations"
        self.folder.mkdir(parents=True)
        self.cache = place / "cache"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        who = {
            f"GIT_{role}_{k}": "b@x" for role in ("AUTHOR", "COMMITTER") for k in ("NAME", "EMAIL")
        }
        self.environ = {**kept, **who, "TRUEUP_CACHE_DIR": str(self.cache)}
        self.git("init", "-q", "--initial-branch=main")
        self.add(range(FILES))
        self.git("commit", "-q", "-m", "500 migrations")
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        subprocess.run(
            [sys.executable, "-m", "trueup", "hook", "install"],
            cwd=self.root,
            env=self.environ,
            check=True,
            capture_output=True,
        )

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, env=self.environ, check=True)

    def add(self, numbers: range) -> None:
        for n in numbers:
            name = _LETTERS[n % 26] + _LETTERS[n // 26]
            path = self.folder / f"{20240101000000 + n // 60 * 100 + n % 60}_step_{name}.sql"
            path.write_text(_SQL.format(n=n))
        (self.root / "schema.sql").write_text(f"{HEADER}\n-- {numbers[-1]}\n{FOOTER}\n")
        self.git("add", "--all")

    def seal(self) -> None:
        """What `trueup apply` leaves behind: these migrations give this schema.sql."""
        files = [(path.name, blob_id(path.read_bytes())) for path in self.folder.iterdir()]
        key = seal_key(files, ["" for _ in CONFIG_FILES], __version__)
        (self.cache / "seals").mkdir(parents=True, exist_ok=True)
        schema = blob_id((self.root / "schema.sql").read_bytes())
        (self.cache / "seals" / key).write_text(schema)

    def hook(self, _: int) -> Cost:
        environ = {**self.environ, "GIT_INDEX_FILE": ".git/index"}  # as git runs a hook
        return run_once([".git/hooks/pre-commit"], environ, self.root)

    def script(self, _: int) -> Cost:
        return run_once(["bash", str(SCRIPT)], self.environ, self.root)


def main() -> None:
    """Prints a row for each state."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as place:
        repository = Repository(Path(place))
        print(
            "| staged | hook, CPU ms | script, CPU ms | ratio | hook, wall ms | script, wall ms |"
        )
        print("|---|---|---|---|---|---|")
        (repository.root / "README.md").write_text("x")
        repository.git("add", "--all")
        _row("no migration", repository, rounds)
        repository.add(range(FILES, FILES + STAGED))
        _row(f"{STAGED} of {FILES} migrations, SQL parsed", repository, rounds)
        repository.seal()
        _row(f"{STAGED} of {FILES} migrations, replay known", repository, rounds)


def _row(name: str, repository: Repository, rounds: int) -> None:
    costs = in_turn({"hook": repository.hook, "script": repository.script}, rounds + 1)
    ours, theirs = (median(costs[each][1:]) for each in ("hook", "script"))
    cells = (ours.cpu * 1000, theirs.cpu * 1000, ours.cpu / theirs.cpu)
    cpu = f"{cells[0]:.0f} | {cells[1]:.0f} | {cells[2]:.1f}"
    print(f"| {name} | {cpu} | {ours.wall * 1000:.0f} | {theirs.wall * 1000:.0f} |")


if __name__ == "__main__":
    main()
