"""One project and one database behind all sessions of a server: runs ops in threads, one change
at a time, with progress told and cancellation heard."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context

from trueup.config.settings import Settings
from trueup.mcp_server.identity import insist_on_project, project_ids
from trueup.mcp_server.untrusted import Scrubber
from trueup.postgres.session.interrupt import Stop, checkpoint, stoppable
from trueup.workbench.project import Project

T = TypeVar("T")
Act = Callable[[Project], T]

TOKEN_VARIABLE = "TRUEUP_MCP_TOKEN"  # noqa: S105 - the name of a variable
# A statement that starts right after a request to cancel is not hit by it: it is asked again.
_ASK_AGAIN = 0.25
_TOLD_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Options:
    """How the server was started. `read_only`: nothing is changed, neither files nor database, and
    no SQL of the caller's runs as superuser. `allow_destructive`: nobody is asked before rows or
    columns are lost or access is opened."""

    read_only: bool = False
    allow_destructive: bool = False
    project_id: str | None = None
    use_cache: bool = True


@dataclass(frozen=True)
class Done(Generic[T]):
    """What an op gave, and what it said on the way."""

    result: T
    notes: tuple[str, ...]


class Desk:
    """What tools work at."""

    def __init__(self, settings: Settings, options: Options | None = None) -> None:
        self.settings = settings
        self.options = options or Options()
        self.verdict: str | None = None
        self._changing = anyio.Lock()

    @cached_property
    def scrubber(self) -> Scrubber:
        """What takes secrets out of all that leaves."""
        return Scrubber(_secrets(self.settings))

    @cached_property
    def _known(self) -> frozenset[str]:
        return project_ids(self.settings, self.options.project_id)

    def insist_on_project(self, asked: str | None) -> None:
        """Raises UsageError where a call is meant for another project."""
        if asked is not None:
            insist_on_project(self._known, asked)

    async def read(self, ctx: Context[Any, Any], act: Act[T]) -> Done[T]:
        """Runs an op that changes nothing."""
        return await _Run(self, ctx).of(act)

    async def change(self, ctx: Context[Any, Any], act: Act[T]) -> Done[T]:
        """Runs an op that changes files or the database; one at a time in this process. Other
        processes are kept out by the migration lock in the database."""
        run = _Run(self, ctx)
        if self._changing.locked():
            await run.tell("waiting for another call of this server to finish")
        async with self._changing:
            return await run.of(act)


class _Run:
    """One op in a thread of its own, and the request it belongs to."""

    def __init__(self, desk: Desk, ctx: Context[Any, Any]) -> None:
        self._desk = desk
        self._ctx = ctx
        self._stop = Stop()
        self._notes: list[str] = []
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._told = 0
        self._over = False

    async def tell(self, line: str) -> None:
        """A progress notification, where the client asked for them."""
        self._told += 1
        await self._ctx.report_progress(self._told, None, self._desk.scrubber.text(line))

    async def of(self, act: Act[T]) -> Done[T]:
        """The op's result. Raises what the op raises; a cancelled request cancels the op and
        waits until it has cleaned up."""
        outcome: list[T] = []
        problem: list[BaseException] = []

        def work() -> None:
            try:
                with stoppable(self._stop):
                    outcome.append(act(self._project()))
            except BaseException as raised:  # raised again in the task below
                problem.append(raised)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._hear_cancellation)
            tasks.start_soon(self._forward_progress)
            await anyio.to_thread.run_sync(work)
            self._over = True
            tasks.cancel_scope.cancel()
        await self._drain()
        if problem:
            raise problem[0]
        return Done(outcome[0], tuple(self._notes))

    def _project(self) -> Project:
        desk = self._desk
        return Project(
            desk.settings,
            use_cache=desk.options.use_cache,
            read_only=desk.options.read_only,
            progress=self._progress,
            say=self._say,
        )

    def _progress(self, line: str) -> None:
        checkpoint()
        self._lines.put(line)

    def _say(self, line: str) -> None:
        self._notes.append(line)
        self._progress(line)

    async def _forward_progress(self) -> None:
        while True:
            await self._drain()
            await anyio.sleep(_TOLD_EVERY)

    async def _drain(self) -> None:
        while not self._lines.empty():
            await self.tell(self._lines.get_nowait())

    async def _hear_cancellation(self) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                while not self._over:
                    await anyio.to_thread.run_sync(self._stop.ask)
                    await anyio.sleep(_ASK_AGAIN)


def _secrets(settings: Settings) -> list[str]:
    """Everything that must not leave: passwords and whole URLs with one, the bearer token."""
    from trueup.errors import UsageError
    from trueup.postgres.session.connection import parse

    found = [os.environ.get(name, "") for name in ("PGPASSWORD", TOKEN_VARIABLE)]
    for url in (settings.database_url, settings.shadow_url):
        if url is None:
            continue
        if url.has_password:
            found.append(url.reveal())
        try:
            parts = parse(url.reveal())
        except UsageError:
            continue
        found += [parts.get(name, "") for name in ("password", "sslpassword")]
    return found
