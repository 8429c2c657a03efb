"""How a throwaway server is set: nothing durable, nothing in the background, nothing outside."""

from __future__ import annotations

from pathlib import Path

from trueup.platform.postgres import PORT
from trueup.postgres.server.install import Install
from trueup.postgres.server.layout import layout

SUPERUSER = "postgres"

_COMMON = {
    # The data is thrown away.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_recycle": "off",
    "wal_init_zero": "off",
    "min_wal_size": "2MB",
    "max_wal_size": "256MB",
    "checkpoint_timeout": "1d",
    # Nobody but us may reach it, and it reaches nobody: CREATE SUBSCRIPTION starts no worker.
    "listen_addresses": "",
    "ssl": "off",
    "max_logical_replication_workers": "0",
    # Each backend there might be costs memory for locks, which is set up at the start.
    "max_worker_processes": "0",
    "max_wal_senders": "0",
    "autovacuum_max_workers": "1",
    # Below this, CREATE PUBLICATION warns; it made no difference that could be measured.
    "wal_level": "logical",
    # Nothing happens that was not asked for.
    "autovacuum": "off",
    "jit": "off",
    "bgwriter_lru_maxpages": "0",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    # Shared memory in files of the data directory goes away with it, even after a crash.
    "dynamic_shared_memory_type": "mmap",
    "huge_pages": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "superuser_reserved_connections": "0",
    # A baseline of thousands of tables takes a lock on each, on its indexes and its toast table,
    # in one transaction.
    "max_locks_per_transaction": "1024",
    "lc_messages": "C",
    # A statement that fails is the caller's to show; its text may hold secrets.
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "cluster_name": "trueup",
}


def server_arguments(install: Install, data: Path, sockets: Path) -> list[str]:
    """The arguments of `postgres`: on the command line, no ALTER SYSTEM of a migration wins."""
    settings = dict(_COMMON)
    settings["unix_socket_directories"] = str(sockets)
    # The folder of the socket keeps others out; root, whose server is another's, must get in.
    settings["unix_socket_permissions"] = "0777"
    settings["timezone"] = settings["log_timezone"] = _time_zone(install)
    if install.major >= 15:
        settings["allow_in_place_tablespaces"] = "on"
    if install.major >= 18:
        settings["io_method"] = "sync"  # the default starts three more processes
    arguments = ["-D", str(data), "-p", str(PORT)]
    for name, value in settings.items():
        arguments += ["-c", f"{name}={value}"]
    return arguments


def _time_zone(install: Install) -> str:
    """UTC by name needs a time zone database; GMT is built in (src/timezone/pgtz.c)."""
    places = (layout(install).share / "timezone", Path("/usr/share/zoneinfo"))
    return "UTC" if any((place / "UTC").exists() for place in places) else "GMT"
