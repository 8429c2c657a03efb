"""Running the server until its client goes away or somebody ends it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Awaitable, Callable

import anyio

from trueup.errors import CannotTell, Interrupted
from trueup.mcp_server.desk import Desk
from trueup.mcp_server.server import TrueupServer, build, log_to_stderr

# How long requests that are under way may take to be rolled back, in seconds.
_PATIENCE = 5


def serve_stdio(desk: Desk) -> None:
    """On standard input and output. Raises Interrupted where a signal ended it."""
    log_to_stderr(desk)
    server: TrueupServer = build(desk)
    anyio.run(_until_signal, server.serve_stdio)


async def _until_signal(serve: Callable[[], Awaitable[None]]) -> None:
    """Runs until it ends by itself or is told to: then what is under way is rolled back first."""
    told: list[signal.Signals] = []
    async with anyio.create_task_group() as tasks:

        async def listen() -> None:
            with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                async for number in signals:
                    told.append(number)
                    tasks.cancel_scope.cancel()

        tasks.start_soon(listen)
        await serve()
        tasks.cancel_scope.cancel()
    if told:
        raise Interrupted(f"ended by {told[0].name}")


def serve_http(desk: Desk, address: str, say: Callable[[str], None]) -> None:
    """On HOST:PORT under /mcp; says so once it listens. Raises UsageError (`http_address_invalid`,
    `http_token_missing`), CannotTell (`http_address_unusable`)."""
    import uvicorn  # only here: stdio has no use for it

    from trueup.mcp_server.http import http_app, parse_address, required_token

    host, port = parse_address(address)
    token = required_token(host)
    log_to_stderr(desk)
    app = http_app(build(desk), host, port, token)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    with _listening(host, port) as listener:
        say(f"serving on http://{address}/mcp")
        anyio.run(uvicorn.Server(config).serve, [listener])


def _listening(host: str, port: int) -> socket.socket:
    """Bound here, because uvicorn ends the process where it can't."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as problem:
        raise CannotTell(
            f"can't listen on {host}:{port}: {problem.strerror or problem}",
            code="http_address_unusable",
            hint="take another port, such as --http 127.0.0.1:8766",
        ) from problem
