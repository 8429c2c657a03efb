"""What replays have shown, kept for the git hook: these migrations give this schema.sql.

A seal is a small file named by a digest of the migrations (names and git blob ids, in order), the
configuration and trueup's version; it holds, below their own digest, the blob ids of the schema.sql
texts that a replay of exactly those files gave on this machine. The hook has the blob ids of the
index at hand, so it can tell in a millisecond what a replay would say, without reading a single
migration. A seal only ever adds knowledge: where there is none, nothing is claimed.

Imports next to nothing: the hook reads seals.
"""

from __future__ import annotations

import os

from trueup.platform.files import CONFIG

TYPE_CHECKING = False  # typing itself is too slow to import here
if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMAT = "2"
_LIMIT = 500
CONFIG_FILES = ("trueup.toml", "pyproject.toml", CONFIG)


def seal_key(migrations: Iterable[tuple[str, str]], config: Iterable[str], version: str) -> str:
    """The name of a seal. `migrations` are file names with blob ids; `config` the blob ids of
    CONFIG_FILES ("" for one that is missing); `version` trueup's own."""
    lines = [_FORMAT, version, *config]
    lines += [f"{name}\0{oid}" for name, oid in sorted(migrations, key=_byte_order)]
    return _digest("\n".join(lines).encode("utf-8", "surrogateescape"))


def _byte_order(entry: tuple[str, str]) -> bytes:
    return os.fsencode(entry[0])


def _digest(data: bytes) -> str:
    try:
        import _sha1 as hashes  # type: ignore[import-not-found]  # hashlib loads OpenSSL: slow
    except ImportError:
        import hashlib as hashes
    return str(hashes.sha1(data, usedforsecurity=False).hexdigest())


def blob_id(content: bytes) -> str:
    """The id that git gives a file of this content in a repository of SHA-1 objects."""
    return _digest(b"blob %d\0" % len(content) + content)


def known_schemas(key: str) -> list[str]:
    """The blob ids of schema.sql that replays gave; empty where none is known. A damaged seal is
    as good as none: an id that is wrong by one bit would call every schema.sql stale."""
    try:
        with open(f"{_folder()}/{key}", "rb") as file:  # noqa: PTH123
            digest, _, ids = file.read().partition(b"\n")
    except OSError:
        return []
    return ids.decode("ascii").split() if digest == _digest(ids).encode() else []


def seal(key: str, schema: str) -> None:
    """Remembers that a replay gave this schema.sql (its blob id). Never fails: a seal that can't
    be written is only not there."""
    known = known_schemas(key)
    if schema in known:
        return
    folder = _folder()
    aside = f"{folder}/.new-{os.getpid()}"
    try:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        ids = "\n".join([*known, schema]).encode("ascii")
        with open(aside, "wb") as file:  # noqa: PTH123
            file.write(_digest(ids).encode() + b"\n" + ids)
        os.replace(aside, f"{folder}/{key}")  # noqa: PTH105
        _trim(folder)
    except OSError:
        return


def _trim(folder: str) -> None:
    with os.scandir(folder) as entries:
        by_age = sorted(entries, key=lambda entry: entry.stat().st_mtime, reverse=True)
    for old in by_age[_LIMIT:]:
        os.unlink(old.path)  # noqa: PTH108


def _folder() -> str:
    """The same choice as postgres.server.places.cache_root, less its fallbacks."""
    if named := os.environ.get("TRUEUP_CACHE_DIR"):
        base = os.path.abspath(os.path.expanduser(named))  # noqa: PTH100, PTH111
    elif os.geteuid() == 0:
        base = "/var/cache/trueup"
    else:
        base = os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache") + "/trueup"  # noqa: PTH111
    return f"{base}/seals"
