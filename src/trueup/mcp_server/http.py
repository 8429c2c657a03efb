"""Streamable HTTP: on loopback as it is, elsewhere only with a bearer token."""

from __future__ import annotations

import hmac
import ipaddress
import os
from typing import Final

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Receive, Scope, Send

from trueup.errors import UsageError
from trueup.mcp_server.desk import TOKEN_VARIABLE

DEFAULT: Final = "127.0.0.1:8765"
_SHORTEST_TOKEN: Final = 16
_LOCAL_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`. Raises UsageError (`http_address_invalid`)."""
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not bare or not port.isdecimal() or int(port) > 65535:
        raise UsageError(
            f"{text!r} is not an address to listen on",
            code="http_address_invalid",
            hint=f"write HOST:PORT, such as {DEFAULT} or [::1]:8765",
            subject="--http",
        )
    return bare, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def required_token(host: str) -> str | None:
    """The bearer token that requests must bring. Raises UsageError (`http_token_missing`) where the
    host can be reached from elsewhere and there is none, or one that could be guessed."""
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if token and len(token) >= _SHORTEST_TOKEN:
        return token
    if is_loopback(host) and not token:
        return None
    raise UsageError(
        f"{TOKEN_VARIABLE} has fewer than {_SHORTEST_TOKEN} characters"
        if token
        else f"{host} can be reached from other machines, and {TOKEN_VARIABLE} is not set",
        code="http_token_missing",
        hint=f"set {TOKEN_VARIABLE} to a long random text that clients send as bearer token, or"
        f" listen on {DEFAULT}",
        subject="--http",
    )


def http_app(server: MCPServer, host: str, port: int, token: str | None) -> ASGIApp:
    """The ASGI application."""
    app = server.streamable_http_app(transport_security=_security(host, port), host=host)
    return _Bearer(app, token) if token else app


def _security(host: str, port: int) -> TransportSecuritySettings:
    """Against DNS rebinding: pages that a browser got from elsewhere must not reach us. A server
    that other machines may reach has names that are not known here; its token protects it."""
    if not is_loopback(host):
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    shown = f"[{host}]" if ":" in host else host
    names = dict.fromkeys((*_LOCAL_NAMES, shown))
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[name for base in names for name in (base, f"{base}:*")],
        allowed_origins=[f"http://{base}:*" for base in names],
    )


class _Bearer:
    """Lets only requests with the token through."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._may_pass(scope):
            await self._app(scope, receive, send)
            return
        headers = [(b"www-authenticate", b'Bearer realm="trueup"'), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _may_pass(self, scope: Scope) -> bool:
        brought = [value for name, value in scope["headers"] if name == b"authorization"]
        return len(brought) == 1 and hmac.compare_digest(brought[0], self._expected)
