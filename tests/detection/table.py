"""The detection table: single changes to a database, and the objects each must show.

A case is a block of a file in cases/:

    -- case: a column is added            its name
    -- expect: TABLE | public | users     kind, schema and name of an object; one line each
    -- silent                             instead: the change is none of our business
    -- says: column nickname added        words that must be among the details
    -- remarks: index_invalid             codes of findings beside it; one line each
    -- remedies: revert                   what is offered, where that is not both ways
    -- postgres: 15-17                    the majors it is for; either end may be left out
    -- needs: citext                      an extension that the server must have
    -- rights                             seen only where privileges are on
    -- first: SQL                         run before it, in a transaction of its own
    -- before drop: SQL                   run in the database before it is dropped
    -- after drop: SQL                    run on the server after that
    ALTER TABLE users ADD COLUMN nickname text;

Some changes move more than one entry of pg_dump's archive: the default of a serial column is an
entry of its own only while the sequence belongs to the column, an invalid check is one, a valid
check is part of its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"
_HEADER = re.compile(
    r"-- (case|expect|says|remarks|remedies|postgres|needs|first|before drop|after drop): (.*)"
)
_FLAGS = ("-- silent", "-- rights")


@dataclass(frozen=True)
class Case:
    """One change, and what a check must say of it."""

    name: str
    sql: str
    expected: tuple[tuple[str, str, str], ...]
    says: tuple[str, ...]
    remarks: tuple[str, ...]
    remedies: tuple[str, ...]
    majors: range
    needs: tuple[str, ...]
    rights: bool
    silent: bool
    first: tuple[str, ...]
    before_drop: tuple[str, ...]
    after_drop: tuple[str, ...]


def read_table() -> tuple[Case, ...]:
    """Every case, in the order of the files."""
    cases = [case for file in sorted(CASES.glob("*.sql")) for case in _read(file)]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases share a name"
    return tuple(cases)


def _read(file: Path) -> Iterator[Case]:
    text = file.read_text(encoding="utf-8")
    for block in re.split(r"^(?=-- case: )", text, flags=re.MULTILINE)[1:]:
        yield _parse(block, file)


def _parse(block: str, file: Path) -> Case:
    said: dict[str, list[str]] = {}
    flags: set[str] = set()
    lines = block.splitlines()
    while lines and lines[0].startswith("--"):
        line = lines.pop(0).rstrip()
        header = _HEADER.fullmatch(line)
        assert header or line in _FLAGS, f"{file.name}: {line}"
        if header:
            said.setdefault(header[1], []).append(header[2])
        else:
            flags.add(line)
    case = Case(
        name=said["case"][0],
        sql="\n".join(lines).strip(),
        expected=tuple(sorted(_key(line) for line in said.get("expect", ()))),
        says=tuple(said.get("says", ())),
        remarks=tuple(said.get("remarks", ())),
        remedies=tuple(" ".join(said.get("remedies", ["adopt revert"])).split()),
        majors=_majors(said.get("postgres", ["-"])[0]),
        needs=tuple(said.get("needs", ())),
        rights="-- rights" in flags,
        silent="-- silent" in flags,
        first=tuple(said.get("first", ())),
        before_drop=tuple(said.get("before drop", ())),
        after_drop=tuple(said.get("after drop", ())),
    )
    assert case.sql, f"{file.name}: {case.name} has no SQL"
    assert case.silent != bool(case.expected), f"{file.name}: {case.name} expects nothing"
    return case


def _key(line: str) -> tuple[str, str, str]:
    kind, schema, name = (part.strip() for part in line.split(" | ", 2))
    return kind, schema, name


def _majors(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first or 0), int(last or 99) + 1)
