"""The quick way into `trueup hook run`, for the installed hook: no argparse, no dataclasses, no
subprocess. Whatever it does not know (another option, a repository in a strange state) it leaves
to the full command line, which says the same and more slowly."""

from __future__ import annotations

import os
import sys

from trueup.exits import DONE, status_of
from trueup.git.changes import may_matter, staged_changes
from trueup.git.process import GitFailedError

SKIP = "TRUEUP_SKIP"


def fast(options: list[str]) -> int | None:
    """Judges and tells; the exit status, or None where the full command line must do it."""
    known = _known(options)
    if known is None:
        return None
    directory, quiet = known
    if directory is not None and "GIT_INDEX_FILE" not in os.environ:
        return None  # git runs hooks at the top; elsewhere DIR may be in another repository
    try:
        changes = staged_changes()
        if not may_matter(changes):
            return DONE
        from trueup.git.hook import judge_staged, project_in_repository
        from trueup.git.telling import tell

        place = project_in_repository(directory)
        outcome = judge_staged(place, changes, skip=os.environ.get(SKIP, ""))
    except (GitFailedError, ValueError, OSError):
        return None
    tell(outcome, sys.stderr, quiet=quiet)
    return status_of(not outcome.errors)


def _known(options: list[str]) -> tuple[str | None, bool] | None:
    """The directory of -C and whether -q was given; None for any other option."""
    directory, quiet = None, False
    rest = iter(options)
    for option in rest:
        if option == "-C":
            directory = next(rest, None)
            if directory is None:
                return None
        elif option in ("-q", "--quiet"):
            quiet = True
        else:
            return None
    return directory, quiet
