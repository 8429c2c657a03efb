"""`trueup merge-driver`"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.cli.context import Context
    from trueup.workbench.project import Project

HELP = "merge two versions of schema.sql object by object (git calls this)"
FORMATS = ("text",)
EXAMPLES = (
    "trueup init --git                    have git call it for schema.sql",
    "trueup merge-driver %O %A %B %P      what git is told to run",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    for name, meaning in (
        ("base", "%%O: the common ancestor's version"),
        ("ours", "%%A: our version; the result goes there"),
        ("theirs", "%%B: their version"),
    ):
        parser.add_argument(name, metavar=name.upper(), help=meaning)
    parser.add_argument("path", metavar="PATH", nargs="?", help="%%P: the file's path")
    parser.add_argument("--marker-size", type=int, default=7, metavar="N", help="%%L (default: 7)")
    parser.add_argument(
        "--timeout", type=float, default=30, metavar="SECONDS", help="for the replay (default: 30)"
    )


def run(context: Context) -> int:
    """0 merged; 1 somebody has to look at it: a conflict is left, or a migration is in doubt."""
    from trueup.git.driver import Driven, merge_driver

    args = context.args
    files = Driven(args.base, args.ours, args.theirs, args.path or "schema.sql")
    return merge_driver(
        files,
        lambda: _project(context, files.path),
        context.say,
        size=args.marker_size,
        seconds=args.timeout,
    )


def _project(context: Context, path: str) -> Project:
    """The project that the file belongs to: git calls from the top of the work tree."""
    from trueup.config import find_project

    if context.args.directory is None:
        context.args.directory = str(find_project(Path(path).absolute().parent))
    return context.project
