"""`trueup hook`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import DONE, status_of

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "the git hook that judges what is staged: install, uninstall, run"
EXAMPLES = (
    "trueup hook install                 into git's hooks, husky's or pre-commit's, as found",
    "trueup hook uninstall               leaves everything as it was",
    "trueup hook run                     what the hook does, by hand",
    "trueup hook run --replay            also replay the staged migrations",
    "TRUEUP_SKIP=migration_in_future git commit    let a code pass one time",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("action", choices=("install", "uninstall", "run"), help="what to do")
    parser.add_argument(
        "--kind",
        choices=("git", "husky", "pre-commit"),
        help="whose hooks to install into; default: what the repository uses",
    )
    parser.add_argument(
        "--force", action="store_true", help="install into hooks that all repositories share"
    )
    parser.add_argument(
        "--replay", action="store_true", help="run: compare schema.sql with a replay, too"
    )
    parser.add_argument(
        "--upstream", metavar="REF", help="run: the branch to compare with (default: origin's)"
    )


def run(context: Context) -> int:
    """0 done or in order, 1 when something staged is not in order."""
    if context.args.action == "run":
        return _run(context)
    from trueup.git.install import install, uninstall
    from trueup.git.repository import find_repository
    from trueup.git.shown import installed_json, installed_text

    args = context.args
    root = context.project.settings.root
    repository = find_repository(root)
    if args.action == "install":
        result = install(repository, root, args.kind, force=args.force)
    else:
        result = uninstall(repository, root, args.kind)
    context.show(lambda: installed_json(result), lambda: installed_text(result, context.style))
    return DONE


def _run(context: Context) -> int:
    from trueup.git.by_hand import run_by_hand
    from trueup.git.shown import outcome_json

    args = context.args
    outcome = run_by_hand(context.project, upstream=args.upstream, replay=args.replay)
    if context.json:
        context.show(lambda: outcome_json(outcome), str)
    else:
        import sys

        from trueup.git.telling import tell

        tell(outcome, sys.stderr, quiet=args.quiet)
    return status_of(not outcome.errors)
