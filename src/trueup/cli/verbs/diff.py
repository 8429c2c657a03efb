"""`trueup diff`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import status_of

if TYPE_CHECKING:
    from trueup.cli.context import Context
    from trueup.ops.diff import DiffOptions, DiffResult

HELP = "compare two schema sources; with --sql, the proven plan that turns FROM into TO"
EXAMPLES = (
    "trueup diff migrations database               what the database has that no file says",
    "trueup diff database migrations --sql         the SQL that takes the database back",
    "trueup diff a.sql b.sql                       two files",
    "trueup diff postgresql://host/one postgresql://host/two --all-schemas",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    where = (
        "migrations, schema-file, declarative, database, a URL, a .sql file or a directory of them"
    )
    parser.add_argument("source", metavar="FROM", help=where)
    parser.add_argument("goal", metavar="TO", help="likewise")
    parser.add_argument("--sql", action="store_true", help="print the proven plan, SQL alone")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--schema", metavar="NAME", nargs="+", action="extend", help="compare these schemas"
    )
    which.add_argument("--all-schemas", action="store_true", help="compare every schema")
    parser.add_argument(
        "--privileges",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="compare grants too (default: as configured)",
    )
    add_plan_options(parser)


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """How to plan; shared with reconcile."""
    parser.add_argument(
        "--rename",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="schema.table, schema.table.column or schema.enum.label that was renamed, not dropped"
        " and added",
    )
    parser.add_argument("--online", action="store_true", help="prefer forms without long locks")
    parser.add_argument(
        "--strict-column-order", action="store_true", help="another order of columns counts"
    )


def renames(pairs: list[str]) -> dict[str, str]:
    """--rename OLD=NEW as a mapping. Raises UsageError."""
    from trueup.errors import UsageError

    split = [pair.partition("=") for pair in pairs]
    for old, _, new in split:
        if not old or not new:
            raise UsageError(
                "--rename needs an old and a new name",
                code="rename_form",
                hint="write --rename public.users.mail=public.users.email",
            )
    return {old: new for old, _, new in split}


def run(context: Context) -> int:
    """0 equal, 1 different (with a proven plan, where one was asked for), 3 not proven."""
    from trueup.ops.diff import diff
    from trueup.report.diff import diff_json, diff_text

    args = context.args
    result = diff(context.project, args.source, args.goal, _options(context))
    if args.sql and not context.json:
        _show_sql(context, result)
    else:
        context.show(
            lambda: diff_json(result),
            lambda: diff_text(result, context.style, verbose=args.verbose),
        )
    return status_of(result.equal, proven=result.proof is None or result.proof.holds)


def _options(context: Context) -> DiffOptions:
    from trueup.model.scope import ALL_SCHEMAS
    from trueup.ops.diff import DiffOptions

    args = context.args
    named = tuple(args.schema) if args.schema else None
    return DiffOptions(
        schemas=(ALL_SCHEMAS,) if args.all_schemas else named,
        privileges=args.privileges,
        plan=args.sql,
        renames=renames(args.rename),
        online=args.online,
        strict_column_order=args.strict_column_order,
    )


def _show_sql(context: Context, result: DiffResult) -> None:
    from trueup.cli.show import out
    from trueup.report.findings import findings_text
    from trueup.report.plan import plan_sql

    if result.proof:
        out(plan_sql(result.proof))
    for change in result.column_order:
        context.say(f"equal up to the order of columns: {change.key}")
    if result.findings:
        context.say(findings_text(result.findings, context.style))
