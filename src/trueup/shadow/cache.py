"""Results and cluster snapshots on disk, by key. Entries are written aside and renamed into
place, never changed; whoever reads one that another run evicts meanwhile sees a miss."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_RESULT_LIMIT = 200
_SNAPSHOT_BYTES = 1 << 30
# Nothing is on its way into the cache, or out of it, for this long: its maker was killed.
_ABANDONED_SECONDS = 600.0


class Cache:
    """`results/` holds a digest and JSON, `snapshots/` data directories of stopped clusters.

    Kept below 200 results and 1 GiB of snapshots, least recently used first out. With
    `enabled` False it remembers nothing and believes nothing (`--no-cache`).
    """

    def __init__(self, root: Path, *, enabled: bool = True) -> None:
        self._results = root / "results"
        self._snapshots = root / "snapshots"
        self.enabled = enabled

    def result(self, key: str) -> dict[str, Any] | None:
        """What was stored under a key, or None. A damaged entry is a miss."""
        if not self.enabled:
            return None
        path = self._results / f"{key}.json"
        try:
            digest, _, text = path.read_bytes().partition(b"\n")
            if digest != _digest(key, text):
                return None
            os.utime(path)
            stored = json.loads(text)
        except (OSError, ValueError):
            return None
        return stored if isinstance(stored, dict) else None

    def store_result(self, key: str, value: dict[str, Any]) -> None:
        """Remembers a result; a full disk only means that it is not remembered."""
        if not self.enabled:
            return
        with contextlib.suppress(OSError):
            self._results.mkdir(parents=True, exist_ok=True)
            text = json.dumps(value).encode()
            _write_aside(self._results / f"{key}.json", b"%s\n%s" % (_digest(key, text), text))
            _evict(self._results, _too_many)

    def snapshot(self, key: str) -> Path | None:
        """The data directory stored under a key, or None."""
        path = self._snapshots / key
        if not self.enabled or not path.is_dir():
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    def snapshot_place(self, key: str) -> Path | None:
        """Where to put a snapshot for a key; None when there is one already, or no cache."""
        path = self._snapshots / key
        if not self.enabled or path.exists():
            return None
        try:
            self._snapshots.mkdir(parents=True, exist_ok=True)
        except OSError:
            return None
        return path

    def trim(self) -> None:
        """Brings the snapshots below their limit."""
        with contextlib.suppress(OSError):
            _evict(self._snapshots, _too_large)


def _digest(key: str, text: bytes) -> bytes:
    """The first line of an entry: without it a flipped bit of a disk would be part of the answer,
    and so would an entry that came to lie under another key."""
    return hashlib.sha256(key.encode() + b"\n" + text).hexdigest().encode()


def _write_aside(path: Path, text: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _evict(folder: Path, surplus: Any) -> None:
    _sweep(folder)
    entries = [path for path in folder.iterdir() if not path.name.startswith(".")]
    entries.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in surplus(entries):
        _remove(path)


def _sweep(folder: Path) -> None:
    """Removes what killed runs left half written or half removed."""
    oldest = time.time() - _ABANDONED_SECONDS
    for path in folder.glob(".*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime < oldest:
                _delete(path)


def _too_many(entries: list[Path]) -> list[Path]:
    return entries[_RESULT_LIMIT:]


def _too_large(entries: list[Path]) -> Iterator[Path]:
    total = 0
    for path in entries:
        total += _size(path)
        if total > _SNAPSHOT_BYTES:
            yield path


def _size(path: Path) -> int:
    return sum(file.stat().st_blocks * 512 for file in path.rglob("*") if file.is_file())


def _remove(path: Path) -> None:
    """Renamed first, so that nobody copies a directory that is half gone."""
    doomed = path.with_name(f".gone-{os.getpid()}-{path.name}")
    with contextlib.suppress(OSError):
        path.rename(doomed)
        _delete(doomed)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()
