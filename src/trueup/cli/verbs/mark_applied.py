"""`trueup mark-applied`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import DONE

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "record migrations as applied without running them"
EXAMPLES = (
    "trueup mark-applied 20260101120000 20260102120000",
    "trueup mark-applied --from-supabase               what Supabase's own ledger says ran",
    "trueup mark-applied --unknown 20260101120000=old_name   a version that has no file",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("versions", metavar="VERSION", nargs="*", help="versions of files")
    parser.add_argument(
        "--unknown",
        metavar="VERSION=NAME",
        action="append",
        default=[],
        help="a version without a file, and the name to record for it",
    )
    parser.add_argument(
        "--from-supabase", action="store_true", help="every file that Supabase's ledger has"
    )


def run(context: Context) -> int:
    """0 done."""
    from trueup.ops.mark_applied import Marking, mark_applied
    from trueup.report.repair import mark_json, mark_text

    args = context.args
    unknown = dict(_pair(text) for text in args.unknown)
    marking = Marking(tuple(args.versions), unknown, args.from_supabase)
    result = mark_applied(context.project, marking)
    context.show(lambda: mark_json(result), lambda: mark_text(result, context.style))
    return DONE


def _pair(text: str) -> tuple[str, str]:
    from trueup.errors import UsageError

    version, found, name = text.partition("=")
    if not found:
        raise UsageError(
            f"--unknown {text} names no migration",
            code="unknown_form",
            hint="write --unknown 20260101120000=name_of_it",
        )
    return version, name
