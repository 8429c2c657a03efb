"""The options every command takes (contract.md)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def add_common(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """Adds them to a command's parser, in a group of their own."""
    group = parser.add_argument_group("common options")
    group.add_argument("-C", dest="directory", metavar="DIR", help="project directory")
    group.add_argument("--config", metavar="FILE", help="read this instead of trueup.toml")
    group.add_argument(
        "--database-url",
        metavar="URL",
        help="the live database (else TRUEUP_DATABASE_URL, DATABASE_URL, trueup.toml)",
    )
    group.add_argument(
        "--shadow-url",
        metavar="URL",
        help="a scratch server for replays (else TRUEUP_SHADOW_URL, else one of our own)",
    )
    group.add_argument("--format", choices=formats, default="text", help="default: text")
    group.add_argument("--no-cache", action="store_true", help="believe no remembered replay")
    group.add_argument("-q", "--quiet", action="store_true", help="errors only")
    group.add_argument("-v", "--verbose", action="store_true", help="more, such as full diffs")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto"
    )
