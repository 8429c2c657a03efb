"""Asking work that runs in another thread to end.

Ctrl-C reaches the main thread only. A face that runs an op in a thread of its own (the MCP server)
holds a `Stop`: asking it cancels what the thread's sessions are running, on the server too, and
ends the thread's next wait. Where no Stop is current, which is everywhere else, nothing happens.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING
from weakref import WeakSet

from trueup.errors import Interrupted

if TYPE_CHECKING:
    import psycopg

# How long one request to cancel may take, in seconds.
_PATIENCE = 5.0


class Stop:
    """One piece of work that may be asked to end, from any thread and any number of times."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._sessions: WeakSet[psycopg.Connection] = WeakSet()
        self._guard = threading.Lock()
        self._sheltered = False

    def ask(self) -> None:
        """Cancel what the work's sessions are running. A statement that begins a moment later is
        not hit: ask again until the work is over."""
        self._asked.set()
        with self._guard:
            if self._sheltered:
                return
            for session in list(self._sessions):
                with suppress(Exception):  # it may have ended or broken by itself
                    session.cancel_safe(timeout=_PATIENCE)

    def check(self) -> None:
        """Raises Interrupted once the end was asked for."""
        if self._asked.is_set() and not self._sheltered:
            raise Interrupted("cancelled; what was under way is rolled back")

    def watch(self, session: psycopg.Connection) -> None:
        """Counts a session among those to cancel."""
        with self._guard:
            self._sessions.add(session)

    def wait(self, seconds: float) -> None:
        """Sleeps, not longer than until the end is asked for. Raises Interrupted."""
        if self._sheltered:
            time.sleep(seconds)
        else:
            self._asked.wait(seconds)
        self.check()

    @contextmanager
    def sheltered(self) -> Iterator[None]:
        """Work that must come to its end, because stopping here would leave things half done."""
        with self._guard:
            before, self._sheltered = self._sheltered, True
        try:
            yield
        finally:
            self._sheltered = before


_current: ContextVar[Stop | None] = ContextVar("trueup_stop", default=None)


@contextmanager
def stoppable(stop: Stop) -> Iterator[None]:
    """Makes `stop` the one that this thread heeds."""
    token = _current.set(stop)
    try:
        yield
    finally:
        _current.reset(token)


def checkpoint() -> None:
    """Raises Interrupted where this thread's work was asked to end."""
    if stop := _current.get():
        stop.check()


def watch(session: psycopg.Connection) -> None:
    """To be told of every session that is opened."""
    if stop := _current.get():
        stop.watch(session)


def pause(seconds: float) -> None:
    """time.sleep that can be asked to end. Raises Interrupted."""
    if stop := _current.get():
        stop.wait(seconds)
    else:
        time.sleep(seconds)


@contextmanager
def sheltered() -> Iterator[None]:
    """A block that is not to be stopped."""
    stop = _current.get()
    if stop is None:
        yield
        return
    with stop.sheltered():
        yield
