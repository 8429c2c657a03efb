"""Changes to a real database with the words expected for them.

A case is a block of a file in words/:

    -- case: a column is added                          its name
    -- postgres: 15-                                    the first major that it is for
    -- says: table s.t: column "nickname" added         one line per change, in the order of objects
    CREATE TABLE t (a integer);                         the migrations' side
    -- change
    ALTER TABLE t ADD nickname text;                    what leads to the other side

Each runs in a schema of its own, shown as `s`; `{schema}` in the SQL stands for it. What lies in no
schema has a name that no other case uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILES = Path(__file__).parent / "words"
ROLES = ("words_anon", "words_other", "Words Weird")


@dataclass(frozen=True)
class Case:
    """One change, and the lines that describe it, each `object: change`."""

    name: str
    setup: str
    change: str
    says: tuple[str, ...]
    since: int

    @property
    def objects(self) -> set[str]:
        """The objects that the lines speak of."""
        return {line.partition(": ")[0] for line in self.says}


def read_cases() -> tuple[Case, ...]:
    """Every case, in the order of the files."""
    cases = tuple(case for file in sorted(FILES.glob("*.sql")) for case in _read(file))
    assert len({case.name for case in cases}) == len(cases), "two cases share a name"
    return cases


def _read(file: Path) -> Iterator[Case]:
    for block in ("\n" + file.read_text(encoding="utf-8")).split("\n-- case: ")[1:]:
        head, _, change = block.partition("-- change\n")
        name, *lines = head.split("\n")
        says = tuple(_after(line, "says") for line in lines if line.startswith("-- says: "))
        since = [_after(line, "postgres") for line in lines if line.startswith("-- postgres: ")]
        sql = "\n".join(line for line in lines if not line.startswith("-- "))
        yield Case(name, sql, change, says, int(since[0].rstrip("-")) if since else 14)


def _after(line: str, word: str) -> str:
    return line.removeprefix(f"-- {word}: ")
