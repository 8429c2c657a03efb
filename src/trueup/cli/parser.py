"""The command line's parser, which repeats no secret."""

from __future__ import annotations

import argparse
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """argparse quotes what it does not understand, and that may be a URL with its password."""

    def error(self, message: str) -> NoReturn:
        """Ends the run with status 2 and the reason, passwords masked."""
        from trueup.config.secret import masked

        words = message.split(" ")
        super().error(" ".join(masked(word) if "://" in word else word for word in words))
