"""`trueup new`"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.exits import DONE
from trueup.workbench.target import recorded_versions

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "create the next migration file and print its path"
EXAMPLES = (
    "trueup new add_customer_segments",
    'trueup new "Add customer segments"    the name is turned into add_customer_segments',
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("name", metavar="NAME", help="what the migration does, in a few words")


def run(context: Context) -> int:
    """0 done."""
    from trueup.ops.new import new

    project = context.project
    versions = recorded_versions(project)
    result = new(project.settings, context.args.name, datetime.now(UTC), versions)
    context.show(lambda: {"path": result.shown, "version": result.version}, lambda: result.shown)
    return DONE
