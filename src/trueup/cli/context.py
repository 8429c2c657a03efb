"""What a verb gets: its arguments, the project, and how to show things."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from trueup.cli.show import note, out, out_json, style_for
from trueup.report.style import Style
from trueup.workbench.project import Project


class Context:
    """One run of one command."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args

    @cached_property
    def project(self) -> Project:
        """The project the command is about. Raises ConfigError with every problem at once."""
        from trueup.config import load_settings

        args = self.args
        settings = load_settings(
            Path.cwd(),
            project=Path(args.directory) if args.directory else None,
            config_file=Path(args.config) if args.config else None,
            environ=os.environ,
            overrides={"database_url": args.database_url, "shadow_url": args.shadow_url},
        )
        return Project(settings, use_cache=not args.no_cache, progress=self.progress, say=self.say)

    @property
    def json(self) -> bool:
        """Whether JSON was asked for."""
        return bool(self.args.format == "json")

    @cached_property
    def style(self) -> Style:
        """Colours for standard output."""
        return style_for(sys.stdout, self.args.color)

    def progress(self, line: str) -> None:
        """A passing line while a person waits; gone when the next one comes."""
        if not self.args.quiet and sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[2K{line}\r")
            sys.stderr.flush()

    def say(self, text: str) -> None:
        """A message about what is going on, on standard error."""
        if not self.args.quiet:
            note(text)

    def show(self, value: Callable[[], dict[str, Any]], text: Callable[[], str]) -> None:
        """The result in the form that was asked for."""
        if self.json:
            out_json(value())
        else:
            out(text())
