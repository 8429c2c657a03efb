"""A wire tap: passes a session's bytes on and strikes at a chosen message.

Counts the messages of all clients that come through it, in the order in which they arrive, so a
test can go through every moment at which something may die. Plain sockets, no TLS.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from psycopg.conninfo import conninfo_to_dict, make_conninfo

When = Literal["before", "after"]


@dataclass
class Tap:
    """`conninfo` leads through the tap. At message number `at` (from 1) `strike` is called, before
    or after the server has got it; it is told which client socket sent it."""

    conninfo: str
    at: int
    when: When
    strike: Callable[[socket.socket, socket.socket], None]
    seen: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    due: Callable[[bytes], bool] | None = None

    def take(self, client: socket.socket, server: socket.socket, message: bytes) -> None:
        """Passes one message on, and strikes if it is the one."""
        with self.lock:
            self.seen += 1
            due = self.due(message) if self.due else self.seen == self.at
            if due and self.when == "before":
                self.strike(client, server)
            server.sendall(message)
            if due and self.when == "after":
                self.strike(client, server)


@contextmanager
def tapped(
    conninfo: str,
    folder: Path,
    *,
    at: int = 0,
    when: When = "before",
    strike: Callable[[socket.socket, socket.socket], None],
    due: Callable[[bytes], bool] | None = None,
) -> Iterator[Tap]:
    """A tap in front of the server of `conninfo`, on a socket in `folder`. `due` picks messages by
    what they say, in the place of `at`."""
    parameters = conninfo_to_dict(conninfo)
    path = f"{parameters['host']}/.s.PGSQL.{parameters['port']}"
    tap = Tap(make_conninfo(conninfo, host=str(folder), port=6433), at, when, strike, due=due)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / ".s.PGSQL.6433"))
        listener.listen(32)
        threading.Thread(target=_serve, args=(listener, path, tap), daemon=True).start()
        yield tap
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, path: str, tap: Tap) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(path)
            threading.Thread(target=_upstream, args=(client, server, tap), daemon=True).start()
            threading.Thread(target=_downstream, args=(server, client), daemon=True).start()


def _upstream(client: socket.socket, server: socket.socket, tap: Tap) -> None:
    with suppress(OSError, EOFError):
        size = _exactly(client, 4)
        tap.take(client, server, size + _exactly(client, struct.unpack("!I", size)[0] - 4))
        while True:
            head = _exactly(client, 5)
            body = _exactly(client, struct.unpack("!I", head[1:])[0] - 4)
            tap.take(client, server, head + body)
    _hang_up(server)


def _downstream(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while data := server.recv(65536):
            client.sendall(data)
    _hang_up(client)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = source.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data
