"""Standard input as lines that can be stopped waiting for.

The SDK reads it in a thread, and a thread that waits in read() can't be told to end: a server that
gets SIGTERM would go on until its client closes the pipe. Where the operating system can wait for
input in the event loop, that is done here; elsewhere (a file) the SDK's way does.
"""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator

import anyio

_PORTION = 1 << 16


def can_wait(descriptor: int = 0) -> bool:
    """Whether the event loop can wait for input on it: a pipe, a socket or a terminal."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)


class Lines:
    """The lines of standard input. Descriptor 0 is taken over: children see nothing of it."""

    def __init__(self) -> None:
        self._descriptor = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

    async def __aiter__(self) -> AsyncIterator[str]:
        rest = bytearray()
        while True:
            await anyio.wait_readable(self._descriptor)
            data = os.read(self._descriptor, _PORTION)
            start = len(rest)
            rest += data
            while (end := rest.find(b"\n", start)) >= 0:
                yield rest[: end + 1].decode("utf-8", "replace")
                del rest[: end + 1]
                start = 0
            if not data:
                if rest:
                    yield rest.decode("utf-8", "replace")
                return
