"""Replaying on our own ephemeral cluster: each place is a cluster of its own, started from the
snapshot of the longest prefix of the files that is known. Roles and settings that belong to a
cluster thus never leak from one replay into another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import ServerUnavailable
from trueup.model.migration import Migration
from trueup.postgres.server.cluster import Cluster, ephemeral_cluster
from trueup.postgres.server.install import Install
from trueup.postgres.server.prefix import extension_names, reachable
from trueup.shadow.cache import Cache
from trueup.shadow.keys import Ground
from trueup.shadow.platform import Platform, standin_files, standins
from trueup.shadow.sessions import with_settings
from trueup.shadow.shadow import OnFile

if TYPE_CHECKING:
    from trueup.shadow.adapter import Adapter

_BESIDE = "trueup_beside"
# A snapshot costs a fifth of a second to keep; a replay of less than this is as quickly done again.
_WORTH_SECONDS = 0.5
_WORTH_FILES = 20


@dataclass
class OwnPlace:
    """A cluster with the migrations in it, and a pristine template1 beside them. `files`
    were replayed on top of the nearest snapshot, which took `seconds`."""

    cluster: Cluster
    host: OwnHost
    notes: tuple[str, ...] = ()
    files: int = 0
    seconds: float = 0.0

    @property
    def conninfo(self) -> str:
        """The database in which the migrations ran."""
        return self.host.session(self.cluster.conninfo(self.host.database))

    def adapter(self) -> Adapter:
        """What fits files to this server."""
        from trueup.shadow.adapter import Adapter

        return Adapter(self.host.major, frozenset(standins()) - self.host.extensions)

    @contextmanager
    def another(self) -> Iterator[str]:
        """A fresh database made from the platform's template; it goes with the cluster."""
        from trueup.postgres.session.connection import connect

        with connect(self.conninfo) as conn:
            conn.execute(f"CREATE DATABASE {_BESIDE} TEMPLATE template1")
        yield self.host.session(self.cluster.conninfo(_BESIDE))

    def keep(self, key: str) -> None:
        """Stops the cluster and makes its data directory the snapshot for `key`, where that
        saves the next run more than it costs this one."""
        worth = self.files >= _WORTH_FILES or self.seconds >= _WORTH_SECONDS
        place = self.host.cache.snapshot_place(key) if worth else None
        if place is not None:
            with suppress(ServerUnavailable):  # without room for it the next run does without it
                self.cluster.freeze(place)
            self.host.cache.trim()


@dataclass(frozen=True)
class OwnHost:
    """PostgreSQL programs on this machine, run as throwaway clusters. `expose`: whether new
    tables are granted to the API's roles (Supabase's auto_expose_new_tables)."""

    install: Install
    pg_dump: Path
    platform_data: Platform
    ground: Ground
    cache: Cache
    database: str = "postgres"
    expose: bool = False

    @property
    def major(self) -> int:
        """The major version of the programs."""
        return self.install.major

    @property
    def version(self) -> str:
        """Their version's text."""
        return self.install.version

    @property
    def platform(self) -> str:
        """The platform's name."""
        return self.platform_data.name

    @cached_property
    def extensions(self) -> frozenset[str]:
        """The extensions that the server itself has."""
        return extension_names(self.install)

    @cached_property
    def server(self) -> Install:
        """The programs where the server's account can run them, with the stand-ins added."""
        return reachable(self.install, standin_files(self.platform))

    def session(self, conninfo: str) -> str:
        """The conninfo with the settings that the platform gives every session."""
        return with_settings(conninfo, self.platform)

    @contextmanager
    def at(
        self, migrations: Sequence[Migration], keys: Sequence[str], on_file: OnFile | None
    ) -> Iterator[OwnPlace]:
        """A place where `migrations` have run, from the nearest snapshot on."""
        with ExitStack() as stack:
            done, cluster = self._started(stack, keys)
            place = OwnPlace(cluster, self)
            started = time.monotonic()
            notes = self._bring_up(place, migrations, done, on_file)
            place.files = len(migrations) - done
            place.seconds = time.monotonic() - started
            place.notes = (*self._notes(keys[done]), *notes)
            yield place

    def _bring_up(
        self, place: OwnPlace, migrations: Sequence[Migration], done: int, on_file: OnFile | None
    ) -> tuple[str, ...]:
        if done == len(migrations):
            return ()
        from trueup.shadow.replaying import bring_up

        return bring_up(place.conninfo, migrations, done, place.adapter(), on_file)

    def _started(self, stack: ExitStack, keys: Sequence[str]) -> tuple[int, Cluster]:
        """A running cluster and how many files are in it. A snapshot that turns out damaged is
        gone by then, and the next nearest serves."""
        while True:
            done, snapshot = self._nearest(keys)
            try:
                return done, stack.enter_context(ephemeral_cluster(self.server, snapshot))
            except ServerUnavailable as problem:
                if problem.code != "snapshot_damaged" or not done:
                    raise

    def _nearest(self, keys: Sequence[str]) -> tuple[int, Path]:
        for done in range(len(keys) - 1, -1, -1):
            snapshot = self.cache.snapshot(keys[done])
            # Without the result beside it, its notes would be lost.
            if snapshot is not None and self.cache.result(keys[done]) is not None:
                return done, snapshot
        from trueup.shadow.ground_floor import ground_floor

        return 0, ground_floor(self.server, self.platform_data, expose=self.expose)

    def _notes(self, key: str) -> tuple[str, ...]:
        """What was noticed when the snapshot's part was replayed."""
        stored = self.cache.result(key)
        return tuple(stored.get("notes", ())) if stored else ()
