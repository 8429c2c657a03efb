"""`trueup repair`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import status_of

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "change rows of the history, nothing else; shows what it would do unless --write"
EXAMPLES = (
    "trueup repair                                     what there is to repair",
    "trueup repair --restamp 20260101120000 --write    the file was edited on purpose",
    "trueup repair --retry 20260101120000 --write      have a failed migration run again",
    "trueup repair --mark-done 20260101120000 --write  a failed one was finished by hand",
    "trueup repair --forget 20260101120000 --write     the row of a file that is gone",
    "trueup repair --move 20260101120000 --write       the row follows its renamed file",
    "trueup repair --restamp-ledger --write  Supabase's ledger takes the files' versions",
    "trueup repair --write-files --write     its rows without a file become files",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    for option, meaning in (
        ("--restamp", "take over the checksum and name of today's file"),
        ("--retry", "drop the row of a failed attempt, so that apply runs the file again"),
        ("--mark-done", "a failed attempt was finished by hand"),
        ("--forget", "drop the row of a file that is gone on purpose"),
        ("--move", "give the row the version of the file that has its content now"),
    ):
        parser.add_argument(
            option, metavar="VERSION", nargs="+", action="extend", default=[], help=meaning
        )
    parser.add_argument("--restamp-all", action="store_true", help="every row that differs")
    parser.add_argument(
        "--restamp-ledger",
        action="store_true",
        help="give rows of Supabase's ledger the version of the file with the same statements",
    )
    parser.add_argument(
        "--write-files",
        action="store_true",
        help="write rows of Supabase's ledger that have no file as migration files",
    )
    parser.add_argument("--write", action="store_true", help="do it")


def run(context: Context) -> int:
    """0 done or shown; 1 when an error is left in the history."""
    from trueup.ops.repair.rows import repair
    from trueup.report.repair import repair_json, repair_text
    from trueup.verdict.repair import Wish

    args = context.args
    if args.restamp_ledger or args.write_files:
        return _ledger(context)
    wish = Wish(
        restamp=tuple(args.restamp),
        restamp_all=args.restamp_all,
        retry=tuple(args.retry),
        mark_done=tuple(args.mark_done),
        forget=tuple(args.forget),
        move=tuple(args.move),
    )
    result = repair(context.project, wish, write=args.write)
    context.show(lambda: repair_json(result), lambda: repair_text(result, context.style))
    return status_of(not any(finding.is_error for finding in result.findings))


def _ledger(context: Context) -> int:
    from trueup.errors import UsageError
    from trueup.ops.repair.ledger import LedgerWish, settle_ledger
    from trueup.report.ledger import ledger_plan_json, ledger_plan_text

    args = context.args
    rows = (args.restamp, args.restamp_all, args.retry, args.mark_done, args.forget, args.move)
    if any(rows):
        raise UsageError(
            "rows of the ledger and rows of history are repaired one after the other",
            code="repair_one_at_a_time",
            hint="run `trueup repair` once with --restamp-ledger or --write-files, and once with"
            " the rest",
        )
    wish = LedgerWish(restamp=args.restamp_ledger, write_files=args.write_files)
    plan = settle_ledger(context.project, wish, write=args.write)
    context.show(lambda: ledger_plan_json(plan), lambda: ledger_plan_text(plan, context.style))
    return status_of(not any(finding.is_error for finding in plan.findings))
