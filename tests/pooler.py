"""A pooler in transaction mode: the wire protocol's few messages that such a thing must know.

Like pgbouncer's, its sessions get a server connection for each transaction, the one given back
last first, and nothing resets that in between. Real clients, real server, no TLS, no passwords.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_SSL_REQUESTS = (80877103, 80877104)
_CANCEL_REQUEST = 80877102


@contextmanager
def transaction_pooler(conninfo: str, folder: Path, servers: int = 4) -> Iterator[str]:
    """The conninfo that leads to the same database through a pooler on a socket in `folder`."""
    pool = _Pool(conninfo, servers)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / ".s.PGSQL.6432"))
        listener.listen(32)
        threading.Thread(target=_serve, args=(listener, pool), daemon=True).start()
        yield make_conninfo(conninfo, host=str(folder), port=6432)
        listener.shutdown(socket.SHUT_RDWR)
    pool.close()


class _Pool:
    """Server connections, opened when they are first needed."""

    def __init__(self, conninfo: str, most: int) -> None:
        self.parameters = conninfo_to_dict(conninfo)
        self.free: list[socket.socket] = []
        self.all: list[socket.socket] = []
        self.most = most
        self.greeting = b""
        self.changed = threading.Condition()
        self.give_back(self.take())

    def take(self) -> socket.socket:
        with self.changed:
            while not self.free and len(self.all) == self.most:
                self.changed.wait()
            return self.free.pop() if self.free else self._open()

    def give_back(self, server: socket.socket) -> None:
        with self.changed:
            self.free.append(server)
            self.changed.notify()

    def close(self) -> None:
        for server in self.all:
            server.close()

    def _open(self) -> socket.socket:
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{self.parameters['host']}/.s.PGSQL.{self.parameters['port']}")
        user, database = str(self.parameters["user"]), str(self.parameters["dbname"])
        words = ("user", user, "database", database, "client_encoding", "UTF8", "")
        body = struct.pack("!I", 196608) + b"".join(word.encode() + b"\0" for word in words)
        server.sendall(struct.pack("!I", len(body) + 4) + body)
        self.all.append(server)
        self.greeting = b"".join(part for part in _until_ready(server) if part[:1] in b"RS")
        return server


def _serve(listener: socket.socket, pool: _Pool) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_session, args=(client, pool), daemon=True).start()


def _session(client: socket.socket, pool: _Pool) -> None:
    server: socket.socket | None = None
    with client, suppress(OSError):
        _greet(client, pool)
        while (message := _message(client))[:1] != b"X":
            server = server or pool.take()
            server.sendall(message)
            if message[:1] in b"QS":
                for answer in _until_ready(server):
                    client.sendall(answer)
                if answer[-1:] == b"I":
                    pool.give_back(server)
                    server = None
    if server:
        with suppress(OSError):
            server.sendall(b"Q" + struct.pack("!I", 13) + b"ROLLBACK\0")
            list(_until_ready(server))
            pool.give_back(server)


def _greet(client: socket.socket, pool: _Pool) -> None:
    while True:
        size, code = struct.unpack("!II", _exactly(client, 8))
        _exactly(client, size - 8)
        if code not in _SSL_REQUESTS:
            break
        client.sendall(b"N")
    if code == _CANCEL_REQUEST:
        raise OSError("no cancelling here")
    key = b"K" + struct.pack("!III", 12, 4711, 42)  # poolers make up their own
    client.sendall(pool.greeting + key + b"Z" + struct.pack("!I", 5) + b"I")


def _until_ready(server: socket.socket) -> Iterator[bytes]:
    while True:
        message = _message(server)
        yield message
        if message[:1] == b"Z":
            return


def _message(source: socket.socket) -> bytes:
    head = _exactly(source, 5)
    return head + _exactly(source, struct.unpack("!I", head[1:])[0] - 4)


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = source.recv(count - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data
