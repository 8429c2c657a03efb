"""Servers that are not as they should be: with passwords, in recovery, of another version."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import trueup.postgres.server.install as found
from trueup.platform.postgres import PORT
from trueup.postgres.server.cluster import ephemeral_cluster
from trueup.postgres.server.install import Install
from trueup.postgres.server.rundir import run_directory
from trueup.postgres.server.settings import server_arguments
from trueup.postgres.server.snapshot import base_snapshot
from trueup.postgres.server.tree import copy_sealed


@contextmanager
def with_passwords(install: Install, password: str) -> Iterator[str]:
    """The conninfo, without password, of a server that asks everybody for one."""
    with ephemeral_cluster(install) as cluster:
        with psycopg.connect(cluster.conninfo(), autocommit=True) as session:
            session.execute(f"ALTER ROLE postgres PASSWORD '{password}'".encode())
            (cluster.data_dir / "pg_hba.conf").write_text("local all all scram-sha-256\n")
            session.execute("SELECT pg_reload_conf()")
            until_refused(cluster.conninfo())
        yield cluster.conninfo()


def until_refused(conninfo: str) -> None:
    """Returns when the server has read its new rules."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError:
            return
    raise AssertionError("the server goes on taking everybody")


@contextmanager
def replica(install: Install) -> Iterator[str]:
    """The conninfo of a hot standby, which follows nobody and takes no changes."""
    with run_directory() as run:
        copy_sealed(base_snapshot(install), run.data, run.account)
        (run.data / "standby.signal").touch()
        arguments = server_arguments(install, run.data, run.sockets)
        # Not below what the server had that wrote the log.
        for name, least in (("connections", 100), ("worker_processes", 8), ("wal_senders", 10)):
            arguments += ["-c", f"max_{name}={least}"]
        run.start([install.tool("postgres"), *arguments])
        conninfo = f"host={run.sockets} port={PORT} user=postgres dbname=postgres"
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(psycopg.OperationalError):
                psycopg.connect(conninfo).close()
                break
        yield conninfo


@contextmanager
def another_version(conninfo: str, folder: Path, major: int) -> Iterator[str]:
    """A way to the same server on which it says to be of another major version."""
    parameters = conninfo_to_dict(conninfo)
    path = f"{parameters['host']}/.s.PGSQL.{parameters['port']}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / ".s.PGSQL.6434"))
        listener.listen(32)
        threading.Thread(target=_accept, args=(listener, path, major), daemon=True).start()
        yield make_conninfo(conninfo, host=str(folder), port=6434)
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, path: str, major: int) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(path)
            for one, other, change in ((client, server, None), (server, client, major)):
                threading.Thread(target=_pass_on, args=(one, other, change), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, major: int | None) -> None:
    mark = b"server_version\0"
    with suppress(OSError):
        while data := source.recv(1 << 16):
            at = data.find(mark) + len(mark)
            if major and at >= len(mark):
                data = data[:at] + str(major).encode() + data[at + 2 :]
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def only_programs_of(
    install: Install, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> Iterator[None]:
    """As on a machine that has this one PostgreSQL and no other."""
    programs = folder / "programs"
    programs.mkdir()
    for name in ("postgres", "pg_dump", "initdb"):
        (programs / name).symlink_to(install.tool(name))
    with monkeypatch.context() as patch:
        patch.setattr(found, "FOLDERS", ())
        patch.setattr(found, "WHEELS", ())
        patch.setenv("PATH", f"{programs}:/usr/bin:/bin")
        yield
