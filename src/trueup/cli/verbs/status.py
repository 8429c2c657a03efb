"""`trueup status`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import status_of

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "show every migration and its state in the database, and what is wrong with the history"
EXAMPLES = ("trueup status", "trueup status --format json")


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""


def run(context: Context) -> int:
    """0 when the history is in order (pending files are), 1 when a finding is an error."""
    from trueup.ops.status import status
    from trueup.report.status import status_json, status_text

    result = status(context.project)
    context.show(lambda: status_json(result), lambda: status_text(result, context.style))
    return status_of(result.in_order)
