"""`trueup baseline`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import DONE

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "declare the database as it is the start: first migration, schema.sql, history row"
EXAMPLES = (
    "trueup baseline                      from the configured database",
    "trueup baseline --name start_2026    another name for the file",
    "trueup baseline --squash             replace existing migrations by one baseline",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--name", default="baseline_schema", help="default: baseline_schema")
    parser.add_argument(
        "--squash",
        action="store_true",
        help="move existing migrations into before_baseline/ and replace their history rows",
    )


def run(context: Context) -> int:
    """0 done."""
    from trueup.ops.baseline.baseline import baseline
    from trueup.report.baseline import baseline_json, baseline_text

    args = context.args
    result = baseline(context.project, name=args.name, squash=args.squash)
    context.show(lambda: baseline_json(result), lambda: baseline_text(result, context.style))
    return DONE
