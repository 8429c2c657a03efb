"""Sessions of a text, to be played again: what was typed, and what was shown for it.

Lines that begin with `$ ` are typed into a shell, those with `app=> ` into the database. `...`
stands for lines that were left out. What changes from run to run (versions, times) is masked, and a
version in a later command means the file that was made at that place.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

_VERSION = re.compile(r"(?<!\d)\d{14}(?!\d)")
_MASKS = ((_VERSION, "VERSION"), (re.compile(r"\(\d+ ms\b"), "(N ms"))
LEFT_OUT = "..."


@dataclass(frozen=True)
class Step:
    """One line that was typed, and the lines shown below it."""

    typed: str
    shown: tuple[str, ...]

    @property
    def sql(self) -> str | None:
        """What was typed into the database, if it was."""
        return self.typed[6:] if self.typed.startswith("app=> ") else None


def read_session(text: str) -> Sequence[Step]:
    """The steps of a block of a text."""
    steps: list[Step] = []
    for line in text.splitlines():
        if line.startswith(("$ ", "app=> ")):
            steps.append(Step(line, ()))
        elif line:
            steps[-1] = Step(steps[-1].typed, (*steps[-1].shown, line))
    return steps


@dataclass
class Player:
    """Types the steps in a folder, and remembers which version stands for which."""

    folder: Path
    conninfo: str
    environ: Mapping[str, str]
    versions: dict[str, str] = field(default_factory=dict)

    def play(self, step: Step) -> None:
        """Types one step and compares what comes with what the text shows."""
        if step.sql is not None:
            with psycopg.connect(self.conninfo, autocommit=True) as connection:
                connection.execute(step.sql.encode())
            return
        came = self._type(step.typed.removeprefix("$ "))
        left = iter(came)
        wildcard = False
        for line in step.shown:
            if line == LEFT_OUT:
                wildcard = True
                continue
            found = self._next(left, line, wildcard)
            assert found, f"{step.typed}\nshows: {line}\nbut what came was:\n" + "\n".join(came)
            wildcard = False
        assert wildcard or not list(left), f"{step.typed}\ncame:\n" + "\n".join(came)

    def _type(self, command: str) -> list[str]:
        for shown, real in self.versions.items():
            command = command.replace(shown, real)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=dict(self.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = [line for line in done.stdout.splitlines() if line]
        return [*lines, *([f"[exit status {done.returncode}]"] if done.returncode else [])]

    def _next(self, left: Iterator[str], wanted: str, wildcard: bool) -> bool:
        for line in left:
            if masked(line) == masked(wanted):
                shown, real = _VERSION.findall(wanted), _VERSION.findall(line)
                self.versions.update(zip(shown, real, strict=True))
                return True
            if not wildcard:
                return False
        return False


def masked(line: str) -> str:
    """A line without what changes from run to run."""
    for pattern, mask in _MASKS:
        line = pattern.sub(mask, line)
    return line
