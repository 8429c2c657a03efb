"""The entry point: picks the verb, shows errors, exits. The only place that exits."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # importing typing, like argparse, takes longer than `hook run` itself
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from types import FrameType
    from typing import NoReturn

VERBS = (
    "init",
    "baseline",
    "new",
    "apply",
    "status",
    "mark-applied",
    "repair",
    "dump",
    "check",
    "diff",
    "reconcile",
    "hook",
    "merge-driver",
    "rebase",
    "run",
    "mcp",
    "doctor",
    "demo",
)
# What one command makes lives until it ends, mostly: Python's usual threshold has it look through
# all of that for circles again and again.
_FEW_COLLECTIONS = (100_000, 20, 50)
_FIRST_STEPS = """\
first steps:
  trueup init                  write trueup.toml
  trueup baseline              take over an existing database
  trueup new add_customers     create the next migration file
  trueup apply                 run it, record it, regenerate schema.sql
  trueup check                 are migrations, schema.sql and the database the same?

Each command has --help with examples. Exit status: 0 in sync or done, 1 drift or a failed
validation, 2 usage or configuration, 3 could not tell or could not do it, 70 a bug in trueup,
130 interrupted.
"""


def console() -> NoReturn:
    """What the `trueup` command runs. The git hook has a lane of its own: nobody waits for it."""
    if sys.argv[1:3] == ["hook", "run"]:
        from trueup.git.hook_fast import fast

        status = fast(sys.argv[3:])
        if status is not None:
            sys.exit(status)
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit status."""
    import gc
    import signal

    signal.signal(signal.SIGTERM, _terminated)
    gc.set_threshold(*_FEW_COLLECTIONS)
    try:
        return _run(arguments)
    except (Exception, KeyboardInterrupt) as problem:
        from trueup.cli.failures import report_failure

        return report_failure(problem, arguments)


def build_parser(verbs: Sequence[str] = VERBS) -> argparse.ArgumentParser:
    """The command line of these verbs; the tests compare the whole with the documentation."""
    import argparse
    import importlib

    from trueup import __version__
    from trueup.cli.options import add_common
    from trueup.cli.parser import Parser

    parser: argparse.ArgumentParser = Parser(
        prog="trueup",
        description="Keeps migration files, schema.sql and the live database true to each other.",
        epilog=_FIRST_STEPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"trueup {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="verb")
    for name in verbs:
        verb = importlib.import_module(f"trueup.cli.verbs.{name.replace('-', '_')}")
        added = commands.add_parser(
            name,
            help=verb.HELP,
            description=verb.HELP[0].upper() + verb.HELP[1:] + ".",
            epilog="examples:\n" + "\n".join(f"  {line}" for line in verb.EXAMPLES),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        add_common(added, getattr(verb, "FORMATS", ("text", "json")))
        verb.configure(added)
        added.set_defaults(run=verb.run)
    return parser


def _run(arguments: Sequence[str]) -> int:
    parser = build_parser(_named(arguments))
    try:
        args, unknown = parser.parse_known_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    if unknown:
        from trueup.cli.parser import refuse_unknown

        refuse_unknown(unknown, args.verb)
    if args.verb is None:
        parser.print_help()
        return 0
    from trueup.cli.context import Context

    status: int = args.run(Context(args))
    return status


def _named(arguments: Sequence[str]) -> Sequence[str]:
    """The verb that a command line begins with: the others need not be imported then. Raises
    UsageError for a word that is none."""
    first = arguments[:1]
    if first and first[0] in VERBS:
        return first
    if first and not first[0].startswith("-"):
        from trueup.cli.parser import refuse_verb

        refuse_verb(first[0], VERBS)
    return VERBS


def _terminated(signum: int, frame: FrameType | None) -> None:
    import signal

    from trueup.errors import Interrupted

    signal.signal(signum, signal.SIG_IGN)
    raise Interrupted("terminated by SIGTERM")
