"""The command line's parser: its errors are told like all others, and repeat no secret."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """argparse prints and exits by itself, and quotes what it does not understand: that may be a
    URL with its password."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with the reason, passwords masked."""
        _refuse(message, f"`{self.prog} --help` shows what it takes")


def refuse_verb(word: str, verbs: Sequence[str]) -> NoReturn:
    """Raises UsageError for a command that there is not, with the one that may be meant."""
    import difflib

    near = difflib.get_close_matches(word, verbs, 1)
    hint = f"is `trueup {near[0]}` meant? " if near else ""
    _refuse(f"there is no command {word}", f"{hint}`trueup --help` lists the commands")


def refuse_unknown(words: Sequence[str], verb: str | None) -> NoReturn:
    """Raises UsageError for what no command, or not this one, takes."""
    command = f"trueup {verb}" if verb else "trueup"
    hint = f"`{command} --help` shows what it takes"
    _refuse(f"{command} does not take {' '.join(words)}", hint)


def _refuse(message: str, hint: str) -> NoReturn:
    from trueup.config.secret import masked
    from trueup.errors import UsageError

    words = message.split(" ")
    said = " ".join(masked(word) if "://" in word else word for word in words)
    raise UsageError(said, code="usage", hint=hint)
