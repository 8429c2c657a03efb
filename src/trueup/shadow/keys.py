"""Cache keys: a replay is a function of file bytes, their order, platform and server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.model.migration import Migration

# Raised whenever what is stored under a key changes its form or its meaning.
FORMAT = 6


@dataclass(frozen=True, slots=True)
class Ground:
    """What a replay stands on besides the files. `server` and `pg_dump` are full versions with
    where the binaries came from; `platform` is the platform's key; `options` whatever else
    changes the result."""

    server: str
    pg_dump: str
    platform: str
    options: tuple[str, ...] = ()

    def digest(self) -> str:
        """The key of the empty replay."""
        return _chain(str(FORMAT), [self.server, self.pg_dump, self.platform, *self.options])


def prefix_keys(ground: Ground, migrations: Sequence[Migration]) -> tuple[str, ...]:
    """A key for each prefix of the files: the first is that of no file at all, the last of all."""
    keys = [ground.digest()]
    for migration in migrations:
        content = hashlib.sha256(migration.content).hexdigest()
        keys.append(_chain(keys[-1], [content]))
    return tuple(keys)


def text_key(after: str, text: str) -> str:
    """The key of a schema file loaded where the replay `after` supplied the roles."""
    return _chain(after, ["schema file", hashlib.sha256(text.encode()).hexdigest()])


def _chain(start: str, parts: Iterable[str]) -> str:
    digest = hashlib.sha256(start.encode())
    for part in parts:
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part.encode())
    return digest.hexdigest()[:40]
