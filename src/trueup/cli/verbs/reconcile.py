"""`trueup reconcile`"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from trueup.cli.verbs.diff import add_plan_options, renames
from trueup.exits import status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.cli.context import Context
    from trueup.diff.compare import Change
    from trueup.ops.reconcile.look import Choice
    from trueup.shadow.prove import Proof

HELP = "mend drift with a proven plan, in either direction; shows it unless told to do it"
EXAMPLES = (
    "trueup reconcile                             what drifted, and which way mends it",
    "trueup reconcile --adopt                     the migration that is missing, proven",
    "trueup reconcile --adopt --write             write it, record it, regenerate schema.sql",
    "trueup reconcile --revert                    the SQL that takes the database back, proven",
    "trueup reconcile --revert --apply            run it, under the lock",
    "trueup reconcile --adopt --only 'public.users*' --write",
    "trueup reconcile --regenerate --write        write schema.sql anew from the migrations",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--adopt", action="store_true", help="the database is right")
    way.add_argument("--revert", action="store_true", help="the migrations are right")
    way.add_argument("--regenerate", action="store_true", help="only schema.sql is stale")
    parser.add_argument("--write", action="store_true", help="write files (and the history row)")
    parser.add_argument("--apply", action="store_true", help="run the plan on the database")
    parser.add_argument(
        "--only",
        metavar="PATTERN",
        nargs="+",
        action="extend",
        default=[],
        help="these objects and what they can't be without: schema.name with * and ?",
    )
    parser.add_argument(
        "--interactive", action="store_true", help="object by object, with the diff shown"
    )
    parser.add_argument("--name", default="adopt_database_changes", help="of the new migration")
    parser.add_argument(
        "--allow-data-loss", action="store_true", help="write or run statements that lose data"
    )
    add_plan_options(parser)


def run(context: Context) -> int:
    """0 nothing to do, or done; 1 drift (shown only); 3 nothing could be proven."""
    args = context.args
    _insist_on_sense(args)
    if args.adopt:
        return _adopt(context)
    if args.revert:
        return _revert(context)
    if args.regenerate:
        return _regenerate(context)
    return _propose(context)


def _insist_on_sense(args: argparse.Namespace) -> None:
    from trueup.errors import UsageError

    wrong = (args.write and not (args.adopt or args.regenerate)) or (args.apply and not args.revert)
    if wrong:
        raise UsageError(
            "--write goes with --adopt or --regenerate, --apply with --revert",
            code="reconcile_direction",
            hint="say which side is right: `trueup reconcile` alone shows both ways",
        )


def _choice(context: Context) -> Choice:
    from trueup.ops.reconcile.look import Choice

    args = context.args
    return Choice(
        only=tuple(args.only),
        pick=_asker(context) if args.interactive else None,
        renames=renames(args.rename),
        online=args.online,
        strict_column_order=args.strict_column_order,
    )


def _asker(context: Context) -> Callable[[Change], bool]:
    from trueup.diff.unified import unified
    from trueup.diff.words import summarize
    from trueup.report.objects import shown_pair
    from trueup.report.safe import printable

    def ask(change: Change) -> bool:
        context.say(printable(summarize(change.key, change.before, change.after)))
        for line in unified(*shown_pair(change)):
            context.say(f"  {printable(line)}")
        return confirm("take this one?")

    return ask


def confirm(question: str) -> bool:
    """Asks a person on the terminal; without one the answer is no."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _adopt(context: Context) -> int:
    from trueup.ops.reconcile.adopt import adopt
    from trueup.report.reconcile import adopt_json, adopt_text

    args = context.args
    result = adopt(
        context.project,
        _choice(context),
        name=args.name,
        write=args.write,
        may_lose_data=lambda proof: args.allow_data_loss or _ask_for_leave(context, proof),
    )
    context.show(lambda: adopt_json(result), lambda: adopt_text(result, context.style))
    return status_of(result.settled, proven=result.proven)


def _revert(context: Context) -> int:
    from trueup.ops.reconcile.revert import revert
    from trueup.report.reconcile import revert_json, revert_text

    args = context.args
    result = revert(
        context.project,
        _choice(context),
        apply=args.apply,
        may_lose_data=lambda proof: args.allow_data_loss or _ask_for_leave(context, proof),
    )
    context.show(lambda: revert_json(result), lambda: revert_text(result, context.style))
    return status_of(result.settled, proven=result.proven)


def _ask_for_leave(context: Context, proof: Proof) -> bool:
    """Without a terminal the refusal says what is lost."""
    from trueup.ops.reconcile.look import likely_renames, losses

    if not sys.stdin.isatty():
        return False
    for lost in losses(proof):
        context.say(f"data loss: {lost}")
    for hint in likely_renames(proof):
        context.say(hint)
    return confirm("do it all the same?")


def _regenerate(context: Context) -> int:
    from trueup.ops.dump import dump
    from trueup.report.dump import dump_json, dump_text

    result = dump(context.project, check_only=not context.args.write)
    context.show(lambda: dump_json(result), lambda: dump_text(result, context.style))
    return status_of(context.args.write or not result.written.changed)


def _propose(context: Context) -> int:
    from trueup.ops.check import check
    from trueup.report.check import check_json, check_text

    result = check(context.project)
    context.show(lambda: check_json(result), lambda: check_text(result, context.style))
    return status_of(result.in_sync)
