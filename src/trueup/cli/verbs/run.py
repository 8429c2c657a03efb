"""`trueup run`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "run a command with a fresh database that has all migrations"
FORMATS = ("text",)
EXAMPLES = (
    "trueup run -- pytest               DATABASE_URL names the database, dropped after",
    "trueup run -- psql -c '\\d'         PGHOST and kin are set too",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.usage = "trueup run [options] -- COMMAND [ARG ...]"
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments")


def run(context: Context) -> int:
    """The command's own exit status."""
    from trueup.errors import UsageError
    from trueup.ops.run import run as run_command

    command = context.args.command
    command = command[1:] if command[:1] == ["--"] else command
    if not command:
        raise UsageError(
            "there is no command to run",
            code="command_missing",
            hint="put it after two dashes: trueup run -- pytest",
        )
    return run_command(context.project, command)
