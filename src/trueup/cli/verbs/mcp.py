"""`trueup mcp`"""

from __future__ import annotations

import argparse
import importlib.util
from typing import TYPE_CHECKING

from trueup.exits import DONE

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "serve the project to AI agents (Model Context Protocol), on stdio or HTTP"
FORMATS = ("text",)
EXAMPLES = (
    "trueup mcp                        on stdio, as clients start it (.mcp.json)",
    "trueup mcp --read-only            nothing is changed, neither files nor database",
    "trueup mcp --http                 on http://127.0.0.1:8765/mcp",
    "trueup mcp --http 0.0.0.0:8765    needs TRUEUP_MCP_TOKEN, which clients send as bearer token",
)
_DEFAULT_ADDRESS = "127.0.0.1:8765"


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "--http",
        nargs="?",
        const=_DEFAULT_ADDRESS,
        metavar="HOST:PORT",
        help=f"serve streamable HTTP instead of stdio (default {_DEFAULT_ADDRESS}, path /mcp)",
    )
    parser.add_argument(
        "--read-only",
        action="store_true",
        help="change nothing, neither files nor database, and run no SQL as superuser",
    )
    parser.add_argument(
        "--allow-destructive",
        action="store_true",
        help="ask nobody before data is lost or access is opened",
    )
    parser.add_argument(
        "--project-id", metavar="ID", help="the Supabase project that calls may name"
    )


def run(context: Context) -> int:
    """0 when the client has gone."""
    args = context.args
    settings = context.project.settings
    _insist_on_sdk()
    from trueup.mcp_server.desk import Desk, Options
    from trueup.mcp_server.serve import serve_http, serve_stdio

    options = Options(
        read_only=args.read_only,
        allow_destructive=args.allow_destructive,
        project_id=args.project_id,
        use_cache=not args.no_cache,
    )
    desk = Desk(settings, options)
    if args.http:
        serve_http(desk, args.http, context.say)
    else:
        serve_stdio(desk)
    return DONE


def _insist_on_sdk() -> None:
    if importlib.util.find_spec("mcp") is None:
        from trueup.errors import UsageError

        raise UsageError(
            "the MCP server needs the package mcp, which is not installed",
            code="mcp_missing",
            hint="pip install 'trueup[mcp]'",
        )
