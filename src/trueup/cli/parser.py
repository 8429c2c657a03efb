"""The command line's parser: its errors are told like all others, and repeat no secret."""

from __future__ import annotations

import argparse
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """argparse prints and exits by itself, and quotes what it does not understand: that may be a
    URL with its password."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with the reason, passwords masked."""
        from trueup.config.secret import masked
        from trueup.errors import UsageError

        words = message.split(" ")
        said = " ".join(masked(word) if "://" in word else word for word in words)
        raise UsageError(said, code="usage", hint=f"`{self.prog} --help` shows what it takes")
