"""`python -m tools.docs`: writes the reference pages that come from the code itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from trueup.cli.main import build_parser
from trueup.config.reference import as_markdown

DOCS = Path(__file__).parent.parent / "docs"
_MADE = "<!-- Written by `make docs`; edit the code it comes from. -->\n"


def pages() -> dict[str, str]:
    """File name under docs/ -> text, for every generated page."""
    return {"commands.md": commands_page(), "configuration.md": configuration_page()}


def commands_page() -> str:
    """Every command with its options and examples, from the command line's own parser."""
    parts = [_MADE, "# Commands\n", _common(build_parser())]
    parts += [_command(name, parser) for name, parser in subparsers(build_parser()).items()]
    return "\n".join(parts)


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands of a parser by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def options(parser: argparse.ArgumentParser, *, common: bool) -> Iterator[tuple[str, str]]:
    """Each option or argument of a parser as (spelling, help); the common ones or the others."""
    for group in parser._action_groups:
        if (group.title == "common options") != common:
            continue
        for action in group._group_actions:
            if _is_option(action):
                yield _spelling(action), (action.help or "").replace("%%", "%")


def _is_option(action: argparse.Action) -> bool:
    hidden = action.help == argparse.SUPPRESS or "--help" in action.option_strings
    return not hidden and not isinstance(action, argparse._SubParsersAction)


def _spelling(action: argparse.Action) -> str:
    value = action.metavar or (action.dest.upper() if action.nargs != 0 else "")
    if action.choices:
        value = "|".join(str(choice) for choice in action.choices)
    value = " ".join(value) if isinstance(value, tuple) else value
    names = ", ".join(action.option_strings)
    return f"{names} {value}".strip() if names and action.nargs != 0 else names or str(value)


def _common(parser: argparse.ArgumentParser) -> str:
    first = next(iter(subparsers(parser).values()))
    rows = _rows(options(first, common=True))
    exits = (
        "Exit statuses: 0 in sync or done, 1 drift or a failed validation, 2 usage or "
        "configuration, 3 could not tell or could not do it, 70 a bug in trueup, 130 interrupted."
    )
    return f"{exits}\n\nEvery command takes:\n\n{rows}"


def _command(name: str, parser: argparse.ArgumentParser) -> str:
    lines = [f"## trueup {name}\n", f"{parser.description}\n"]
    rows = _rows(options(parser, common=False))
    if rows:
        lines.append(rows)
    examples = (parser.epilog or "").removeprefix("examples:\n")
    block = "\n".join(line.removeprefix("  ") for line in examples.splitlines())
    return "\n".join([*lines, f"```\n{block}\n```\n"])


def _rows(pairs: Iterator[tuple[str, str]]) -> str:
    body = [f"| `{spelled.replace('|', chr(92) + '|')}` | {text} |" for spelled, text in pairs]
    return "\n".join(["| option | meaning |", "|---|---|", *body, ""]) if body else ""


def configuration_page() -> str:
    """Every setting of trueup.toml, from the table the loader goes by."""
    return f"{_MADE}\n# Configuration\n\n{as_markdown()}"


def main() -> None:
    """Writes every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
