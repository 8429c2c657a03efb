"""`trueup init`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import DONE, status_of
from trueup.workbench.shadows import likely_major

if TYPE_CHECKING:
    from trueup.cli.context import Context
    from trueup.ops.init import InitResult

HELP = "write trueup.toml and the migrations folder; never overwrites unasked"
EXAMPLES = (
    "trueup init           trueup.toml with every setting explained",
    "trueup init --force   write it anew; the old one is kept beside it",
    "trueup init --git     also merge schema.sql object by object, in this clone",
    "trueup init --hook --git --github    and all the gates",
    "trueup init --mcp --agents           for AI agents: .mcp.json, and a section of AGENTS.md",
)

_EXTRAS = ("hook", "git", "github", "mcp", "agents")


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("--force", action="store_true", help="replace an existing trueup.toml")
    parser.add_argument("--hook", action="store_true", help="install the git hook")
    parser.add_argument("--git", action="store_true", help="have git merge schema.sql by object")
    parser.add_argument(
        "--github",
        action="store_true",
        help="write the GitHub Actions workflow that looks for drift",
    )
    parser.add_argument("--mcp", action="store_true", help="enter the MCP server into .mcp.json")
    parser.add_argument(
        "--agents",
        action="store_true",
        help="write how agents change the schema into AGENTS.md and CLAUDE.md, between marks",
    )

    parser.add_argument(
        "--adopt-supabase-history",
        action="store_true",
        help="take Supabase's ledger over: rows follow the files, rows without a file become"
        " files, and history records them all",
    )


def run(context: Context) -> int:
    """0 done; 1 when an error is left in a history that was taken over."""
    from trueup.action.workflow import write_workflow
    from trueup.git.writers import register
    from trueup.mcp_server import setup
    from trueup.ops.init import InitOptions, init, register_writer
    from trueup.report.init import init_json, init_text

    register()
    setup.register()
    register_writer("github", write_workflow)
    args, project = context.args, context.project
    extras = tuple(name for name in _EXTRAS if getattr(args, name))
    options = InitOptions(force=args.force, extras=extras, postgres=likely_major(project))
    result = init(project.settings, options)
    if args.adopt_supabase_history:
        return _adopt(context, result)
    context.show(lambda: init_json(result), lambda: init_text(result, context.style))
    return DONE


def _adopt(context: Context, result: InitResult) -> int:
    from trueup.ops.repair.ledger import LedgerWish, settle_ledger
    from trueup.report.init import init_json, init_text
    from trueup.report.ledger import ledger_plan_json, ledger_plan_text

    wish = LedgerWish(restamp=True, write_files=True, adopt=True)
    plan = settle_ledger(context.project, wish, write=True)
    context.show(
        lambda: {**init_json(result), "history": ledger_plan_json(plan)},
        lambda: f"{init_text(result, context.style)}\n{ledger_plan_text(plan, context.style)}",
    )
    return status_of(not any(finding.is_error for finding in plan.findings))
