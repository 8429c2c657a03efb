"""`trueup dump`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import status_of

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "regenerate schema.sql from a replay of the migrations"
EXAMPLES = (
    "trueup dump                   write schema.sql",
    "trueup dump --check           exit 1 when it would change",
    "trueup dump --from database   write what the live database has instead",
    "trueup dump --keep-going      list every file that fails, not only the first",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if it differs")
    parser.add_argument(
        "--from",
        dest="origin",
        choices=("migrations", "database"),
        default="migrations",
        help="what to write: what the migrations give (default), or what the database has",
    )
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help="replay past files that fail and list them all; nothing is written unless none does",
    )


def run(context: Context) -> int:
    """0 done, or up to date; 1 when --check found a difference. (3 when files fail.)"""
    from trueup.ops.dump import dump
    from trueup.report.dump import dump_json, dump_text

    args = context.args
    result = dump(
        context.project,
        from_database=args.origin == "database",
        check_only=args.check,
        keep_going=args.keep_going,
    )
    context.show(lambda: dump_json(result), lambda: dump_text(result, context.style))
    return status_of(not (args.check and result.written.changed))
