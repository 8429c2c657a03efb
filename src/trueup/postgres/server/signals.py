"""Work that a signal must not cut in two."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_held() -> Iterator[None]:
    """Keep Ctrl-C, SIGTERM and SIGHUP waiting until the block is done, then let them happen.

    Only the main thread ever sees what a signal raises, so elsewhere there is nothing to hold.
    A signal nobody handles keeps its default and still ends the process at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    before = {}
    for number in _HELD:
        handler = signal.getsignal(number)
        if callable(handler):
            before[number] = signal.signal(number, lambda got, _frame: arrived.append(got))
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
        for got in arrived:
            signal.raise_signal(got)
