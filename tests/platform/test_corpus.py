"""Real projects: what replays on Supabase replays here, and what doesn't stops at the same file."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

import servers
from trueup.errors import StatementFailed
from trueup.model.migration import Migration
from trueup.platform import SUPABASE
from trueup.postgres.server.cluster import ephemeral_cluster
from trueup.postgres.server.install import Install
from trueup.postgres.server.prefix import extension_names, reachable
from trueup.postgres.session.connection import Connection, connect
from trueup.shadow.adapter import Adapter
from trueup.shadow.ground_floor import ground_floor
from trueup.shadow.platform import platform, session_settings, standin_files, standins
from trueup.shadow.replay import replay

SHARED = Path(os.environ.get("TRUEUP_SHARED") or Path(__file__).parents[3] / "shared")
CORPUS = SHARED / "corpus"


@cache
def projects() -> dict[str, dict[str, Any]]:
    listed = CORPUS / "corpus.json"
    if not listed.is_file():
        return {}
    found = json.loads(listed.read_text(encoding="utf-8"))
    return {name: facts for name, facts in found.items() if not facts["plain"]}


def files(folder: Path) -> list[Migration]:
    """In byte order, as the CLI runs them, roles.sql first."""
    paths = sorted((folder / "migrations").glob("*.sql"), key=lambda path: path.name.encode())
    roles = folder / "roles.sql"
    found = [roles, *paths] if roles.is_file() else paths
    return [Migration("", path.stem, path.name, path.read_bytes()) for path in found]


def exposed(folder: Path) -> bool:
    config = folder / "config.toml"
    if not config.is_file():
        return True
    read = tomllib.loads(config.read_text(encoding="utf-8"))
    return bool(read.get("api", {}).get("auto_expose_new_tables", True))


@contextmanager
def shadow(install: Install, expose: bool) -> Iterator[Connection]:
    server = reachable(install, standin_files(SUPABASE))
    data = platform(SUPABASE, server.major, auto_expose_new_tables=expose)
    settings = session_settings(SUPABASE).items()
    options = " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in settings)
    floor = ground_floor(server, data, expose=expose)
    with ExitStack() as stack:
        cluster = stack.enter_context(ephemeral_cluster(server, floor))
        there = make_conninfo(cluster.conninfo("postgres"), options=options)
        yield stack.enter_context(connect(there))


@pytest.mark.parametrize("major", [15, 17])
@pytest.mark.parametrize("name", sorted(projects()) or ["none"])
def test_a_real_project_replays_or_stops_where_it_must(name: str, major: int) -> None:
    if name not in projects():
        pytest.skip(f"no corpus at {CORPUS}: TRUEUP_SHARED says where it is")
    install = next((one for one in servers.INSTALLS if one.major == major), None)
    if install is None:
        pytest.skip(f"no PostgreSQL {major} here")
    facts = projects()[name]
    adapter = Adapter(major, frozenset(standins()) - extension_names(install))
    fitted = [adapter.fitted(migration) for migration in files(CORPUS / name)]
    with shadow(install, exposed(CORPUS / name)) as conn:
        if facts["replayable"]:
            assert replay(conn, fitted).files == len(fitted)
            return
        with pytest.raises(StatementFailed) as caught:
            replay(conn, fitted)
    error = adapter.explained(caught.value)
    assert error.location is not None
    assert error.location.file == facts["fails_at"]
