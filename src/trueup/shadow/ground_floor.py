"""The snapshot that every replay starts from: an empty cluster with the platform in it."""

from __future__ import annotations

from pathlib import Path

from trueup.platform import POSTGRES
from trueup.postgres.server.cluster import ephemeral_cluster
from trueup.postgres.server.install import Install
from trueup.postgres.server.places import cache_root
from trueup.postgres.server.snapshot import base_snapshot
from trueup.postgres.server.tree import mark_used, prune
from trueup.postgres.session.connection import connect
from trueup.shadow.platform import Platform
from trueup.shadow.platform.load import load_platform

_DATABASES = ("template1", "postgres")


def ground_floor(server: Install, platform: Platform, *, expose: bool) -> Path:
    """The snapshot for a platform on a server; made once, and then found by the version of the
    platform's data. Kept whatever `--no-cache` says: it holds nothing of a project."""
    if platform.name == POSTGRES:
        return base_snapshot(server)
    folder = cache_root() / "platforms"
    place = folder / f"{platform.version}-{base_snapshot(server).name}"
    if not mark_used(place):
        _make(server, platform, expose, place)
        prune(folder)
    return place


def _make(server: Install, platform: Platform, expose: bool, place: Path) -> None:
    with ephemeral_cluster(server, base_snapshot(server)) as cluster:
        for name in _DATABASES:
            with connect(cluster.conninfo(name)) as conn:
                load_platform(conn, platform.name, server.major, auto_expose_new_tables=expose)
        cluster.freeze(place)
