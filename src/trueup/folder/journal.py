"""The journal of a migrations folder: what a command is about to do with the folder's files.

It lies in the folder itself, so that whoever has the folder and the database can bring to an end
what a process that died left behind. Each entry is a folder of its own, whose name begins with a
dot: no tool reads it as a migration, git ignores it (it holds a `.gitignore`), and it is gone when
all is done. In it lie the files that are meant, whole and on the disk before anything else happens.
While its maker lives it holds a lock in it. What an entry says is checked before it is believed: it
may have come with a clone, and must not lead out of the folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from trueup.folder.names import parse_name

PREFIX: Final = ".trueup-"
# Where a squash puts the files that its baseline replaces.
ASIDE: Final = "before_baseline"
SCHEMA: Final = "schema.sql"
_ENTRY, _LOCK, _COMMITTED, _IGNORE = "entry.json", "lock", "committed", ".gitignore"
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Move:
    """A file of the folder and where it goes, both relative to the folder."""

    old: str
    new: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Witness:
    """What is in the database exactly when the command's transaction was committed: rows of
    `_migrations` (version, and checksum where it tells), versions in Supabase's ledger. All of
    them, or with `any_of` one. Without any, nothing has to be asked: what was begun is finished."""

    rows: tuple[tuple[str, str | None], ...] = ()
    ledger: tuple[str, ...] = ()
    any_of: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows or self.ledger)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a command meant to do: the database it was for (`mark`), the files it makes (`creates`,
    by name) and moves, and the digests that tell whether the schema.sql that lies beside may be
    written: of schema.sql as it was, and of the files that it is the replay of (None: no text)."""

    verb: str
    mark: Mapping[str, str]
    witness: Witness
    creates: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    before: str | None = None
    files: str | None = None

    @property
    def touches_files(self) -> bool:
        """Whether files of the folder come or go."""
        return bool(self.creates or self.moves)

    @classmethod
    def read(cls, text: bytes) -> Self | None:
        """None where it was damaged, is of a later format or would lead out of the folder."""
        try:
            kept = json.loads(text)
            if kept.pop("format") != _FORMAT:
                return None
            entry = cls(**{**kept, **_values(kept)})
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return entry if _stays_inside(entry) else None

    def text(self) -> bytes:
        """As it stands in the journal."""
        return json.dumps({"format": _FORMAT, **asdict(self)}, indent=1).encode()


def _values(kept: Mapping[str, Any]) -> dict[str, Any]:
    witness = kept["witness"]
    rows = tuple((str(version), checksum) for version, checksum in witness["rows"])
    return {
        "mark": {str(name): str(value) for name, value in kept["mark"].items()},
        "witness": Witness(rows, tuple(map(str, witness["ledger"])), bool(witness["any_of"])),
        "creates": tuple(map(str, kept["creates"])),
        "moves": tuple(Move(**move) for move in kept["moves"]),
    }


def _stays_inside(entry: Entry) -> bool:
    names = [*entry.creates, *(move.old for move in entry.moves)]
    names += [move.new.removeprefix(f"{ASIDE}/") for move in entry.moves]
    return all("/" not in name and parse_name(name) is not None for name in names)


@dataclass(frozen=True, slots=True)
class Left:
    """An entry whose maker is gone. `entry` is None where it can't be read. `committed`: that its
    rows are in the database was seen already."""

    place: Path
    entry: Entry | None
    committed: bool


@dataclass(frozen=True, slots=True)
class Held:
    """An entry in the hands of the process that made it, until it lets go."""

    place: Path
    handle: int

    def let_go(self) -> None:
        """What is still there now is for the next command."""
        os.close(self.handle)


def write_entry(directory: Path, entry: Entry, staged: Mapping[str, bytes]) -> Held:
    """Makes an entry, with the files that it is about beside it; all on the disk afterwards.

    Raises OSError, with nothing left. The caller holds `only_one` of the directory."""
    place = directory / f"{PREFIX}{os.urandom(4).hex()}"
    place.mkdir()
    handle = -1
    try:
        _write(place / _IGNORE, b"*\n")
        handle = _locked(place)
        for name, content in staged.items():
            _write(place / name, content)
        _write(place / f"{_ENTRY}~", entry.text())
        (place / f"{_ENTRY}~").rename(place / _ENTRY)
        flush(place)
        flush(directory)
    except BaseException:
        with contextlib.suppress(OSError):
            remove_entry(place)
        if handle >= 0:
            os.close(handle)
        raise
    return Held(place, handle)


def _locked(place: Path) -> int:
    handle = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def places(directory: Path) -> list[Path]:
    """The folders of entries, in the order of their names."""
    try:
        with os.scandir(directory) as scanned:
            found = [item.path for item in scanned if is_entry(item)]
    except OSError:
        return []
    return [Path(path) for path in sorted(found)]


def is_entry(item: os.DirEntry[str]) -> bool:
    """Whether something in the migrations folder is an entry's folder."""
    return item.name.startswith(PREFIX) and item.is_dir(follow_symlinks=False)


def left(place: Path) -> Left | None:
    """What an entry says whose maker is gone; None while it lives, and where it died before the
    entry was whole: then it had done nothing else. Changes nothing."""
    with _nobody_else(place, fcntl.LOCK_SH) as free:
        return _read(place) if free else None


def left_in(directory: Path) -> list[Left]:
    """Every entry of the folder whose maker is gone."""
    return [found for place in places(directory) if (found := left(place))]


@contextlib.contextmanager
def taken_over(place: Path) -> Iterator[Left | None]:
    """The same with the entry in our hands for the block; None also where it ended just now."""
    with _nobody_else(place, fcntl.LOCK_EX) as free:
        yield _read(place) if free else None


def note_committed(place: Path) -> None:
    """Notes that the rows of an entry are in the database: from here on nobody has to be asked."""
    with contextlib.suppress(OSError):  # without the note the database is asked again
        _write(place / _COMMITTED, b"")
        flush(place)


def remove_entry(place: Path) -> None:
    """Takes an entry away: what it was about is done, or never happened. The entry goes first, so
    that what is left of a removal that was cut short means nothing; the lock nearly last, so that
    nobody sweeps meanwhile; the .gitignore last."""
    rank = {_ENTRY: 0, _LOCK: 2, _IGNORE: 3}
    names = sorted(os.listdir(place), key=lambda name: rank.get(name, 1))  # noqa: PTH208
    for name in names:
        (place / name).unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        place.rmdir()


def sweep_entries(directory: Path) -> None:
    """Takes away what is left of entries that never were whole. The caller holds `only_one`."""
    for place in places(directory):
        with _nobody_else(place, fcntl.LOCK_EX) as free:
            if free and not (place / _ENTRY).exists():
                with contextlib.suppress(OSError):
                    remove_entry(place)


@contextlib.contextmanager
def _nobody_else(place: Path, how: int) -> Iterator[bool]:
    """Whether nobody else holds the entry; while the block lasts nobody else does."""
    try:
        handle = os.open(place / _LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:  # its maker died before there was one
        yield True
        return
    try:
        yield _locks(handle, how)
    finally:
        os.close(handle)


def _locks(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: the migration lock has to do
        return True
    return True


def _read(place: Path) -> Left | None:
    try:
        text = (place / _ENTRY).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return Left(place, None, committed=False)
    return Left(place, Entry.read(text), (place / _COMMITTED).exists())


def staged_versions(directory: Path) -> Iterator[str]:
    """The versions of files that are on their way into the folder."""
    for place in places(directory):
        with contextlib.suppress(FileNotFoundError):  # its command is done meanwhile
            yield from versions_of(os.listdir(place))  # noqa: PTH208


def versions_of(names: Iterable[str]) -> Iterator[str]:
    """The versions among file names."""
    return (parsed.version for name in names if (parsed := parse_name(name)))


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def flush(directory: Path) -> None:
    """Has names that came and went survive a power cut; not every file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
