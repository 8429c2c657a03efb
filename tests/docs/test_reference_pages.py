"""Docs that cannot lie: generated pages are what the code says, commands and links exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.docs import options, pages, subparsers

from docs.texts import DOCS, ROOT, TEXTS, anchors, code, prose
from trueup.cli.main import VERBS, build_parser

# Where a command begins: a line, a quoted one, a part of a shell line, a step of a workflow.
COMMAND = re.compile(
    r"(?:^ *|[`(;&|] ?|\$ |\d  |run: )trueup ([a-z][a-z-]+)([^`\n]*)", re.MULTILINE
)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_every_command_and_option_in_a_text_exists(path: Path) -> None:
    commands = subparsers(build_parser())
    for verb, rest in COMMAND.findall(code(path)):
        assert verb in commands, f"{path.name}: trueup {verb}"
        spelled = {
            name
            for common in (True, False)
            for option, _ in options(commands[verb], common=common)
            for name in re.findall(r"(?<!\S)--?[A-Za-z][a-z-]*", option)
        }
        own = rest.split(" -- ")[0].split("#")[0]
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]+", own):
            assert option in spelled | {"--help"}, f"{path.name}: trueup {verb} {option}"


def test_every_command_is_in_the_reference() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert f"## trueup {verb}\n" in text


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", prose(path)):
        goal = path.parent / target if target else path
        assert goal.exists(), f"{path.name} links to {target}"
        if anchor:
            assert anchor in anchors(goal), f"{path.name} links to {target}#{anchor}"


def test_decisions_are_numbered_one_after_the_other() -> None:
    names = sorted(path.name for path in (DOCS / "adr").glob("*.md"))
    for number, name in enumerate(names, 1):
        assert name.startswith(f"{number:04}-"), name
        text = (DOCS / "adr" / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. "), name
        assert "**Decided.**" in text and "**Why.**" in text, name


def test_every_variable_that_a_text_names_is_read_by_the_source() -> None:
    source = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    named = {word for path in TEXTS for word in re.findall(r"\bTRUEUP_[A-Z_]+", code(path))}
    assert {name for name in named if name not in source} == set()


def test_the_readme_is_short_enough_to_read() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 220
