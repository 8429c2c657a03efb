"""`trueup check`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import status_of
from trueup.workbench.files import read_schema_text

if TYPE_CHECKING:
    from trueup.cli.context import Context
    from trueup.ops.check import CheckResult

HELP = "compare migrations, schema.sql, history and database, object by object"
FORMATS = ("text", "json", "github", "markdown", "sarif", "junit")
EXAMPLES = (
    "trueup check                     every side there is",
    "trueup check --no-database       migrations and schema.sql only, as CI does",
    "trueup check -v                  with a diff of each object's DDL",
    "trueup check --format json       for programs",
    "trueup check --format sarif      for code scanning; github, markdown, junit for other readers",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument(
        "--no-database",
        action="store_true",
        help="leave the live database out even where one is configured",
    )
    parser.add_argument(
        "--strict-column-order", action="store_true", help="another order of columns is drift"
    )


def run(context: Context) -> int:
    """0 in sync, 1 drift or a finding that is an error, 3 could not tell."""
    from trueup.ops.check import check
    from trueup.report.check import check_json, check_text

    result = check(
        context.project,
        with_database=not context.args.no_database,
        strict_column_order=context.args.strict_column_order,
    )
    verbose = context.args.verbose
    if context.args.format not in ("text", "json"):
        context.show(dict, lambda: _in_form(context, result))
        return status_of(result.in_sync)
    context.show(
        lambda: check_json(result), lambda: check_text(result, context.style, verbose=verbose)
    )
    return status_of(result.in_sync)


def _in_form(context: Context, result: CheckResult) -> str:
    """The verdict in one of the forms that other programs read."""
    from trueup.report.github import check_github
    from trueup.report.junit import check_junit
    from trueup.report.markdown import check_markdown
    from trueup.report.sarif import check_sarif
    from trueup.sql.schema_blocks import object_lines

    form = context.args.format
    if form in ("markdown", "junit"):
        return check_markdown(result) if form == "markdown" else check_junit(result)
    text = read_schema_text(context.project).text if result.drift else None
    lines = object_lines(text) if text else {}
    return check_github(result, lines) if form == "github" else check_sarif(result, lines)
