"""Turning an exception into a message and an exit status. Imported only when there is one."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from trueup import __version__
from trueup.errors import Interrupted, TrueupError
from trueup.exits import BUG, DONE
from trueup.postgres.session.unforeseen import told


def report_failure(problem: BaseException, arguments: Sequence[str]) -> int:
    """Shows what went wrong and returns the exit status for it."""
    if isinstance(problem, KeyboardInterrupt):
        problem = Interrupted("interrupted")
    if isinstance(problem, BrokenPipeError):
        # Whoever read our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    problem = told(problem) or problem
    if isinstance(problem, TrueupError):
        from trueup.cli.show import show_error

        show_error(problem, arguments)
        return problem.exit_status
    return _bug(problem)


def _bug(problem: BaseException) -> int:
    where = "".join(traceback.format_exception(problem)).rstrip()
    sys.stderr.write(
        f"trueup: a bug in trueup {__version__}: {type(problem).__name__}: {problem}\n{where}\n"
        "Please report this with the command that led here; nothing you did is the cause.\n"
    )
    return BUG
