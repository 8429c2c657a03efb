"""`trueup doctor`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import status_of

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "show what trueup finds here: servers, configuration, database, shadow"
EXAMPLES = ("trueup doctor", "trueup doctor --format json")


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""


def run(context: Context) -> int:
    """0 when nothing is in the way, 3 when something is."""
    from trueup.ops.doctor import Health, doctor
    from trueup.report.doctor import doctor_json, doctor_text

    found = doctor(context.project)
    context.show(lambda: doctor_json(found), lambda: doctor_text(found, context.style))
    return status_of(None if any(item.health is Health.ERROR for item in found) else True)
