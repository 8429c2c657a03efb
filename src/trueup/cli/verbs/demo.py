"""`trueup demo`"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from trueup.exits import DONE

if TYPE_CHECKING:
    from trueup.cli.context import Context

HELP = "the whole story on a throwaway server, in a temporary folder"
FORMATS = ("text",)
EXAMPLES = ("trueup demo",)


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""


def run(context: Context) -> int:
    """0 when the story ends as it should."""
    from trueup.cli.show import out
    from trueup.cli.story import StoryError, stage, tell_story
    from trueup.errors import CannotTell

    try:
        with stage(out) as place:
            tell_story(place)
    except StoryError as problem:
        raise CannotTell(
            f"the demo did not go as it should: {problem}",
            code="demo_failed",
            hint="run `trueup doctor`; what the failed command printed is above",
        ) from None
    return DONE
