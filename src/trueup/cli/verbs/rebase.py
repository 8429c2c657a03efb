"""`trueup rebase`"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.exits import DONE

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "give migrations that upstream lacks new versions after its latest, in their order"
EXAMPLES = (
    "trueup rebase                          rename files, move history rows, write schema.sql",
    "trueup rebase --dry-run                show what would be done",
    "trueup rebase --upstream origin/develop",
    "trueup rebase --database-url URL       again, for a further database that ran them",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--upstream", metavar="REF", help="the branch to come after")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    parser.add_argument(
        "--no-database", action="store_true", help="leave the history of the database alone"
    )


def run(context: Context) -> int:
    """0 done, also where nothing was to do."""
    from trueup.git.repository import find_repository
    from trueup.git.work_tree import GitWorkTree
    from trueup.ops.rebase import rebase
    from trueup.report.rebase import rebase_json, rebase_text

    args, project = context.args, context.project
    if args.upstream:
        project = replace(project, settings=replace(project.settings, upstream=args.upstream))
    settings = project.settings
    tree = GitWorkTree(find_repository(settings.root), settings.root, settings.migrations_dir)
    now = datetime.now(UTC)
    result = rebase(project, tree, now, dry_run=args.dry_run, with_database=not args.no_database)
    context.show(lambda: rebase_json(result), lambda: rebase_text(result, context.style))
    return DONE
