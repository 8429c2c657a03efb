"""`trueup apply`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import status_of

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "run pending migrations, record them, regenerate schema.sql, compare the database"
EXAMPLES = (
    "trueup apply                       all pending migrations",
    "trueup apply --dry-run             rehearse on the shadow and say what would happen",
    "trueup apply --to 20260101120000   up to that version, inclusive",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--to", metavar="VERSION", help="the last version to apply")
    parser.add_argument(
        "--dry-run", action="store_true", help="do all of it on the shadow, change nothing"
    )
    parser.add_argument(
        "--allow-newer-database",
        action="store_true",
        help="go on where a newer release has run; what it made is not compared",
    )


def run(context: Context) -> int:
    """0 done; 1 when the database has drift that the migrations don't explain; 3 when that could
    not be told."""
    from trueup.ops.apply.apply import apply
    from trueup.report.apply import apply_json, apply_text

    args = context.args
    result = apply(
        context.project,
        to=args.to,
        dry_run=args.dry_run,
        allow_newer=args.allow_newer_database,
    )
    context.show(
        lambda: apply_json(result),
        lambda: apply_text(result, context.style, verbose=args.verbose),
    )
    problem = result.problem
    return status_of(result.in_sync, failed=problem.exit_status if problem else None)
