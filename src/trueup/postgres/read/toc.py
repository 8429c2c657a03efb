"""The table of contents of a pg_dump custom-format archive, read from its bytes.

The layout is that of ReadHead, ReadToc, ReadInt and ReadStr in src/bin/pg_dump/
pg_backup_archiver.c and _ReadExtraToc in pg_backup_custom.c. Versions 1.14 (pg_dump 12) to 1.16
(pg_dump 17, 18) are known. The library for this, pgdumplib, takes 50 ms for what a replay of one
file does in all in 350; the tests hold this reader against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_MAGIC = b"PGDMP"
_POSITIVE = b"\0"  # before a number; none is told by a negative length
_CUSTOM = 1
_HEAD = 11
_OLDEST, _COMPRESSION_BYTE, _RELKIND, _NEWEST = (1, 14), (1, 15), (1, 16), (1, 16)
# Seven numbers of the time it was made, then as texts the database and two versions.
_HEAD_NUMBERS, _HEAD_TEXTS = 7, 3


@dataclass(slots=True)
class Entry:
    """One entry. Texts are empty where pg_dump has none; `dependencies` are dump ids."""

    dump_id: int
    desc: str
    namespace: str
    tag: str
    defn: str
    drop_stmt: str
    owner: str
    tablespace: str
    tableam: str
    dependencies: list[int]


def read_entries(archive: bytes) -> Iterator[Entry]:
    """The entries in archive order. Raises ValueError where it is no archive that is known."""
    reader = _Reader(archive)
    version = reader.head()
    for _ in range(reader.number()):
        yield _entry(reader, version)


class _Reader:
    """A place in the archive. Numbers have a byte for the sign, texts their length before them."""

    def __init__(self, archive: bytes) -> None:
        self._bytes = archive
        self._size = len(archive)
        self._at = 0
        self._int_size = self._offset_size = 0

    def head(self) -> tuple[int, int]:
        """Reads up to the table of contents; the archive's version."""
        if self._bytes[:5] != _MAGIC or self._size < _HEAD:
            raise ValueError("not an archive of pg_dump")
        major, minor, _, self._int_size, self._offset_size, kind = self._bytes[5:_HEAD]
        self._at = _HEAD
        version = major, minor
        if kind != _CUSTOM or not _OLDEST <= version <= _NEWEST:
            raise ValueError(f"an archive of version {major}.{minor} and kind {kind} is not known")
        self.skip(1 if version >= _COMPRESSION_BYTE else 1 + self._int_size)
        for _ in range(_HEAD_NUMBERS):
            self.number()
        self.texts(_HEAD_TEXTS)
        return version

    def skip(self, count: int) -> None:
        """Passes bytes over. Raises ValueError at the end of the archive."""
        self._at += count
        if self._at > self._size:
            raise _cut_short()

    def offset(self) -> None:
        """Passes over where an entry's data lies, which a schema has none of."""
        self.skip(1 + self._offset_size)

    def number(self) -> int:
        """A whole number."""
        start = self._at + 1
        self.skip(1 + self._int_size)
        value = int.from_bytes(self._bytes[start : self._at], "little")
        return -value if self._bytes[start - 1] else value

    def texts(self, count: int) -> list[str]:
        """So many texts; "" where there is none. In one loop: a schema has them by the thousand."""
        archive, at, wide = self._bytes, self._at, self._int_size
        found: list[str] = []
        for _ in range(count):
            start = at + 1 + wide
            if archive[at : at + 1] == _POSITIVE:
                at = start + int.from_bytes(archive[at + 1 : start], "little")
                found.append(archive[start:at].decode())
            else:
                at = start
                found.append("")
        self._at = at
        self.skip(0)
        return found

    def texts_up_to_none(self) -> Iterator[str]:
        """Texts, until there is none."""
        while self._bytes[self._at : self._at + 1] == _POSITIVE:
            yield self.texts(1)[0]
        self.number()


def _cut_short() -> ValueError:
    return ValueError("the archive ends in the middle")


def _entry(reader: _Reader, version: tuple[int, int]) -> Entry:
    dump_id = reader.number()
    reader.number()  # whether there is data
    _, _, tag, desc = reader.texts(4)  # before them two OIDs
    reader.number()  # the section
    defn, drop_stmt, _, namespace, tablespace, tableam = reader.texts(6)  # the third: COPY
    if version >= _RELKIND:
        reader.number()
    owner, _ = reader.texts(2)  # WITH OIDS
    needs = [int(need) for need in reader.texts_up_to_none()]
    reader.offset()
    return Entry(dump_id, desc, namespace, tag, defn, drop_stmt, owner, tablespace, tableam, needs)
